// The binding strength of operators. The grammar reads a run of operands and operators as one flat `operation`, which keeps the
// parser's tree shallow and fast; the AST builder groups it by this table.

export interface OperatorLevel {
  readonly signs: readonly string[];
  readonly position: "between" | "before";
  /** `a - b - c` is `(a - b) - c` from the left; `never`: it takes brackets to say. */
  readonly groups: "left" | "right" | "never";
}

/** From the loosest to the tightest. Tighter still: `|>`, then `.name`, `[index]` and `(arguments)`. Looser: `else`. */
export const operatorLevels: readonly OperatorLevel[] = [
  { signs: ["or"], position: "between", groups: "left" },
  { signs: ["and"], position: "between", groups: "left" },
  { signs: ["not"], position: "before", groups: "right" },
  { signs: ["==", "!=", "<", "<=", ">", ">="], position: "between", groups: "never" },
  { signs: [".."], position: "between", groups: "never" },
  { signs: ["+", "-"], position: "between", groups: "left" },
  { signs: ["*", "/"], position: "between", groups: "left" },
  { signs: ["-"], position: "before", groups: "right" },
  { signs: ["^"], position: "between", groups: "right" },
];

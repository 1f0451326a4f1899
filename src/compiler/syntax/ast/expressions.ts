// Expressions: what has a value.
import type { Span } from "../../source/span.ts";
import type { Setting } from "./items.ts";
import type { Located, Name } from "./located.ts";
import type { Block, ForClause } from "./statements.ts";

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | NameExpression
  | MemberExpression
  | IndexExpression
  | CallExpression
  | PipeExpression
  | UnaryExpression
  | BinaryExpression
  | RangeExpression
  | ElseExpression
  | IfExpression
  | ListExpression
  | SetExpression
  | RecordExpression
  | ScanExpression
  | MissingExpression;

/** `0.1`, `1e-3`, `30%` (value 0.3, percent true). */
export interface NumberLiteral extends Located {
  readonly kind: "number";
  readonly value: number;
  readonly percent: boolean;
}
export interface StringLiteral extends Located {
  readonly kind: "string";
  readonly value: string;
}
export interface BooleanLiteral extends Located {
  readonly kind: "boolean";
  readonly value: boolean;
}
export interface NameExpression extends Located {
  readonly kind: "name";
  readonly name: string;
}
/** `clip.mood`. */
export interface MemberExpression extends Located {
  readonly kind: "member";
  readonly object: Expression;
  readonly member: Name;
}
/** `h[m]`, `tr[{s, t}]`, `to[*, m]`. */
export interface IndexExpression extends Located {
  readonly kind: "index";
  readonly object: Expression;
  /** undefined for `*`. */
  readonly indices: readonly (Expression | undefined)[];
}
/** `mean(kl(q[m]) for m in M)`, `Linear(D, bias: false)`. */
export interface CallExpression extends Located {
  readonly kind: "call";
  readonly callee: Expression;
  readonly positional: readonly Expression[];
  readonly named: readonly Setting[];
  /** Not empty where the one positional argument is a comprehension. */
  readonly clauses: readonly ForClause[];
}
/** `x |> F(…)`. */
export interface PipeExpression extends Located {
  readonly kind: "pipe";
  readonly input: Expression;
  readonly target: Expression;
}
export interface UnaryExpression extends Located {
  readonly kind: "unary";
  readonly operator: "-" | "not";
  readonly operand: Expression;
}
export type BinaryOperator = "+" | "-" | "*" | "/" | "^" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or";
export interface BinaryExpression extends Located {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly operatorSpan: Span;
  readonly left: Expression;
  readonly right: Expression;
}
/** `-3 .. 3`, `10% .. 70%`. */
export interface RangeExpression extends Located {
  readonly kind: "range";
  readonly low: Expression;
  readonly high: Expression;
}
/** `audio else 0`: the right side where the left is absent. */
export interface ElseExpression extends Located {
  readonly kind: "else";
  readonly value: Expression;
  readonly fallback: Expression;
}
/** `if training then a else b`; the condition is known at compile time. */
export interface IfExpression extends Located {
  readonly kind: "if";
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
}
/** `[mae, acc2]`. */
export interface ListExpression extends Located {
  readonly kind: "list";
  readonly items: readonly Expression[];
}
/** `{s, t}`: a set of members, an unordered pair where it indexes. */
export interface SetExpression extends Located {
  readonly kind: "set";
  readonly items: readonly Expression[];
}
/** `{ fused: h, logits: y }`. */
export interface RecordExpression extends Located {
  readonly kind: "record";
  readonly fields: readonly Setting[];
}
/**
 * `scan x, r over T backward carry h = zeros(B, D) { next h = …  h }`.
 * In the block each sequence name is its slice at one step; the block's result is the output at that step, and the
 * whole expression is those outputs stacked along the dimension.
 */
export interface ScanExpression extends Located {
  readonly kind: "scan";
  readonly sequences: readonly Name[];
  readonly over: Name;
  readonly backward: boolean;
  readonly carries: readonly { readonly name: Name; readonly initial: Expression }[];
  readonly body: Block;
}
export interface MissingExpression extends Located {
  readonly kind: "missing";
}

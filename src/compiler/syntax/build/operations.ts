// Groups a flat run of operands and operators into binary, unary and range expressions by the table of binding strengths
// (precedence climbing; Richards and Whitby-Strevens, BCPL, 1979).
import type { IToken } from "chevrotain";
import type { OperandCstNode, OperationCstNode } from "../../../../grammar/generated/cst.ts";
import { operatorLevels } from "../../../../grammar/operators.ts";
import { diagnose } from "../../diagnostics/diagnostic.ts";
import { unexpected } from "../../diagnostics/records/syntax/unexpected.ts";
import { cover } from "../../source/span.ts";
import type { BinaryOperator, Expression } from "../ast.ts";
import { all, type BuildContext, one, tokenSpan } from "./context.ts";
import { buildPiped } from "./expressions.ts";

const levelBetween = new Map<string, number>();
const levelBefore = new Map<string, number>();
for (const [level, { signs, position }] of operatorLevels.entries()) {
  for (const sign of signs) (position === "between" ? levelBetween : levelBefore).set(sign, level);
}

/** `fallback` is the offset where a missing operand stands. */
export function buildOperation(context: BuildContext, node: OperationCstNode | undefined, fallback: number): Expression {
  const operands = all(node?.children.operand);
  const operators = all(node?.children.BinaryOperator);
  if (operators.length === 0 && all(operands[0]?.children.prefix).length === 0) return buildPiped(context, operands[0], fallback);
  return new Climber(context, operands, operators, fallback).climb(0);
}

class Climber {
  /** How many operators have been used; the next operand has the same index. */
  private used = 0;
  /** How many prefixes of the next operand have been used. */
  private prefixes = 0;

  constructor(
    private readonly context: BuildContext,
    private readonly operands: readonly OperandCstNode[],
    private readonly operators: readonly IToken[],
    private readonly fallback: number,
  ) {}

  /** Reads as far as operators bind at least as tightly as `loosest`. */
  climb(loosest: number): Expression {
    let left = this.prefixed();
    for (let operator = this.operators[this.used]; operator !== undefined; operator = this.operators[this.used]) {
      const level = levelBetween.get(operator.image) ?? 0;
      if (level < loosest) break;
      this.used += 1;
      const groups = operatorLevels[level]?.groups;
      left = this.join(operator, left, this.climb(groups === "right" ? level : level + 1));
      if (groups === "never") this.refuseChain(level);
    }
    return left;
  }

  private prefixed(): Expression {
    const operand = one(this.operands, this.used);
    const prefix = one(operand?.children.prefix, this.prefixes);
    if (prefix === undefined) {
      this.prefixes = 0;
      const operator = this.operators[this.used - 1];
      return buildPiped(this.context, operand, operator === undefined ? this.fallback : tokenSpan(this.context, operator).end);
    }
    this.prefixes += 1;
    const inner = this.climb(levelBefore.get(prefix.image) ?? 0);
    const operator = prefix.image === "not" ? "not" : "-";
    return { kind: "unary", span: cover(tokenSpan(this.context, prefix), inner.span), operator, operand: inner };
  }

  private join(operator: IToken, left: Expression, right: Expression): Expression {
    const span = cover(left.span, right.span);
    if (operator.image === "..") return { kind: "range", span, low: left, high: right };
    const operatorSpan = tokenSpan(this.context, operator);
    return { kind: "binary", span, operator: operator.image as BinaryOperator, operatorSpan, left, right };
  }

  private refuseChain(level: number): void {
    const next = this.operators[this.used];
    if (next === undefined || levelBetween.get(next.image) !== level) return;
    const notes = next.image === ".." ? [] : ["comparisons do not chain: write `a < b and b < c`"];
    const span = tokenSpan(this.context, next);
    this.context.report(diagnose(unexpected, { span, found: `a second \`${next.image}\``, expected: "one at most", notes }));
  }
}

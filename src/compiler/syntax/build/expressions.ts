// Builds expressions of the AST from the CST; operations.ts groups their operators.
import type { IToken } from "chevrotain";
import type {
  BracesCstNode,
  CallCstNode,
  ExpressionCstNode,
  ForClauseCstNode,
  IndexCstNode,
  MemberCstNode,
  OperandCstNode,
  PostfixCstNode,
  PrimaryCstNode,
  ScanCstNode,
  SettingCstNode,
} from "../../../../grammar/generated/cst.ts";
import { diagnose } from "../../diagnostics/diagnostic.ts";
import { mixedBraces } from "../../diagnostics/records/syntax/mixed-braces.ts";
import { cover, type Span } from "../../source/span.ts";
import type { CallExpression, Expression, ForClause, NumberLiteral, Setting, StringLiteral } from "../ast.ts";
import {
  all,
  type BuildContext,
  nameOf,
  namesOf,
  nodeSpan,
  numberValue,
  one,
  pointSpan,
  stringValue,
  tokenSpan,
} from "./context.ts";
import { buildOperation } from "./operations.ts";
import { buildBlock } from "./statements.ts";

/** `fallback` is the offset where a missing expression stands. */
export function buildExpression(context: BuildContext, node: ExpressionCstNode | undefined, fallback: number): Expression {
  if (node === undefined) return { kind: "missing", span: pointSpan(context, fallback) };
  const conditional = one(node.children.conditional);
  if (conditional !== undefined) {
    const { condition, then, otherwise } = conditional.children;
    const span = nodeSpan(context, conditional, fallback);
    return {
      kind: "if",
      span,
      condition: buildOperation(context, one(condition), span.end),
      // biome-ignore lint/suspicious/noThenProperty: the tree names the branches as the language does; nothing awaits it.
      then: buildOperation(context, one(then), span.end),
      otherwise: buildExpression(context, one(otherwise), span.end),
    };
  }
  const value = buildOperation(context, one(node.children.operation), fallback);
  if (one(node.children.Else) === undefined) return value;
  const span = nodeSpan(context, node, fallback);
  return { kind: "else", span, value, fallback: buildExpression(context, one(node.children.expression), span.end) };
}

/** The value of an entry with the given place; `missing` where the entry was cut, since half a value would mislead. */
export function buildValue(context: BuildContext, node: ExpressionCstNode | undefined, entry: Span): Expression {
  return buildExpression(context, context.isCut(entry.end) ? undefined : node, entry.end);
}

/** An operand without its prefixes. */
export function buildPiped(context: BuildContext, node: OperandCstNode | undefined, fallback: number): Expression {
  let input = buildPostfix(context, one(node?.children.postfix), fallback);
  for (const [index, arrow] of all(node?.children.PipeArrow).entries()) {
    const target = buildPostfix(context, one(node?.children.postfix, index + 1), tokenSpan(context, arrow).end);
    input = { kind: "pipe", span: cover(input.span, target.span), input, target };
  }
  return input;
}

function buildPostfix(context: BuildContext, node: PostfixCstNode | undefined, fallback: number): Expression {
  const start = buildPrimary(context, one(node?.children.primary), fallback);
  const suffixes = [...all(node?.children.member), ...all(node?.children.index), ...all(node?.children.call)];
  suffixes.sort((first, second) => (first.location?.startOffset ?? 0) - (second.location?.startOffset ?? 0));
  return suffixes.reduce((object, suffix) => withSuffix(context, object, suffix), start);
}

function withSuffix(context: BuildContext, object: Expression, suffix: MemberCstNode | IndexCstNode | CallCstNode): Expression {
  const place = nodeSpan(context, suffix, object.span.end);
  const span = cover(object.span, place);
  if (suffix.name === "member")
    return { kind: "member", span, object, member: nameOf(context, one(suffix.children.Name), place.end) };
  if (suffix.name === "call") return buildCall(context, object, suffix, span);
  const indices = all(suffix.children.indexItem).map((item) =>
    one(item.children.Star) === undefined ? buildExpression(context, one(item.children.expression), place.end) : undefined,
  );
  return { kind: "index", span, object, indices };
}

export function buildCall(context: BuildContext, callee: Expression, node: CallCstNode, span: Span): CallExpression {
  const positional: Expression[] = [];
  const named: Setting[] = [];
  const clauses: ForClause[] = [];
  for (const argument of all(node.children.argument)) {
    const place = nodeSpan(context, argument, span.end);
    const value = buildExpression(context, one(argument.children.expression), place.end);
    const key = one(argument.children.Name);
    if (key === undefined) positional.push(value);
    else named.push({ span: place, key: nameOf(context, key, place.start), value });
    clauses.push(...buildClauses(context, argument.children.forClause, place.end));
  }
  return { kind: "call", span, callee, positional, named, clauses };
}

export function buildClauses(
  context: BuildContext,
  nodes: readonly ForClauseCstNode[] | undefined,
  fallback: number,
): readonly ForClause[] {
  return all(nodes).map((node) => {
    const span = nodeSpan(context, node, fallback);
    return {
      span,
      names: namesOf(context, node.children.Name),
      domain: buildOperation(context, one(node.children.operation), span.end),
    };
  });
}

function buildPrimary(context: BuildContext, node: PrimaryCstNode | undefined, fallback: number): Expression {
  if (node === undefined) return { kind: "missing", span: pointSpan(context, fallback) };
  const children = node.children;
  const span = nodeSpan(context, node, fallback);
  const number = one(children.NumberLiteral);
  if (number !== undefined) return buildNumber(context, number);
  const string = one(children.StringLiteral) ?? one(children.TripleString);
  if (string !== undefined) return buildString(context, string);
  const name = one(children.Name);
  if (name !== undefined) return name.image === "" ? { kind: "missing", span } : { kind: "name", span, name: name.image };
  if (one(children.True) !== undefined) return { kind: "boolean", span, value: true };
  if (one(children.False) !== undefined) return { kind: "boolean", span, value: false };
  const group = one(children.group);
  if (group !== undefined) return { ...buildExpression(context, one(group.children.expression), span.end), span };
  const list = one(children.list);
  if (list !== undefined) {
    return { kind: "list", span, items: all(list.children.expression).map((item) => buildExpression(context, item, span.end)) };
  }
  const braces = one(children.braces);
  if (braces !== undefined) return buildBraces(context, braces, span);
  const scan = one(children.scan);
  if (scan !== undefined) return buildScan(context, scan, span);
  return { kind: "missing", span };
}

export function buildNumber(context: BuildContext, token: IToken): NumberLiteral {
  return { kind: "number", span: tokenSpan(context, token), value: numberValue(token.image), percent: token.image.endsWith("%") };
}

export function buildString(context: BuildContext, token: IToken): StringLiteral {
  return { kind: "string", span: tokenSpan(context, token), value: stringValue(token.image) };
}

function buildBraces(context: BuildContext, node: BracesCstNode, span: Span): Expression {
  const fields = all(node.children.setting).map((setting) => buildSetting(context, setting, span.end));
  const items = all(node.children.expression).map((item) => buildExpression(context, item, span.end));
  const [stray] = items;
  if (items.length > 0 && fields.length === 0) return { kind: "set", span, items };
  if (stray !== undefined && !context.isFaulty(stray.span.start)) context.report(diagnose(mixedBraces, { span: stray.span }));
  return { kind: "record", span, fields };
}

export function buildSetting(context: BuildContext, node: SettingCstNode, fallback: number): Setting {
  const span = nodeSpan(context, node, fallback);
  return {
    span,
    key: nameOf(context, one(node.children.Name), span.start),
    value: buildValue(context, one(node.children.expression), span),
  };
}

function buildScan(context: BuildContext, node: ScanCstNode, span: Span): Expression {
  const { sequence, dimension, Backward, carry, block } = node.children;
  return {
    kind: "scan",
    span,
    sequences: namesOf(context, sequence),
    over: nameOf(context, one(dimension), span.start),
    backward: one(Backward) !== undefined,
    carries: all(carry).map((entry) => ({
      name: nameOf(context, one(entry.children.Name), nodeSpan(context, entry, span.end).start),
      initial: buildExpression(context, one(entry.children.expression), nodeSpan(context, entry, span.end).end),
    })),
    body: buildBlock(context, one(block), span.end),
  };
}

// Builds blocks and their statements of the AST from the CST.
import type { BlockCstNode, PatternCstNode, StatementCstNode } from "../../../../grammar/generated/cst.ts";
import { diagnose } from "../../diagnostics/diagnostic.ts";
import { lostResult } from "../../diagnostics/records/syntax/lost-result.ts";
import type { Block, IndexPattern, Statement } from "../ast.ts";
import { all, type BuildContext, nameOf, namesOf, nodeSpan, one, pointSpan } from "./context.ts";
import { buildClauses, buildValue } from "./expressions.ts";
import { buildType } from "./types.ts";

export function buildBlock(context: BuildContext, node: BlockCstNode | undefined, fallback: number): Block {
  if (node === undefined) return { span: pointSpan(context, fallback), statements: [] };
  const span = nodeSpan(context, node, fallback);
  const statements = all(node.children.statement).map((statement) => buildStatement(context, statement, span.end));
  const kept = statements.filter(
    (statement, index) => statement.kind !== "result" || statement.value.kind !== "missing" || index === statements.length - 1,
  );
  for (const statement of kept.slice(0, -1)) {
    if (statement.kind !== "result" || context.isFaulty(statement.span.start)) continue;
    context.report(diagnose(lostResult, { span: statement.span }));
  }
  return { span, statements: kept };
}

function buildStatement(context: BuildContext, node: StatementCstNode, fallback: number): Statement {
  const children = node.children;
  const span = nodeSpan(context, node, fallback);
  const binding = one(children.binding)?.children;
  if (binding !== undefined) {
    return {
      kind: "binding",
      span,
      name: nameOf(context, one(binding.Name), span.start),
      index: buildPattern(context, one(binding.pattern), span.start),
      value: buildValue(context, one(binding.expression), span),
      clauses: buildClauses(context, binding.forClause, span.end),
      doc: context.docAt(span.start),
    };
  }
  const named = one(children.loss) ?? one(children.predict) ?? one(children.next);
  if (named !== undefined) {
    const name = nameOf(context, one(named.children.Name), span.end);
    const value = buildValue(context, one(named.children.expression), span);
    if (named.name === "loss") return { kind: "loss", span, name, value, doc: context.docAt(span.start) };
    return { kind: named.name, span, name, value };
  }
  const param = one(children.param)?.children;
  if (param !== undefined) {
    return {
      kind: "param",
      span,
      name: nameOf(context, one(param.Name), span.end),
      type: buildType(context, one(param.type), span.end),
      initializer: buildValue(context, one(param.expression), span),
    };
  }
  const bank = one(children.bank)?.children;
  if (bank !== undefined) {
    return {
      kind: "bank",
      span,
      name: nameOf(context, one(bank.Name), span.end),
      index: buildPattern(context, one(bank.pattern), span.end),
      type: buildType(context, one(bank.type), span.end),
      initial: one(bank.Equals) === undefined ? undefined : buildValue(context, one(bank.expression), span),
      clauses: buildClauses(context, bank.forClause, span.end),
    };
  }
  const update = one(children.update)?.children;
  if (update !== undefined) {
    return {
      kind: "update",
      span,
      name: nameOf(context, one(update.Name), span.end),
      index: buildPattern(context, one(update.pattern), span.end),
      value: buildValue(context, one(update.value), span),
      clauses: buildClauses(context, update.forClause, span.end),
      fromEpoch: one(update.From) === undefined ? undefined : buildValue(context, one(update.fromEpoch), span),
    };
  }
  return { kind: "result", span, value: buildValue(context, one(children.expression), span) };
}

function buildPattern(context: BuildContext, node: PatternCstNode | undefined, fallback: number): readonly IndexPattern[] {
  return all(node?.children.patternItem).map((item) => ({
    span: nodeSpan(context, item, fallback),
    names: namesOf(context, item.children.Name),
    unordered: one(item.children.LeftCurly) !== undefined,
  }));
}

// Elaborates a pipeline's expressions into nodes. Calls of services and of the pipeline's own functions are in calls.ts.
import { diagnose } from "../diagnostics/diagnostic.ts";
import { unknownField } from "../diagnostics/records/names/unknown-field.ts";
import { unknownName } from "../diagnostics/records/names/unknown-name.ts";
import { labelOutside } from "../diagnostics/records/pipelines/label-outside.ts";
import { notAStep } from "../diagnostics/records/pipelines/not-a-step.ts";
import { wireDiffers } from "../diagnostics/records/pipelines/wire-differs.ts";
import type { Expression, StringLiteral } from "../syntax/ast.ts";
import { callSteps, elaborateCall } from "./calls.ts";
import { addNode, findLocal, fits, labelOf, numberType, type PipelineContext, textType, typeOfNode } from "./context.ts";
import { printWire, type WireType } from "./graph.ts";
import { templatePieces } from "./template.ts";

/** The node of an expression; undefined where it has none, which has been reported. `wanted` gives bare labels their set. */
export function elaborateExpression(
  context: PipelineContext,
  expression: Expression,
  wanted?: WireType | undefined,
): number | undefined {
  switch (expression.kind) {
    case "string":
      return elaborateText(context, expression);
    case "number":
      return addNode(context, numberType, expression.span, { op: "number", value: expression.value });
    case "name":
      return elaborateName(context, expression, wanted);
    case "member":
      return elaborateMember(context, expression);
    case "else":
      return elaborateElse(context, expression, wanted);
    case "pipe": {
      const { target, input } = expression;
      const call =
        target.kind === "call"
          ? { ...target, positional: [input, ...target.positional], span: expression.span }
          : { kind: "call" as const, span: expression.span, callee: target, positional: [input], named: [], clauses: [] };
      return elaborateCall(context, call);
    }
    case "call":
      return elaborateCall(context, expression);
    case "missing":
      return undefined;
    default: {
      const what = expression.kind === "binary" ? `\`${expression.operator}\`` : `a ${expression.kind} expression`;
      context.report(diagnose(notAStep, { span: expression.span, what, callee: undefined, steps: callSteps }));
      return undefined;
    }
  }
}

/** As above, and of the type that the place needs. */
export function elaborateAs(
  context: PipelineContext,
  expression: Expression,
  expected: WireType,
  place: { readonly what: string; readonly declared?: Expression["span"] | undefined },
): number | undefined {
  const node = elaborateExpression(context, expression, expected);
  if (node === undefined) return undefined;
  return fits(context, node, expected, { ...place, span: expression.span }) ? node : undefined;
}

function elaborateText(context: PipelineContext, literal: StringLiteral): number {
  const pieces = templatePieces(literal, context.sourceOf(literal.span.file), context.report).flatMap(
    (piece): readonly (string | number)[] => {
      if (typeof piece === "string") return [piece];
      const node = elaborateExpression(context, piece);
      if (node === undefined) return [];
      const { base } = typeOfNode(context, node);
      // A number is written as it is; whatever else is no text cannot be put into one.
      const expected = base.kind === "number" ? numberType : textType;
      return fits(context, node, expected, { span: piece.span, what: "what stands in a text" }) ? [node] : [];
    },
  );
  return addNode(context, textType, literal.span, { op: "template", pieces });
}

function elaborateName(
  context: PipelineContext,
  { name, span }: Extract<Expression, { kind: "name" }>,
  wanted: WireType | undefined,
): number | undefined {
  const local = findLocal(context, name);
  if (local !== undefined) return local.node;
  const constant = context.constants.get(name);
  if (typeof constant === "number") return addNode(context, numberType, span, { op: "number", value: constant });
  if (constant !== undefined) return addNode(context, textType, span, { op: "template", pieces: [constant] });
  if (wanted?.base.kind === "label") {
    const set = context.declarations.labels.get(wanted.base.set);
    if (set?.labels.includes(name)) return addNode(context, labelOf(set.name), span, { op: "label", value: name });
    if (set !== undefined) {
      context.report(diagnose(labelOutside, { span, label: name, set: set.name, labels: set.labels }));
      return undefined;
    }
  }
  const { services, memories } = context.declarations;
  const candidates = [...context.scopes.flatMap((scope) => [...scope.keys()]), ...context.constants.keys()];
  const known = services.has(name) ? `${name} is a service: call it` : undefined;
  const note = memories.has(name) ? `${name} is a memory: look something up in it` : known;
  context.report(diagnose(unknownName, { span, name, candidates, known: note }));
  return undefined;
}

function elaborateMember(
  context: PipelineContext,
  { object, member, span }: Extract<Expression, { kind: "member" }>,
): number | undefined {
  const of = elaborateExpression(context, object);
  if (of === undefined) return undefined;
  const type = typeOfNode(context, of);
  if (type.base.kind !== "record") {
    const what = `what has the field ${member.text}`;
    const found = printWire(type);
    context.report(
      diagnose(wireDiffers, { span: object.span, what, found, expected: "a record", declared: undefined, mend: undefined }),
    );
    return undefined;
  }
  const fields = context.declarations.records.get(type.base.name)?.schema.fields ?? [];
  const field = fields.find(({ name }) => name === member.text);
  if (field === undefined) {
    const candidates = fields.map(({ name }) => name);
    context.report(diagnose(unknownField, { span: member.span, name: member.text, of: type.base.name, candidates }));
    return undefined;
  }
  const result = { base: field.type.base, optional: type.optional || field.type.optional };
  return addNode(context, result, span, { op: "field", of, field: member.text });
}

function elaborateElse(
  context: PipelineContext,
  { value, fallback, span }: Extract<Expression, { kind: "else" }>,
  wanted: WireType | undefined,
): number | undefined {
  const node = elaborateExpression(context, value, wanted);
  if (node === undefined) return undefined;
  const { base } = typeOfNode(context, node);
  const what = "what stands for an absent value";
  const other = elaborateAs(context, fallback, { base, optional: true }, { what, declared: value.span });
  if (other === undefined) return undefined;
  const { optional } = typeOfNode(context, other);
  return addNode(context, { base, optional }, span, { op: "else", value: node, fallback: other });
}

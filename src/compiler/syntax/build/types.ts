// Builds type expressions of the AST from the CST.
import type { AxesCstNode, AxisCstNode, TypeCstNode } from "../../../../grammar/generated/cst.ts";
import type { AxisExpression, TypeExpression } from "../ast.ts";
import { all, type BuildContext, nameOf, namesOf, nodeSpan, one, pointSpan } from "./context.ts";
import { buildOperation } from "./operations.ts";

/** `fallback` is the offset where a missing type stands. */
export function buildType(context: BuildContext, node: TypeCstNode | undefined, fallback: number): TypeExpression {
  const record = one(node?.children.recordType);
  if (record !== undefined) {
    const span = nodeSpan(context, record, fallback);
    const fields = all(record.children.recordTypeField).map((field) => {
      const place = nodeSpan(context, field, span.end);
      return {
        name: nameOf(context, one(field.children.Name), place.start),
        type: buildType(context, one(field.children.type), place.end),
      };
    });
    return { kind: "record", span, fields };
  }
  const simple = one(node?.children.simpleType);
  const nameToken = one(simple?.children.name);
  if (simple === undefined || nameToken === undefined || nameToken.image === "") {
    return { kind: "missing", span: pointSpan(context, fallback) };
  }
  const span = nodeSpan(context, simple, fallback);
  const name = nameOf(context, nameToken, span.start);
  const axes = one(simple.children.axes);
  if (axes === undefined) return { kind: "named", span, name, without: namesOf(context, simple.children.without) };
  return {
    kind: "tensor",
    span,
    element: name,
    axes: buildAxes(context, axes, span.end),
    optional: one(axes.children.Question) !== undefined,
  };
}

function buildAxes(context: BuildContext, node: AxesCstNode, fallback: number): readonly AxisExpression[] {
  return all(node.children.axis).map((axis: AxisCstNode) => {
    const span = nodeSpan(context, axis, fallback);
    const size =
      one(axis.children.Ellipsis) === undefined ? buildOperation(context, one(axis.children.operation), span.end) : undefined;
    return { span, size };
  });
}

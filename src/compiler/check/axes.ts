// Finding axes by name: `over: T`, `along: D`, `last`. A name wins over a size; a size counts only where it is unique.
import { axisAmbiguous } from "../diagnostics/records/types/axis-ambiguous.ts";
import { axisNotFound } from "../diagnostics/records/types/axis-not-found.ts";
import { wrongKind } from "../diagnostics/records/types/wrong-kind.ts";
import type { Dim } from "../dims/dim.ts";
import { lookUp, type Scope } from "../names/scope.ts";
import type { Expression } from "../syntax/ast.ts";
import { printShape, printType } from "../types/print.ts";
import type { Axis, TensorValue, Value } from "../types/value.ts";
import { type Elaboration, report } from "./context.ts";
import { evaluate } from "./expressions.ts";

/** What an axis argument asks for. */
interface AxisRequest {
  readonly name: string | undefined;
  readonly size: Dim | undefined;
  readonly last: boolean;
}

function request(e: Elaboration, scope: Scope, expression: Expression): AxisRequest | undefined {
  if (expression.kind === "name") {
    const bound = lookUp(scope, expression.name)?.value;
    if (bound === undefined) return { name: expression.name, size: undefined, last: expression.name === "last" };
    const named = axisOfValue(bound);
    return { name: named?.name ?? expression.name, size: named?.size, last: named?.last ?? false };
  }
  const value = evaluate(e, scope, expression);
  if (value.kind === "unknown") return undefined;
  const named = axisOfValue(value);
  if (named !== undefined) return named;
  report(e, wrongKind, { span: expression.span, expected: "the name of an axis", found: printType(value) });
  return undefined;
}

function axisOfValue(value: Value): AxisRequest | undefined {
  if (value.kind === "size") return { name: value.axis, size: value.dim, last: false };
  if (value.kind === "members" && value.axis !== undefined) return { name: value.axis, size: undefined, last: false };
  if (value.kind === "last") return { name: undefined, size: undefined, last: true };
  return undefined;
}

/** Position of the axis an expression names in a tensor; undefined after a diagnostic. */
export function findAxis(e: Elaboration, scope: Scope, expression: Expression, value: TensorValue): number | undefined {
  const wanted = request(e, scope, expression);
  if (wanted === undefined) return undefined;
  if (wanted.last) {
    if (value.axes.length > 0) return value.axes.length - 1;
  } else {
    const literal = expression.kind === "name" ? expression.name : undefined;
    for (const name of [wanted.name, literal]) {
      const byName = name === undefined ? -1 : value.axes.findIndex((axis) => axis.name === name);
      if (byName !== -1) return byName;
    }
    const bySize = positionsOfSize(value.axes, wanted.size);
    if (bySize.length === 1) return bySize[0];
    if (bySize.length > 1) {
      report(e, axisAmbiguous, { span: expression.span, axis: literal ?? "it", shape: printShape(value.axes) });
      return undefined;
    }
  }
  const axis = wanted.last ? "last" : (wanted.name ?? wanted.size?.key ?? "it");
  report(e, axisNotFound, {
    span: expression.span,
    axis,
    shape: printShape(value.axes),
    names: value.axes.flatMap((candidate) =>
      candidate.name === undefined || candidate.name.includes("'") ? [] : [candidate.name],
    ),
  });
  return undefined;
}

const positionsOfSize = (axes: readonly Axis[], size: Dim | undefined): readonly number[] =>
  size === undefined ? [] : axes.flatMap((axis, at) => (axis.size.key === size.key ? [at] : []));

/** The axis names given as one name or a list of names. */
export function findAxes(
  e: Elaboration,
  scope: Scope,
  expression: Expression,
  value: TensorValue,
): readonly number[] | undefined {
  const items = expression.kind === "list" ? expression.items : [expression];
  const found = items.map((item) => findAxis(e, scope, item, value));
  return found.some((position) => position === undefined) ? undefined : (found as number[]);
}

/** The name for a new axis, as written after `as:` or in `rename(x, T: S)`: a bare name, resolved through `dim` parameters. */
export function newAxisName(scope: Scope, expression: Expression): string | undefined {
  if (expression.kind !== "name") return expression.kind === "string" ? expression.value : undefined;
  const bound = lookUp(scope, expression.name)?.value;
  return bound === undefined ? expression.name : (axisOfValue(bound)?.name ?? expression.name);
}

// Absence: `x else y`, and sums over members of which some are absent.
import { elseUnneeded } from "../diagnostics/records/lints/else-unneeded.ts";
import { shapesDiffer } from "../diagnostics/records/types/shapes-differ.ts";
import type { Span } from "../source/span.ts";
import type { ElseExpression } from "../syntax/ast.ts";
import { printTensor } from "../types/print.ts";
import { absentFields, isOptional, type Mask, type TensorValue, unknown, type Value } from "../types/value.ts";
import { type Elaboration, emit, isLibrary, localNode, report, tensor } from "./context.ts";
import { fitTo, meet, type Operand, remedyFor } from "./elementwise.ts";
import { type CombinedMask, combine, fill, sizesOf, spread } from "./masks.ts";
import { toOperand, toTensor } from "./values.ts";

export const presenceMasks = (value: TensorValue): readonly Mask[] => value.masks.filter((mask) => mask.presence);

/** One mask for all reasons a value may be absent; undefined where it is always there. */
export function presence(e: Elaboration, span: Span, value: TensorValue): CombinedMask | undefined {
  return combine(e, span, value.axes, presenceMasks(value));
}

/**
 * `value else fallback`: the fallback where the value is absent. It is evaluated only where the value can be absent, so that
 * in a family the members that are always there make no weights for it.
 */
export function otherwise(e: Elaboration, expression: ElseExpression, value: Value, fallback: () => Value): Value {
  if (value.kind === "unknown") return unknown;
  const absentable = value.kind === "gaussian" ? isOptional(value.mean) : value.kind !== "tensor" || isOptional(value);
  e.elses.set(expression, absentable || e.elses.get(expression) === true);
  if (!absentable) return value;
  const other = fallback();
  if (value.kind === "gaussian" && other.kind === "gaussian") {
    const mean = elseTensor(e, expression, value.mean, other.mean);
    const logvar = elseTensor(e, expression, value.logvar, other.logvar);
    return mean === undefined || logvar === undefined ? unknown : { kind: "gaussian", mean, logvar };
  }
  const main = toTensor(e, expression.value.span, value);
  const operand = toOperand(e, expression.fallback.span, other);
  return main === undefined || operand === undefined ? unknown : (elseTensor(e, expression, main, operand) ?? unknown);
}

function elseTensor(e: Elaboration, expression: ElseExpression, main: TensorValue, other: Operand): TensorValue | undefined {
  const { span } = expression;
  const present = presence(e, span, main);
  if (present === undefined) return main;
  const axes = meet(main.axes, other.kind === "tensor" ? other.axes : []);
  if (axes === undefined || axes.length !== main.axes.length) {
    report(e, shapesDiffer, {
      span,
      operator: "else",
      left: printTensor(main),
      right: other.kind === "tensor" ? printTensor(other) : "a number",
      reason: "what stands in must have the shape of what is absent",
      labels: [],
      symbolic: false,
      remedy: other.kind === "tensor" ? remedyFor(main.axes, other.axes) : undefined,
    });
    return undefined;
  }
  const mask = spread(e, span, present.node, present.positions, sizesOf(main.axes));
  const node = emit(e, span, "select", [mask, fitTo(e, span, main, main.axes), fitTo(e, span, other, main.axes)]);
  const masks = main.masks.filter((own) => !own.presence);
  if (other.kind === "tensor") {
    masks.push(...other.masks.filter((own) => !own.presence));
    const second = presence(e, span, other);
    if (second !== undefined) masks.push(eitherMask(e, span, main, present, second, absentFields(other)));
  }
  return tensor(e, node, main.axes, masks);
}

/** Reports each `else` that no elaborated member needed. */
export function reportUnneeded(e: Elaboration): void {
  for (const [expression, needed] of e.elses) {
    if (!needed && !isLibrary(expression.span)) report(e, elseUnneeded, { span: expression.span, value: expression.value.span });
  }
}

/** The presence of a value that is there where either of two is. */
export function eitherMask(
  e: Elaboration,
  span: Span,
  value: TensorValue,
  first: CombinedMask,
  second: CombinedMask,
  of: readonly string[],
): Mask {
  const positions = [...new Set([...first.positions, ...second.positions])].sort((a, b) => a - b);
  const shape = positions.map((position) => value.axes[position]?.size).filter((size) => size !== undefined);
  const wide = (mask: CombinedMask): number =>
    spread(
      e,
      span,
      mask.node,
      mask.positions.map((position) => positions.indexOf(position)),
      shape,
    );
  const node = emit(e, span, "maximum", [wide(first), wide(second)]);
  const axes = positions.map((position) => value.axes[position]?.name ?? "");
  return { node, owner: e.frame.builder, axes, presence: true, of };
}

/** Adds up tensors of one shape; absent ones drop out. `average` divides by how many are there (at least 1). */
export function sumPresent(
  e: Elaboration,
  span: Span,
  values: readonly TensorValue[],
  average: boolean,
): TensorValue | undefined {
  const [first] = values;
  if (first === undefined) return undefined;
  const shape = sizesOf(first.axes);
  let total: number | undefined;
  let count: number | undefined;
  let any: CombinedMask | undefined;
  let always = false;
  for (const value of values) {
    const present = presence(e, span, value);
    let node = localNode(e, value);
    let there = fill(e, span, 1, shape);
    if (present === undefined) always = true;
    else {
      there = spread(e, span, present.node, present.positions, shape);
      node = emit(e, span, "select", [there, node, fill(e, span, 0, shape)]);
      if (any !== undefined) {
        const joined = eitherMask(e, span, value, any, present, []);
        any = { node: joined.node, positions: joined.axes.map((name) => first.axes.findIndex((axis) => axis.name === name)) };
      } else any = present;
    }
    total = total === undefined ? node : emit(e, span, "add", [total, node]);
    count = count === undefined ? there : emit(e, span, "add", [count, there]);
  }
  if (total === undefined || count === undefined) return undefined;
  const node = average ? emit(e, span, "divide", [total, emit(e, span, "maximum", [count, fill(e, span, 1, shape)])]) : total;
  const masks = values.flatMap((value) => value.masks.filter((mask) => !mask.presence));
  if (!always && any !== undefined) {
    masks.push({
      node: any.node,
      owner: e.frame.builder,
      axes: any.positions.map((position) => first.axes[position]?.name ?? ""),
      presence: true,
      of: [...new Set(values.flatMap((value) => absentFields(value)))],
    });
  }
  return tensor(e, node, first.axes, masks);
}

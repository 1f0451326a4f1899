// Elementwise operations: which shapes may meet, and the masks of what comes out.
// Allowed beside equal shapes: a scalar with anything, a trailing bias, and an axis of size 1 that `expand` made.
import { lengthLost } from "../diagnostics/records/types/length-lost.ts";
import { type ShapeRemedy, shapesDiffer } from "../diagnostics/records/types/shapes-differ.ts";
import { constantValue, symbolsOf } from "../dims/dim.ts";
import type { Span } from "../source/span.ts";
import { isHidden, printAxis, printTensor } from "../types/print.ts";
import type { Axis, Mask, NumberValue, SizeValue, TensorValue } from "../types/value.ts";
import { type Elaboration, emit, localNode, Refused, report, tensor } from "./context.ts";
import { fill, sizesOf, spread } from "./masks.ts";

export type Operand = TensorValue | NumberValue | SizeValue;

/**
 * Whether two axes are one: equal sizes, and where the size is known by name only, not two names for it. The batch renamed
 * (`rename(x, B: B2)`) has the batch's size and is still another axis.
 */
function sameAxis(left: Axis, right: Axis): boolean {
  if (left.size.key !== right.size.key) return false;
  const names = [left.name, right.name].filter((name) => name !== undefined && !isHidden(name));
  return names.length < 2 || names[0] === names[1] || constantValue(left.size) !== undefined;
}

/** The axes two operands share after stretching, or undefined where they do not meet. */
export function meet(left: readonly Axis[], right: readonly Axis[]): readonly Axis[] | undefined {
  const [long, short] = left.length >= right.length ? [left, right] : [right, left];
  const offset = long.length - short.length;
  const axes: Axis[] = [];
  for (const [at, axis] of long.entries()) {
    const other = at < offset ? undefined : short[at - offset];
    if (other === undefined || sameAxis(axis, other)) {
      const name = axis.name ?? other?.name;
      const stretches = axis.stretches === true && (other === undefined || other.stretches === true);
      axes.push({ name, size: axis.size, origin: axis.origin ?? other?.origin, ...(stretches ? { stretches } : {}) });
    } else if (axis.stretches === true) axes.push(other);
    else if (other.stretches === true) axes.push(axis);
    else return undefined;
  }
  return axes;
}

/** The operand's node, stretched to `axes`. */
export function fitTo(e: Elaboration, span: Span, operand: Operand, axes: readonly Axis[]): number {
  if (operand.kind === "number") return fill(e, span, operand.value, sizesOf(axes));
  if (operand.kind === "size") {
    // The size of a ragged dimension is that of the padded batch: no number to compute with.
    if ([...symbolsOf(operand.dim)].some((symbol) => e.dimensions.get(symbol)?.kind === "ragged")) {
      report(e, lengthLost, { span, axis: operand.dim.key, found: `the size ${operand.dim.key}` });
      throw new Refused();
    }
    return fill(e, span, operand.dim, sizesOf(axes));
  }
  let node = localNode(e, operand);
  if (operand.dtype === "i32") node = emit(e, span, "cast", [node], { dtype: "f32" });
  const offset = axes.length - operand.axes.length;
  const kept = operand.axes.flatMap((axis, at) => (axis.size.key === axes[at + offset]?.size.key ? [at] : []));
  if (kept.length < operand.axes.length) {
    node = emit(e, span, "reshape", [node], { sizes: kept.map((at) => (operand.axes[at] as Axis).size) });
  }
  return spread(
    e,
    span,
    node,
    kept.map((at) => at + offset),
    sizesOf(axes),
  );
}

/** A binary operation; undefined after a diagnostic. `written` is the operator or function as the user wrote it. */
export function binary(
  e: Elaboration,
  span: Span,
  op: string,
  written: string,
  left: Operand,
  right: Operand,
): TensorValue | undefined {
  const axes = meet(axesOf(left), axesOf(right));
  if (axes === undefined) {
    reportDifference(e, span, written, left as TensorValue, right as TensorValue);
    return undefined;
  }
  const node = emit(e, span, op, [fitTo(e, span, left, axes), fitTo(e, span, right, axes)]);
  return tensor(e, node, axes, [...masksIn(left, axes), ...masksIn(right, axes)]);
}

export function unary(e: Elaboration, span: Span, op: string, operand: TensorValue): TensorValue {
  const node = emit(e, span, op, [fitTo(e, span, operand, operand.axes)]);
  return tensor(e, node, operand.axes, operand.masks);
}

const axesOf = (operand: Operand): readonly Axis[] => (operand.kind === "tensor" ? operand.axes : []);

/** An operand's masks in terms of the names that the result's axes have. */
export function masksIn(operand: Operand, axes: readonly Axis[]): readonly Mask[] {
  if (operand.kind !== "tensor") return [];
  const offset = axes.length - operand.axes.length;
  const renamed = new Map<string, string>();
  for (const [at, axis] of operand.axes.entries()) {
    const name = axes[at + offset]?.name;
    if (axis.name !== undefined && name !== undefined && name !== axis.name) renamed.set(axis.name, name);
  }
  if (renamed.size === 0) return operand.masks;
  return operand.masks.map((mask) => ({ ...mask, axes: mask.axes.map((name) => renamed.get(name) ?? name) }));
}

function reportDifference(e: Elaboration, span: Span, written: string, left: TensorValue, right: TensorValue): void {
  const long = Math.max(left.axes.length, right.axes.length);
  const labels: { span: Span; text: string }[] = [];
  const reasons: string[] = [];
  let symbolic = false;
  for (let back = 1; back <= Math.min(left.axes.length, right.axes.length); back += 1) {
    const a = left.axes[left.axes.length - back] as Axis;
    const b = right.axes[right.axes.length - back] as Axis;
    if (sameAxis(a, b)) continue;
    symbolic ||= constantValue(a.size) === undefined && constantValue(b.size) === undefined;
    reasons.push(`${place(back, long)} is ${printAxis(a)} on the left and ${printAxis(b)} on the right`);
    if (a.origin !== undefined && a.origin !== span) labels.push({ span: a.origin, text: `${a.size.key} was chosen here` });
    if (b.origin !== undefined && b.origin !== span) labels.push({ span: b.origin, text: `${b.size.key} was chosen here` });
  }
  report(e, shapesDiffer, {
    span,
    operator: written,
    left: printTensor(left),
    right: printTensor(right),
    reason: reasons[0] ?? "the one is not a trailing part of the other",
    labels: labels.filter(({ span: at }, index) => labels.findIndex((label) => label.span === at) === index),
    remedy: remedyFor(left.axes, right.axes),
    symbolic,
  });
}

/** What the shapes say about how the two sides could meet. */
export function remedyFor(left: readonly Axis[], right: readonly Axis[]): ShapeRemedy | undefined {
  const [long, short] = left.length >= right.length ? [left, right] : [right, left];
  const leads = short.every((axis, at) => {
    const other = long[at];
    return other !== undefined && sameAxis(axis, other);
  });
  const last = long.at(-1);
  if (long.length === short.length + 1 && leads && last !== undefined) {
    return { kind: constantValue(last.size) === 1 ? "drop" : "stretch", axis: last.size.key };
  }
  if (long.length > short.length) {
    const known = short.every(({ name }) => name !== undefined && long.some((axis) => axis.name === name));
    return known ? { kind: "name", axis: last?.size.key ?? "" } : undefined;
  }
  const differing = left.findIndex((axis, at) => {
    const other = right[at];
    return other === undefined || !sameAxis(axis, other);
  });
  const axis = left[differing];
  if (axis === undefined) return undefined;
  if (axis.size.key === right[differing]?.size.key) return undefined;
  if (differing === left.length - 1)
    return { kind: "width", axis: constantValue(axis.size) === undefined ? "64" : axis.size.key };
  return axis.name === undefined ? undefined : { kind: "length", axis: axis.name };
}

const place = (back: number, rank: number): string => (back === 1 ? "the last axis" : `axis ${rank - back + 1} of ${rank}`);

/** Stretches a tensor to the axes of another by name: what `spread(x, like: y)` does. */
export function spreadLike(e: Elaboration, span: Span, value: TensorValue, like: readonly Axis[]): TensorValue | undefined {
  const positions: number[] = [];
  for (const axis of value.axes) {
    const at = like.findIndex(
      (other, index) =>
        !positions.includes(index) && other.size.key === axis.size.key && (axis.name === undefined || other.name === axis.name),
    );
    if (at === -1 || at < (positions.at(-1) ?? -1)) return undefined;
    positions.push(at);
  }
  return tensor(e, spread(e, span, localNode(e, value), positions, sizesOf(like)), like, value.masks);
}

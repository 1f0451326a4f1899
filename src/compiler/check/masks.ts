// Masks: how padding and absence are kept out of every result. A mask names the axes it covers; whatever reads across
// one of those axes first selects the real entries.
import type { Dim } from "../dims/dim.ts";
import { constantDim, multiplyDims } from "../dims/dim.ts";
import type { Span } from "../source/span.ts";
import type { Axis, Mask, TensorValue } from "../types/value.ts";
import { type Elaboration, emit, localNode, tensor } from "./context.ts";

export const sizesOf = (axes: readonly Axis[]): readonly Dim[] => axes.map((axis) => axis.size);

export function fill(e: Elaboration, span: Span, value: number | Dim, shape: readonly Dim[]): number {
  return emit(e, span, "constant", [], { value, sizes: [...shape], dtype: "f32" });
}

/** Stretches a node whose axes stand at `positions` of the target shape. */
export function spread(e: Elaboration, span: Span, node: number, positions: readonly number[], shape: readonly Dim[]): number {
  const { builder } = e.frame;
  const own = builder.shape(node);
  if (own.length === shape.length && own.every((size, at) => size.key === shape[at]?.key)) return node;
  return emit(e, span, "broadcast", [node], { sizes: [...shape], axes: [...positions] });
}

export interface CombinedMask {
  readonly node: number;
  /** Positions, in the value, of the mask's axes. */
  readonly positions: readonly number[];
}

const positionOf = (axes: readonly Axis[], name: string): number => axes.findIndex((axis) => axis.name === name);

/** The masks of a value that cover any of the axes at `positions`. */
export function masksOver(value: TensorValue, positions: readonly number[]): readonly Mask[] {
  const names = new Set(positions.map((position) => value.axes[position]?.name));
  return value.masks.filter((mask) => mask.axes.some((axis) => names.has(axis)));
}

/** The product of masks as one node over the union of their axes (in the value's order); undefined where there is none. */
export function combine(e: Elaboration, span: Span, axes: readonly Axis[], masks: readonly Mask[]): CombinedMask | undefined {
  const usable = masks.filter((mask) => mask.axes.every((name) => positionOf(axes, name) !== -1));
  if (usable.length === 0) return undefined;
  const positions = [...new Set(usable.flatMap((mask) => mask.axes.map((name) => positionOf(axes, name))))].sort((a, b) => a - b);
  const shape = positions.map((position) => (axes[position] as Axis).size);
  let node: number | undefined;
  for (const mask of usable) {
    const own = mask.axes.map((name) => positions.indexOf(positionOf(axes, name)));
    let part = localNode(e, mask);
    const order = own.map((_, at) => at).sort((a, b) => (own[a] ?? 0) - (own[b] ?? 0));
    if (order.some((from, at) => from !== at)) {
      part = emit(e, span, "transpose", [part], { permutation: order });
    }
    part = spread(
      e,
      span,
      part,
      [...own].sort((a, b) => a - b),
      shape,
    );
    node = node === undefined ? part : emit(e, span, "multiply", [node, part]);
  }
  return node === undefined ? undefined : { node, positions };
}

/** The value with `otherwise` in place of the entries that the masks leave out. */
export function selectReal(e: Elaboration, span: Span, value: TensorValue, masks: readonly Mask[], otherwise: number): number {
  const combined = combine(e, span, value.axes, masks);
  const node = localNode(e, value);
  if (combined === undefined) return node;
  const shape = sizesOf(value.axes);
  const mask = spread(e, span, combined.node, combined.positions, shape);
  const filler =
    value.dtype === "i32"
      ? emit(e, span, "constant", [], { value: otherwise, sizes: [...shape], dtype: "i32" })
      : fill(e, span, otherwise, shape);
  return emit(e, span, "select", [mask, node, filler]);
}

/** Sum over axes, counting real entries only; the result keeps the masks of the axes that stay. */
export function maskedSum(e: Elaboration, span: Span, value: TensorValue, positions: readonly number[]): TensorValue {
  const relevant = masksOver(value, positions);
  const node = emit(e, span, "sum", [selectReal(e, span, value, relevant, 0)], { axes: [...positions] });
  return reduced(e, value, positions, relevant, node);
}

/** How many entries a sum over `positions` counts, shaped like the sum's result; at least 1. */
export function realCount(e: Elaboration, span: Span, value: TensorValue, positions: readonly number[]): number {
  const relevant = masksOver(value, positions);
  const combined = combine(e, span, value.axes, relevant);
  const covered = combined?.positions ?? [];
  const rest = value.axes.map((_, at) => at).filter((at) => !positions.includes(at));
  const shape = rest.map((at) => (value.axes[at] as Axis).size);
  const full = positions.filter((at) => !covered.includes(at)).map((at) => (value.axes[at] as Axis).size);
  let count = fill(e, span, productOf(full), shape);
  if (combined !== undefined) {
    const inner = combined.positions.flatMap((position, at) => (positions.includes(position) ? [at] : []));
    const kept = combined.positions.filter((position) => !positions.includes(position)).map((position) => rest.indexOf(position));
    const real = spread(e, span, emit(e, span, "sum", [combined.node], { axes: inner }), kept, shape);
    count = emit(e, span, "multiply", [count, emit(e, span, "maximum", [real, fill(e, span, 1, shape)])]);
  }
  return count;
}

export function maskedMean(e: Elaboration, span: Span, value: TensorValue, positions: readonly number[]): TensorValue {
  const total = maskedSum(e, span, value, positions);
  const node = emit(e, span, "divide", [total.node, realCount(e, span, value, positions)]);
  return { ...total, node };
}

/** Largest real entry; where none is real, -1e30. */
export function maskedMax(e: Elaboration, span: Span, value: TensorValue, positions: readonly number[]): TensorValue {
  const relevant = masksOver(value, positions);
  const node = emit(e, span, "max", [selectReal(e, span, value, relevant, -1e30)], { axes: [...positions] });
  return reduced(e, value, positions, relevant, node);
}

function reduced(
  e: Elaboration,
  value: TensorValue,
  positions: readonly number[],
  used: readonly Mask[],
  node: number,
): TensorValue {
  const axes = value.axes.filter((_, at) => !positions.includes(at));
  const names = new Set(axes.map((axis) => axis.name));
  const masks = value.masks.filter((mask) => !used.includes(mask) && mask.axes.every((name) => names.has(name)));
  return tensor(e, node, axes, masks);
}

const productOf = (sizes: readonly Dim[]): Dim => sizes.reduce(multiplyDims, constantDim(1));

/** Softmax over one axis among the real entries; padded entries come out as 0. */
export function maskedSoftmax(e: Elaboration, span: Span, value: TensorValue, position: number, logarithm: boolean): TensorValue {
  const relevant = masksOver(value, [position]);
  const shape = sizesOf(value.axes);
  const rest = value.axes.map((_, at) => at).filter((at) => at !== position);
  const wide = (node: number): number => spread(e, span, node, rest, shape);
  const real = selectReal(e, span, value, relevant, -1e30);
  const top = emit(e, span, "stop", [emit(e, span, "max", [real], { axes: [position] })]);
  const centred = emit(e, span, "subtract", [real, wide(top)]);
  const combined = combine(e, span, value.axes, relevant);
  const mask = combined === undefined ? undefined : spread(e, span, combined.node, combined.positions, shape);
  const zero = (): number => fill(e, span, 0, shape);
  let powers = emit(e, span, "exp", [centred]);
  if (mask !== undefined) powers = emit(e, span, "select", [mask, powers, zero()]);
  let sum = emit(e, span, "sum", [powers], { axes: [position] });
  if (mask !== undefined)
    sum = emit(e, span, "maximum", [
      sum,
      fill(
        e,
        span,
        1e-30,
        rest.map((at) => (value.axes[at] as Axis).size),
      ),
    ]);
  let node: number;
  if (logarithm) {
    node = emit(e, span, "subtract", [centred, wide(emit(e, span, "log", [sum]))]);
    if (mask !== undefined) node = emit(e, span, "select", [mask, node, zero()]);
  } else node = emit(e, span, "divide", [powers, wide(sum)]);
  return tensor(e, node, value.axes, value.masks);
}

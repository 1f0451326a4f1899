// How a value lies in a buffer: an offset and a stride for each axis. Views of a stored value are layouts too, so a transpose
// or a slice costs nothing.
import type { Node } from "../../ir/graph.ts";
import { numberAttribute, numbersAttribute } from "../../ops/support/attributes.ts";
import { windowGeometry } from "../../ops/support/windows.ts";
import type { Access } from "../kernel.ts";
import { type Coordinates, reshapeGroups } from "./coordinates.ts";

export interface Layout {
  readonly buffer: number;
  readonly offset: number;
  /** One for each axis of the value. */
  readonly strides: readonly number[];
  /** Inside of loops: how far each iteration of each enclosing loop moves it. */
  readonly steps: readonly number[];
}

export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

export const wholeBuffer = (buffer: number, shape: readonly number[]): Layout => ({
  buffer,
  offset: 0,
  strides: rowMajor(shape),
  steps: [],
});

/** Whether a layout is that of a buffer of this shape without gaps or steps; axes of size 1 may have any stride. */
export function isWhole(layout: Layout, shape: readonly number[]): boolean {
  const expected = rowMajor(shape);
  return (
    layout.offset === 0 &&
    layout.steps.every((step) => step === 0) &&
    shape.every((size, axis) => size === 1 || layout.strides[axis] === expected[axis])
  );
}

/** The access of the entry at `coordinates`. */
export function accessAt(layout: Layout, coordinates: Coordinates, loops: number): Access {
  let offset = layout.offset;
  const strides = new Array<number>(loops).fill(0);
  coordinates.forEach((coordinate, axis) => {
    const stride = layout.strides[axis] as number;
    offset += coordinate.offset * stride;
    coordinate.strides.forEach((own, loop) => {
      strides[loop] = (strides[loop] as number) + own * stride;
    });
  });
  const access = { buffer: layout.buffer, offset, strides };
  return layout.steps.some((step) => step !== 0) ? { ...access, steps: layout.steps } : access;
}

/** The layout of a view of a laid out value; undefined where a reshape would need the entries in another order. */
export function viewLayout(node: Node<number>, layout: Layout, input: readonly number[]): Layout | undefined {
  const stride = (axis: number): number => layout.strides[axis] as number;
  switch (node.op) {
    case "stop":
    case "gradient_scale":
      return layout;
    case "transpose":
      return { ...layout, strides: numbersAttribute("transpose", node.attributes, "permutation").map(stride) };
    case "broadcast": {
      const axes = numbersAttribute("broadcast", node.attributes, "axes");
      const strides = node.shape.map((_, axis) => {
        const from = axes.indexOf(axis);
        return from === -1 || input[from] === 1 ? 0 : stride(from);
      });
      return { ...layout, strides };
    }
    case "slice": {
      const starts = numbersAttribute("slice", node.attributes, "starts");
      return { ...layout, offset: starts.reduce((total, start, axis) => total + start * stride(axis), layout.offset) };
    }
    case "reverse": {
      const axis = numberAttribute("reverse", node.attributes, "axis");
      const offset = layout.offset + stride(axis) * ((node.shape[axis] as number) - 1);
      return { ...layout, offset, strides: layout.strides.map((own, other) => (other === axis ? -own : own)) };
    }
    case "window": {
      const geometry = windowGeometry("window", node.attributes);
      const strides = layout.strides.map((own, other) => (other === geometry.axis ? own * geometry.stride : own));
      return { ...layout, strides: [...strides, stride(geometry.axis) * geometry.dilation] };
    }
    default:
      return reshapeLayout(node.shape, layout, input);
  }
}

/** Axes that merge must follow one another without gaps; an axis that splits always can. */
function reshapeLayout(shape: readonly number[], layout: Layout, input: readonly number[]): Layout | undefined {
  const strides = new Array<number>(shape.length).fill(0);
  for (const { from, to } of reshapeGroups(input, shape)) {
    for (let k = 0; k + 1 < from.length; k += 1) {
      const [outer, inner] = [from[k] as number, from[k + 1] as number];
      if (layout.strides[outer] !== (layout.strides[inner] as number) * (input[inner] as number)) return undefined;
    }
    let stride = layout.strides[from.at(-1) as number] as number;
    for (const axis of [...to].reverse()) {
      strides[axis] = stride;
      stride *= shape[axis] as number;
    }
  }
  return { ...layout, strides };
}

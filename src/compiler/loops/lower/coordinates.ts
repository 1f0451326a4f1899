// Places in values as affine functions of a kernel's loops, and how views (transpose, slice, broadcast, …) move them.
import type { Node } from "../../ir/graph.ts";
import { numberAttribute, numbersAttribute } from "../../ops/support/attributes.ts";
import { windowGeometry } from "../../ops/support/windows.ts";

/** offset + Σ index[loop] · strides[loop]. */
export interface Affine {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** One entry for each axis of a value. */
export type Coordinates = readonly Affine[];

const straight = new Map<string, Coordinates>();

/** Axis k runs along loop k, among `loops` loops. Always the same object for the same numbers. */
export function alongLoops(axes: number, loops: number): Coordinates {
  const key = `${axes} ${loops}`;
  const existing = straight.get(key);
  if (existing !== undefined) return existing;
  const made = makeAlongLoops(axes, loops);
  straight.set(key, made);
  return made;
}

function makeAlongLoops(axes: number, loops: number): Coordinates {
  return Array.from({ length: axes }, (_, axis) => ({
    offset: 0,
    strides: Array.from({ length: loops }, (_unused, loop) => (loop === axis ? 1 : 0)),
  }));
}

/** The first axes of a place; the same object where that is all of them. */
export const leading = (coordinates: Coordinates, axes: number): Coordinates =>
  axes === coordinates.length ? coordinates : coordinates.slice(0, axes);

const texts = new WeakMap<Coordinates, string>();

/** Equal for equal places only. */
export function textOf(coordinates: Coordinates): string {
  const existing = texts.get(coordinates);
  if (existing !== undefined) return existing;
  const text = coordinates.map(({ offset, strides }) => `${offset}:${strides.join()}`).join(";");
  texts.set(coordinates, text);
  return text;
}

export function isAlongLoops(coordinates: Coordinates): boolean {
  if (straight.get(`${coordinates.length} ${coordinates[0]?.strides.length}`) === coordinates) return true;
  return coordinates.every(
    ({ offset, strides }, axis) => offset === 0 && strides.every((stride, loop) => stride === (loop === axis ? 1 : 0)),
  );
}

export const scaled = ({ offset, strides }: Affine, factor: number): Affine => ({
  offset: offset * factor,
  strides: strides.map((stride) => stride * factor),
});

export const shifted = ({ offset, strides }: Affine, by: number): Affine => ({ offset: offset + by, strides });

export const plus = (a: Affine, b: Affine): Affine => ({
  offset: a.offset + b.offset,
  strides: a.strides.map((stride, loop) => stride + (b.strides[loop] as number)),
});

export const zero = (loops: number): Affine => ({ offset: 0, strides: new Array<number>(loops).fill(0) });

/** Operations whose entries are entries of their first input: they move data and compute nothing. */
const views: ReadonlySet<string> = new Set([
  "reshape",
  "stop",
  "gradient_scale",
  "transpose",
  "broadcast",
  "slice",
  "reverse",
  "window",
]);

export const isView = (node: Node<number>): boolean => views.has(node.op);

/**
 * Where in the input of a view the entry at `coordinates` is found; undefined where that is no affine function, which only
 * happens to a reshape that splits an axis.
 */
export function throughView(
  node: Node<number>,
  coordinates: Coordinates,
  input: readonly number[],
  loops: number,
): Coordinates | undefined {
  const at = (axis: number): Affine => coordinates[axis] as Affine;
  switch (node.op) {
    case "stop":
    case "gradient_scale":
      return coordinates;
    case "transpose": {
      const permutation = numbersAttribute("transpose", node.attributes, "permutation");
      return input.map((_, axis) => at(permutation.indexOf(axis)));
    }
    case "broadcast": {
      const axes = numbersAttribute("broadcast", node.attributes, "axes");
      return input.map((size, axis) => (size === 1 ? zero(loops) : at(axes[axis] as number)));
    }
    case "slice": {
      const starts = numbersAttribute("slice", node.attributes, "starts");
      return input.map((_, axis) => shifted(at(axis), starts[axis] as number));
    }
    case "reverse": {
      const axis = numberAttribute("reverse", node.attributes, "axis");
      return input.map((size, other) => (other === axis ? shifted(scaled(at(other), -1), size - 1) : at(other)));
    }
    case "window": {
      const { axis, stride, dilation } = windowGeometry("window", node.attributes);
      const inside = scaled(at(input.length), dilation);
      return input.map((_, other) => (other === axis ? plus(scaled(at(other), stride), inside) : at(other)));
    }
    default:
      return throughReshape(node.shape, coordinates, input, loops);
  }
}

/** Axes of two shapes of one size in corresponding groups of equal products; axes of size 1 are left out. */
export function reshapeGroups(
  from: readonly number[],
  to: readonly number[],
): readonly { readonly from: readonly number[]; readonly to: readonly number[] }[] {
  const rest = (shape: readonly number[]): number[] => shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const [left, right] = [rest(from), rest(to)];
  const groups: { from: number[]; to: number[] }[] = [];
  while (left.length > 0 && right.length > 0) {
    const group = { from: [left.shift() as number], to: [right.shift() as number] };
    let [a, b] = [from[group.from[0] as number] as number, to[group.to[0] as number] as number];
    while (a !== b) {
      const [short, shape, own] = a < b ? ([left, from, group.from] as const) : ([right, to, group.to] as const);
      const axis = short.shift();
      if (axis === undefined) return [];
      own.push(axis);
      if (a < b) a *= shape[axis] as number;
      else b *= shape[axis] as number;
    }
    groups.push(group);
  }
  return groups;
}

function throughReshape(
  shape: readonly number[],
  coordinates: Coordinates,
  input: readonly number[],
  loops: number,
): Coordinates | undefined {
  const result: Affine[] = input.map(() => zero(loops));
  for (const { from, to } of reshapeGroups(shape, input)) {
    const [target] = to;
    if (to.length !== 1 || target === undefined) return undefined;
    let stride = 1;
    for (const axis of [...from].reverse()) {
      result[target] = plus(result[target] as Affine, scaled(coordinates[axis] as Affine, stride));
      stride *= shape[axis] as number;
    }
  }
  return result;
}

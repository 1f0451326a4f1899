// Builds the body of one kernel: a value at a place becomes instructions, stored values become loads, everything else that
// may be computed here becomes operations. Equal instructions are made once.
import type { Node, StaticGraph } from "../../ir/graph.ts";
import { anyNumberAttribute, numberAttribute, numbersAttribute } from "../../ops/support/attributes.ts";
import type { Instruction } from "../kernel.ts";
import { classOf } from "./classes.ts";
import { type Coordinates, isAlongLoops, leading, textOf, throughView } from "./coordinates.ts";
import type { Group, Role } from "./fuse.ts";
import { accessAt, type Layout } from "./layout.ts";

export interface BodyBuilder {
  readonly instructions: readonly Instruction[];
  /** The instruction that gives the entry of a node at these coordinates. */
  value(node: number, coordinates: Coordinates): number;
  /** `value`, but computed here even where it is stored. */
  computed(node: number, coordinates: Coordinates): number;
  push(instruction: Instruction): number;
}

export interface BodyContext {
  readonly graph: StaticGraph;
  /** Number of loops. */
  readonly loops: number;
  /** The group whose kernel this is: its own values are computed, not loaded. */
  readonly group: Group | undefined;
  /** Where a value lies; undefined where it is not stored. */
  layout(node: number): Layout | undefined;
}

export function bodyBuilder(context: BodyContext): BodyBuilder {
  const { graph, loops, group } = context;
  const instructions: Instruction[] = [];
  const known = new Map<string, number>();
  const memo = new Map<string, number>();

  const push = (instruction: Instruction): number => {
    const key = keyOf(instruction);
    const existing = known.get(key);
    if (existing !== undefined) return existing;
    known.set(key, instructions.length);
    return instructions.push(instruction) - 1;
  };

  const value = (index: number, coordinates: Coordinates): number => {
    const key = `${index} ${textOf(coordinates)}`;
    const existing = memo.get(key);
    if (existing !== undefined) return existing;
    const made = make(index, coordinates);
    memo.set(key, made);
    return made;
  };

  const make = (index: number, coordinates: Coordinates): number => {
    const node = graph.nodes[index] as Node<number>;
    const role = group?.members.get(index);
    if (role !== undefined && role !== "sink" && isAlongLoops(coordinates)) return compute(index, coordinates, role);
    const kind = classOf(node);
    if (kind === "view") {
      const input = node.inputs[0] as number;
      const { shape } = graph.nodes[input] as Node<number>;
      const place = throughView(node, coordinates, shape, loops);
      if (place !== undefined) return value(input, place);
    }
    const layout = context.layout(index);
    if (layout !== undefined) return push({ op: "load", access: accessAt(layout, coordinates, loops), dtype: node.dtype });
    return compute(index, coordinates, role ?? "element");
  };

  const varies = (at: number): boolean => {
    const instruction = instructions[at] as Instruction;
    const last = loops - 1;
    switch (instruction.op) {
      case "constant":
      case "reduce":
        return false;
      case "index":
        return instruction.loop === last;
      case "load":
        return instruction.access.strides[last] !== 0;
      case "lookup":
        return instruction.access.strides[last] !== 0 || varies(instruction.index);
      case "apply":
        return instruction.inputs.some(varies);
      case "random":
        return instruction.first[last] !== 0 || instruction.second[last] !== 0;
      case "product":
        return true;
    }
  };

  const apply = (node: Node<number>, inputs: readonly number[]): number =>
    push({ op: "apply", name: node.op, inputs, dtype: node.dtype, attributes: node.op === "cast" ? node.attributes : {} });

  const compute = (index: number, coordinates: Coordinates, role: Role): number => {
    const node = graph.nodes[index] as Node<number>;
    switch (node.op) {
      case "constant":
        return push({ op: "constant", value: anyNumberAttribute("constant", node.attributes, "value"), dtype: node.dtype });
      case "iota":
        return position(node, coordinates);
      case "random":
        return random(node, coordinates);
      case "gather":
        return lookup(node, coordinates);
      case "dot":
        return push({ op: "product", dtype: "f32" });
      case "sum":
      case "max":
      case "argmax": {
        if (role !== "row") throw new RangeError(`${node.op} is read where it is not computed`);
        const input = value(node.inputs[0] as number, [...coordinates, along(loops - 1)]);
        return push({ op: "reduce", name: node.op, input, dtype: node.dtype });
      }
      default: {
        const inputs = node.inputs.map((input) => value(input, leading(coordinates, rank(input))));
        const [dividend, divisor] = inputs as [number, number];
        // One division a row instead of one an entry.
        if (node.op === "divide" && node.dtype === "f32" && varies(dividend) && !varies(divisor)) {
          const one = push({ op: "constant", value: 1, dtype: "f32" });
          const inverse = push({ op: "apply", name: "divide", inputs: [one, divisor], dtype: "f32", attributes: {} });
          return push({ op: "apply", name: "multiply", inputs: [dividend, inverse], dtype: "f32", attributes: {} });
        }
        return apply(node, inputs);
      }
    }
  };

  const rank = (index: number): number => (graph.nodes[index] as Node<number>).shape.length;
  const along = (loop: number) => ({ offset: 0, strides: Array.from({ length: loops }, (_, other) => (other === loop ? 1 : 0)) });
  const integer = (number: number): number => push({ op: "constant", value: number, dtype: "i32" });
  const combine = (name: "add" | "multiply", a: number, b: number): number =>
    push({ op: "apply", name, inputs: [a, b], dtype: "i32", attributes: {} });

  /** The index along an axis, as the arithmetic of loop numbers that it is. */
  const position = (node: Node<number>, coordinates: Coordinates): number => {
    const { offset, strides } = coordinates[numberAttribute("iota", node.attributes, "axis")] as Coordinates[number];
    const terms = strides.flatMap((stride, loop) => {
      if (stride === 0) return [];
      const index = push({ op: "index", loop, dtype: "i32" });
      return [stride === 1 ? index : combine("multiply", index, integer(stride))];
    });
    if (offset !== 0 || terms.length === 0) terms.push(integer(offset));
    const total = terms.reduce((sum, term) => combine("add", sum, term));
    if (node.dtype === "i32") return total;
    return push({ op: "apply", name: "cast", inputs: [total], dtype: "f32", attributes: { dtype: "f32" } });
  };

  const random = (node: Node<number>, coordinates: Coordinates): number => {
    if (coordinates.some(({ offset }) => offset !== 0)) throw new RangeError("random numbers are read where they are not drawn");
    const strides = numbersAttribute("random", node.attributes, "strides");
    const counter = (factor: (axis: number) => number): readonly number[] =>
      Array.from({ length: loops }, (_, loop) =>
        coordinates.reduce((total, { strides: own }, axis) => total + (own[loop] as number) * factor(axis), 0),
      );
    const [seed, step] = node.inputs.map((input) => value(input, [])) as [number, number];
    return push({
      op: "random",
      distribution: node.attributes.distribution as "uniform" | "normal",
      key: numberAttribute("random", node.attributes, "key"),
      seed,
      step,
      first: counter((axis) => (axis === 0 ? 1 : 0)),
      second: counter((axis) => (axis === 0 ? 0 : (strides[axis] as number))),
      dtype: "f32",
    });
  };

  const lookup = (node: Node<number>, coordinates: Coordinates): number => {
    const [table, indices] = node.inputs as [number, number];
    const layout = context.layout(table);
    if (layout === undefined) throw new RangeError("a gather needs its table in memory");
    const own = rank(indices);
    const rest = [{ offset: 0, strides: new Array<number>(loops).fill(0) }, ...coordinates.slice(own)];
    return push({
      op: "lookup",
      access: accessAt(layout, rest, loops),
      index: value(indices, coordinates.slice(0, own)),
      stride: layout.strides[0] as number,
      size: (graph.nodes[table] as Node<number>).shape[0] as number,
      dtype: node.dtype,
    });
  };

  return {
    instructions,
    value,
    computed: (node, coordinates) => compute(node, coordinates, group?.members.get(node) ?? "element"),
    push,
  };
}

/** Equal for equal instructions only. */
function keyOf(instruction: Instruction): string {
  switch (instruction.op) {
    case "constant":
      return `constant ${Object.is(instruction.value, -0) ? "-0" : instruction.value} ${instruction.dtype}`;
    case "load": {
      const { buffer, offset, strides, steps } = instruction.access;
      return `load ${buffer} ${offset} ${strides.join()} ${steps?.join()}`;
    }
    case "apply": {
      const attributes = instruction.name === "cast" ? JSON.stringify(instruction.attributes) : "";
      return `${instruction.name} ${instruction.inputs.join()} ${instruction.dtype} ${attributes}`;
    }
    default:
      return JSON.stringify(instruction);
  }
}

// The state of one lowering: the buffers made so far, and where each value of one graph lies. A loop's body is a graph of its
// own that shares the buffers of the graph around it.
import type { Node, StaticGraph } from "../../ir/graph.ts";
import { anyNumbersAttribute } from "../../ops/support/attributes.ts";
import type { Buffer, Kernel, Nest } from "../kernel.ts";
import { bodyBuilder } from "./body-builder.ts";
import { classOf } from "./classes.ts";
import { alongLoops } from "./coordinates.ts";
import { type Fusion, fuse, type Group } from "./fuse.ts";
import { accessAt, isWhole, type Layout, rowMajor, viewLayout, wholeBuffer } from "./layout.ts";
import { chooseOrder } from "./order-of-axes.ts";
import { analysePadding, type PaddingAnalysis } from "./padding.ts";
import { partLayout } from "./parts.ts";
import { storedValues } from "./stored.ts";

export interface Lowering {
  readonly graph: StaticGraph;
  readonly fusion: Fusion;
  readonly stored: ReadonlySet<number>;
  readonly padding: PaddingAnalysis;
  /** How many loops are around this graph. */
  readonly depth: number;
  readonly buffers: Buffer[];
  readonly kernels: Kernel[];
  addBuffer(buffer: Omit<Buffer, "kind"> & { readonly kind?: Buffer["kind"] }): number;
  /** Where a value lies; undefined where it is not in memory. */
  layout(node: number): Layout | undefined;
  /** The same, brought to memory if need be. */
  inMemory(node: number): Layout;
  /** The same, in a buffer of its own in row-major order. */
  inOwnBuffer(node: number): number;
  setLayout(node: number, layout: Layout): void;
  /** Copies a value to a place. */
  copy(node: number, to: Layout): void;
  node(index: number): Node<number>;
}

export interface LoweringOptions {
  readonly graph: StaticGraph;
  readonly depth: number;
  readonly buffers: Buffer[];
  /** Where an input or a variable lies. */
  leaf(node: Node<number>): Layout;
}

export function startLowering({ graph, depth, buffers, leaf }: LoweringOptions): Lowering {
  const fusion = fuse(graph);
  const stored = storedValues(graph, fusion);
  const padding = analysePadding(graph);
  const kernels: Kernel[] = [];
  const layouts = new Map<number, Layout>();
  const node = (index: number): Node<number> => graph.nodes[index] as Node<number>;
  const addBuffer: Lowering["addBuffer"] = (buffer) => buffers.push({ kind: "value", ...buffer }) - 1;
  const fresh = ({ dtype, shape, origin }: Node<number>): Layout =>
    wholeBuffer(addBuffer({ dtype, shape, path: origin.path }), shape);

  const place = (index: number): Layout | undefined => {
    const own = node(index);
    switch (classOf(own)) {
      case "leaf":
        if (own.op === "part") return partLayout(lowering, own);
        return own.op === "literal" ? literal(own) : leaf(own);
      case "inline":
        return undefined;
      case "view": {
        const input = own.inputs[0] as number;
        const from = classOf(node(input)) === "inline" ? lowering.inMemory(input) : lowering.layout(input);
        return from && (viewLayout(own, from, node(input).shape) ?? viewOfCopy(own, input));
      }
      default: {
        if (!stored.has(index)) return undefined;
        const group = fusion.groupOf.get(index) as Group;
        const order = chooseOrder(graph, index, group);
        const shape = order.map((axis) => own.shape[axis] as number);
        const strides = rowMajor(shape);
        const buffer = addBuffer({ dtype: own.dtype, shape, path: own.origin.path });
        return { buffer, offset: 0, strides: own.shape.map((_, axis) => strides[order.indexOf(axis)] as number), steps: [] };
      }
    }
  };

  const literal = (own: Node<number>): Layout => {
    const numbers = anyNumbersAttribute("literal", own.attributes, "values");
    const values = own.dtype === "i32" ? Int32Array.from(numbers) : Float32Array.from(numbers);
    return wholeBuffer(
      addBuffer({ kind: "constant", dtype: own.dtype, shape: own.shape, values, path: own.origin.path }),
      own.shape,
    );
  };

  /** A reshape of entries that lie in another order: they are copied first. */
  const viewOfCopy = (own: Node<number>, input: number): Layout => {
    const to = fresh(node(input));
    lowering.copy(input, to);
    const view = viewLayout(own, to, node(input).shape);
    if (view === undefined) throw new RangeError("a value in row-major order can be reshaped");
    return view;
  };

  const lowering: Lowering = {
    graph,
    fusion,
    stored,
    padding,
    depth,
    buffers,
    kernels,
    addBuffer,
    node,
    layout(index) {
      const existing = layouts.get(index);
      if (existing !== undefined) return existing;
      const made = place(index);
      if (made !== undefined) layouts.set(index, made);
      return made;
    },
    setLayout(index, layout) {
      layouts.set(index, layout);
    },
    inMemory(index) {
      const existing = lowering.layout(index);
      if (existing !== undefined) return existing;
      const to = fresh(node(index));
      lowering.copy(index, to);
      layouts.set(index, to);
      return to;
    },
    inOwnBuffer(index) {
      const layout = lowering.inMemory(index);
      const { kind, shape } = buffers[layout.buffer] as Buffer;
      const same = shape.reduce((a, b) => a * b, 1) === node(index).shape.reduce((a, b) => a * b, 1);
      if (same && isWhole(layout, node(index).shape) && (kind === "value" || kind === "output")) return layout.buffer;
      const to = fresh(node(index));
      lowering.copy(index, to);
      return to.buffer;
    },
    copy(index, to) {
      kernels.push(copyKernel(lowering, index, to));
    },
  };
  return lowering;
}

/** A nest over a value's axes that stores it at `to`. */
function copyKernel(lowering: Lowering, index: number, to: Layout): Nest {
  const { shape, origin } = lowering.node(index);
  const loops = Math.max(shape.length, 1);
  const coordinates = alongLoops(shape.length, loops);
  const body = bodyBuilder({ graph: lowering.graph, loops, group: undefined, layout: lowering.layout });
  const value = body.value(index, coordinates);
  return {
    kind: "nest",
    sizes: shape.length === 0 ? [1] : shape,
    body: body.instructions,
    stores: [{ access: accessAt(to, coordinates, loops), value, mode: "set" }],
    fills: [],
    path: origin.path,
  };
}

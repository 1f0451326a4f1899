// Primitives with kernels of their own: those that place entries (concat, pad, unwindow, the scatters), the largest entry's
// position along an outer axis, and calls of host functions.
import type { Node } from "../../ir/graph.ts";
import { anyNumberAttribute, numberAttribute, numbersAttribute } from "../../ops/support/attributes.ts";
import { windowGeometry } from "../../ops/support/windows.ts";
import type { Nest } from "../kernel.ts";
import { bodyBuilder } from "./body-builder.ts";
import { reducedAxes } from "./classes.ts";
import { alongLoops, type Coordinates } from "./coordinates.ts";
import { accessAt, type Layout } from "./layout.ts";
import type { Lowering } from "./lowering.ts";
import { type LowerGraph, lowerScan } from "./scan.ts";

export function lowerOwn(lowering: Lowering, index: number, lowerGraph: LowerGraph): void {
  const node = lowering.node(index);
  if (node.op === "scan") lowerScan(lowering, index, lowerGraph);
  else if (node.op === "extension") lowerExtension(lowering, index);
  else if (lowering.stored.has(index)) placers[node.op]?.(lowering, node, lowering.layout(index) as Layout);
}

type Placer = (lowering: Lowering, node: Node<number>, to: Layout) => void;

const placers: Readonly<Record<string, Placer>> = {
  concat(lowering, node, to) {
    const axis = numberAttribute("concat", node.attributes, "axis");
    let start = 0;
    for (const input of node.inputs) {
      lowering.copy(input, { ...to, offset: to.offset + start * (to.strides[axis] as number) });
      start += lowering.node(input).shape[axis] as number;
    }
  },
  pad(lowering, node, to) {
    const low = numbersAttribute("pad", node.attributes, "low");
    const offset = low.reduce((total, count, axis) => total + count * (to.strides[axis] as number), to.offset);
    const value = anyNumberAttribute("pad", node.attributes, "value");
    add(lowering, node.inputs[0] as number, { ...to, offset }, { mode: "set", fill: value });
  },
  unwindow(lowering, node, to) {
    const { axis, stride, dilation } = windowGeometry("unwindow", node.attributes);
    const strides = [
      ...to.strides.map((own, other) => (other === axis ? own * stride : own)),
      (to.strides[axis] as number) * dilation,
    ];
    add(lowering, node.inputs[0] as number, { ...to, strides }, { mode: "add", fill: 0 });
  },
  scatter_add(lowering, node, to) {
    const [indices, updates] = node.inputs as [number, number];
    scatter(lowering, { indices, updates, to, size: node.shape[0] as number, mode: "add" });
  },
  scatter_set(lowering, node, to) {
    const [table, indices, rows] = node.inputs as [number, number, number];
    lowering.copy(table, to);
    scatter(lowering, { indices, updates: rows, to, size: node.shape[0] as number, mode: "set" });
  },
  argmax(lowering, node, to) {
    const input = node.inputs[0] as number;
    const { shape } = lowering.node(input);
    const [axis] = reducedAxes(node) as [number];
    const kept = shape.map((_, other) => other).filter((other) => other !== axis);
    const order = [...kept, axis];
    const loops = order.length;
    const along = alongLoops(loops, loops);
    const place: Coordinates = shape.map((_, other) => along[order.indexOf(other)] as Coordinates[number]);
    const body = bodyBuilder({ graph: lowering.graph, loops, group: undefined, layout: lowering.layout });
    const value = body.push({ op: "reduce", name: "argmax", input: body.value(input, place), dtype: "i32" });
    const stores = [{ access: accessAt(to, along.slice(0, -1), loops), value, mode: "set" as const }];
    const sizes = order.map((other) => shape[other] as number);
    lowering.kernels.push({ kind: "nest", sizes, body: body.instructions, stores, fills: [], path: node.origin.path });
  },
};

/** Stores a value over what a fill of the whole buffer left. */
function add(lowering: Lowering, value: number, to: Layout, how: { readonly mode: "set" | "add"; readonly fill: number }): void {
  lowering.copy(value, to);
  const copied = lowering.kernels.pop() as Nest;
  const stores = copied.stores.map((store) => ({ ...store, mode: how.mode }));
  lowering.kernels.push({ ...copied, stores, fills: [{ buffer: to.buffer, value: how.fill }] });
}

interface Scatter {
  readonly indices: number;
  readonly updates: number;
  readonly to: Layout;
  /** Rows of the table. */
  readonly size: number;
  readonly mode: "set" | "add";
}

/** Row by row in order, so that sums are always taken in the same order and the last of several rows wins. */
function scatter(lowering: Lowering, { indices, updates, to, size, mode }: Scatter): void {
  const { shape, origin } = lowering.node(updates);
  const loops = Math.max(shape.length, 1);
  const along = alongLoops(shape.length, loops);
  const own = lowering.node(indices).shape.length;
  const body = bodyBuilder({ graph: lowering.graph, loops, group: undefined, layout: lowering.layout });
  const value = body.value(updates, along);
  const index = body.value(indices, along.slice(0, own));
  const rest: Layout = { ...to, strides: to.strides.slice(1) };
  const access = accessAt(rest, along.slice(own), loops);
  lowering.kernels.push({
    kind: "nest",
    sizes: shape.length === 0 ? [1] : shape,
    body: body.instructions,
    stores: [{ access, value, mode, index: { value: index, stride: to.strides[0] as number, size } }],
    fills: mode === "add" ? [{ buffer: to.buffer, value: 0 }] : [],
    path: origin.path,
  });
}

function lowerExtension(lowering: Lowering, index: number): void {
  const node = lowering.node(index);
  lowering.kernels.push({
    kind: "host",
    name: String(node.attributes.name),
    attributes: node.attributes,
    inputs: node.inputs.map((input) => {
      const { shape, dtype } = lowering.node(input);
      return { buffer: lowering.inOwnBuffer(input), shape, dtype };
    }),
    output: (lowering.layout(index) as Layout).buffer,
    path: node.origin.path,
  });
}

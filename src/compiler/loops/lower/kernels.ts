// The kernel of each group of fused nodes.
import type { Node } from "../../ir/graph.ts";
import { numberPairsAttribute } from "../../ops/support/attributes.ts";
import type { Access, Contraction, Nest, Store } from "../kernel.ts";
import { type BodyBuilder, bodyBuilder } from "./body-builder.ts";
import { reducedAxes } from "./classes.ts";
import { alongLoops } from "./coordinates.ts";
import type { Group } from "./fuse.ts";
import { accessAt, type Layout } from "./layout.ts";
import type { Lowering } from "./lowering.ts";
import { contractedSkip, skipOf } from "./skip.ts";

/** Adds the kernel of a nest or contraction group; none where nothing of it is stored. */
export function lowerGroup(lowering: Lowering, group: Group): void {
  const members = [...group.members.keys()].filter((member) => lowering.stored.has(member)).sort((a, b) => a - b);
  if (members.length === 0) return;
  if (group.kind === "contraction") lowering.kernels.push(contraction(lowering, group, members));
  else lowering.kernels.push(nest(lowering, group, members));
}

function nest(lowering: Lowering, group: Group, members: readonly number[]): Nest {
  const loops = Math.max(group.domain.length, 1);
  const body = bodyBuilder({ graph: lowering.graph, loops, group, layout: lowering.layout });
  const fills: { buffer: number; value: number }[] = [];
  const stores = members.map((member): Store => {
    const node = lowering.node(member);
    if (group.members.get(member) !== "sink") return storeOf(lowering, body, member, loops);
    const layout = lowering.layout(member) as Layout;
    fills.push({ buffer: layout.buffer, value: node.op === "max" ? Number.NEGATIVE_INFINITY : 0 });
    return sink(lowering, body, node, layout, loops);
  });
  const sizes = group.domain.length === 0 ? [1] : group.domain;
  const skip = skipOf(lowering, group, members);
  const path = pathOf(lowering, members);
  return { kind: "nest", sizes, body: body.instructions, stores, fills, ...(skip && { skip }), path };
}

/** An element or row value, stored at its own place. */
function storeOf(lowering: Lowering, body: BodyBuilder, member: number, loops: number): Store {
  const coordinates = alongLoops(lowering.node(member).shape.length, loops);
  const access = accessAt(lowering.layout(member) as Layout, coordinates, loops);
  return { access, value: body.computed(member, coordinates), mode: "set" };
}

/** A reduction over other axes than the last alone: combined in memory, the last axis first in a register. */
function sink(lowering: Lowering, body: BodyBuilder, node: Node<number>, layout: Layout, loops: number): Store {
  const input = node.inputs[0] as number;
  const rank = lowering.node(input).shape.length;
  const axes = reducedAxes(node);
  const all = alongLoops(rank, loops);
  const entry = body.value(input, all);
  const mode = node.op === "max" ? "max" : "add";
  const overLast = rank > 0 && axes.includes(rank - 1);
  const value = overLast
    ? body.push({ op: "reduce", name: node.op === "max" ? "max" : "sum", input: entry, dtype: node.dtype })
    : entry;
  return {
    access: accessAt(
      layout,
      all.filter((_, axis) => !axes.includes(axis)),
      loops,
    ),
    value,
    mode,
  };
}

function contraction(lowering: Lowering, group: Group, members: readonly number[]): Contraction {
  const index = [...group.members.keys()].find((member) => lowering.node(member).op === "dot") as number;
  const dot = lowering.node(index);
  const pairs = {
    batch: numberPairsAttribute("dot", dot.attributes, "batch"),
    contract: numberPairsAttribute("dot", dot.attributes, "contract"),
  };
  const sides = ([0, 1] as const).map((side) => {
    const layout = lowering.inMemory(dot.inputs[side] as number);
    const { shape } = lowering.node(dot.inputs[side] as number);
    const batch = pairs.batch.map((pair) => pair[side]);
    const contracted = pairs.contract.map((pair) => pair[side]);
    const free = shape.map((_, axis) => axis).filter((axis) => !batch.includes(axis) && !contracted.includes(axis));
    return { layout, shape, batch, contracted, free };
  });
  const [left, right] = sides as [(typeof sides)[number], (typeof sides)[number]];
  const access = (side: typeof left, before: number, after: number): Access => {
    const { buffer, offset, strides, steps } = side.layout;
    const of = (axes: readonly number[]): number[] => axes.map((axis) => strides[axis] as number);
    const none = (count: number): number[] => new Array<number>(count).fill(0);
    const all = [...of(side.batch), ...none(before), ...of(side.free), ...none(after), ...of(side.contracted)];
    const result = { buffer, offset, strides: all };
    return steps.some((step) => step !== 0) ? { ...result, steps } : result;
  };
  const loops = group.domain.length;
  const body = bodyBuilder({ graph: lowering.graph, loops, group, layout: lowering.layout });
  const made: Contraction = {
    kind: "contraction",
    sizes: group.domain,
    batch: left.batch.length,
    rows: left.free.length,
    columns: right.free.length,
    contracted: left.contracted.map((axis) => left.shape[axis] as number),
    left: access(left, 0, right.free.length),
    right: access(right, left.free.length, 0),
    // The stores add their instructions to the body, so they are made first.
    ...withStores(body, () => members.map((member) => storeOf(lowering, body, member, loops))),
    fills: [],
    path: pathOf(lowering, members, index),
  };
  const skip = skipOf(lowering, group, members) ?? contractedSkip(lowering, dot, pairs, made);
  return skip === undefined ? made : { ...made, skip };
}

function withStores(body: BodyBuilder, make: () => readonly Store[]): Pick<Contraction, "body" | "stores"> {
  const stores = make();
  return { body: body.instructions, stores };
}

function pathOf(lowering: Lowering, members: readonly number[], index = members[0] as number): string {
  return lowering.node(index).origin.path;
}

// A scan becomes a loop over the kernels of its body. Sequences and stacked outputs are read and written in place, step by
// step; carries live in buffers that the end of each iteration overwrites.
import type { Node, StaticGraph } from "../../ir/graph.ts";
import { scanCounts } from "../../ops/support/scan-layout.ts";
import type { Access, Kernel } from "../kernel.ts";
import { sourceOf } from "./fuse.ts";
import { isWhole, type Layout, rowMajor, wholeBuffer } from "./layout.ts";
import { type Lowering, startLowering } from "./lowering.ts";
import { partLayouts } from "./parts.ts";

/** Adds the kernels of a whole graph to its lowering and gives them in an order of execution; `extra` adds some first. */
export type LowerGraph = (lowering: Lowering, extra: () => void) => readonly Kernel[];

export function lowerScan(lowering: Lowering, index: number, lowerGraph: LowerGraph): void {
  const node = lowering.node(index);
  const body = node.body as StaticGraph;
  const counts = scanCounts(node.attributes);
  const { depth, buffers } = lowering;
  const inputs = node.inputs.map((input) => lowering.inMemory(input));
  const steps = (lowering.node(node.inputs[counts.carries] as number).shape[0] ?? 0) as number;
  const result = (name: string): Node<number> => body.nodes[body.outputs[name] as number] as Node<number>;
  const parts = partLayouts(lowering, index);
  const carries = parts.slice(0, counts.carries);
  const stacks = parts.slice(counts.carries);
  carries.forEach((carry, k) => {
    lowering.copy(node.inputs[k] as number, carry);
  });

  const leaf = ({ attributes }: Node<number>): Layout => {
    const [kind, number] = String(attributes.name).split(".") as [string, string];
    const k = Number(number);
    if (kind === "carry") return inside(carries[k] as Layout, depth, 0);
    if (kind === "const") return inside(inputs[counts.carries + counts.sequences + k] as Layout, depth, 0);
    const { strides, ...rest } = inputs[counts.carries + k] as Layout;
    return inside({ ...rest, strides: strides.slice(1) }, depth, strides[0] as number);
  };
  const inner = startLowering({ graph: body, depth: depth + 1, buffers, leaf });
  const kernels = lowerGraph(inner, () => {
    stacks.forEach((stack, k) => {
      const { strides, ...rest } = stack;
      inner.copy(body.outputs[`out.${k}`] as number, inside({ ...rest, strides: strides.slice(1) }, depth, strides[0] as number));
    });
  });
  // In this order: the copies read where the redirected values now are.
  const middle = redirected(kernels, inner, depth + 1, counts.outputs, result);
  const ends = carryCopies(
    inner,
    body,
    carries.map((carry) => inside(carry, depth, 0)),
    counts.carries,
  );
  lowering.kernels.push({
    kind: "loop",
    iterations: steps,
    reverse: counts.reverse,
    body: [...middle, ...ends],
    path: node.origin.path,
  });
}

/** A layout of the outer graph as the loop's body sees it: one more step. */
function inside(layout: Layout, depth: number, step: number): Layout {
  const outer = Array.from({ length: depth }, (_, level) => layout.steps[level] ?? 0);
  return { ...layout, steps: [...outer, step] };
}

/** At the end of an iteration every carry takes its new value; one that another carry's old value gives goes through a copy. */
function carryCopies(inner: Lowering, body: StaticGraph, carries: readonly Layout[], count: number): readonly Kernel[] {
  const before = inner.kernels.length;
  const moves: { node: number; to: Layout; from: Layout | undefined }[] = [];
  for (let k = 0; k < count; k += 1) {
    const value = body.outputs[`carry.${k}`] as number;
    const readsCarry = sourceOf(body, value, undefined, 1).some(({ node }) => body.nodes[node]?.op === "input");
    const { shape, dtype, origin } = inner.node(value);
    const from = readsCarry ? wholeBuffer(inner.addBuffer({ dtype, shape, path: origin.path }), shape) : undefined;
    if (from !== undefined) inner.copy(value, from);
    moves.push({ node: value, to: carries[k] as Layout, from });
  }
  const fromCopies = moves.map(({ node, to, from }) => {
    if (from !== undefined) inner.setLayout(node, from);
    return { node, to };
  });
  for (const { node, to } of fromCopies) inner.copy(node, to);
  return inner.kernels.splice(before);
}

/**
 * A value that an iteration computes only to copy it to its place in a stacked output is computed in that place. Values that
 * are filled first, or that more than one output takes, keep their buffer.
 */
function redirected(
  kernels: readonly Kernel[],
  inner: Lowering,
  depth: number,
  outputs: number,
  result: (name: string) => Node<number>,
): readonly Kernel[] {
  let current = kernels;
  for (let k = 0; k < outputs; k += 1) {
    const index = inner.graph.outputs[`out.${k}`] as number;
    const { shape } = result(`out.${k}`);
    const layout = inner.layout(index);
    if (layout === undefined || !isWhole(layout, shape) || layout.steps.some((step) => step !== 0)) continue;
    const written = current.filter((kernel) => writes(kernel, layout.buffer));
    const copy = current.find((kernel) => isCopyOf(kernel, layout.buffer, shape));
    const [writer] = written;
    if (written.length !== 1 || writer?.kind === "loop" || writer?.kind === "host" || copy === undefined) continue;
    if (writer === undefined || writer.fills.some(({ buffer }) => buffer === layout.buffer)) continue;
    if (current.some((kernel) => kernel !== copy && (kernel.kind === "loop" || kernel.kind === "host"))) continue;
    const target = copy.kind === "nest" ? (copy.stores[0]?.access as Access) : undefined;
    if (target === undefined || rowMajor(shape).join() !== target.strides.slice(0, shape.length).join()) continue;
    const move = (access: Access): Access =>
      access.buffer === layout.buffer
        ? {
            ...access,
            buffer: target.buffer,
            offset: access.offset + target.offset,
            steps: target.steps ?? new Array<number>(depth).fill(0),
          }
        : access;
    current = current.filter((kernel) => kernel !== copy).map((kernel) => moveAccesses(kernel, move));
    inner.setLayout(index, { ...layout, buffer: target.buffer, offset: target.offset, steps: target.steps ?? [] });
  }
  return current;
}

const writes = (kernel: Kernel, buffer: number): boolean => {
  if (kernel.kind === "loop") return kernel.body.some((each) => writes(each, buffer));
  if (kernel.kind === "host") return kernel.output === buffer;
  return kernel.stores.some(({ access }) => access.buffer === buffer) || kernel.fills.some((fill) => fill.buffer === buffer);
};

/** Whether a kernel only copies a whole buffer of this shape elsewhere. */
function isCopyOf(kernel: Kernel, buffer: number, shape: readonly number[]): boolean {
  if (kernel.kind !== "nest" || kernel.body.length !== 1 || kernel.stores.length !== 1 || kernel.fills.length > 0) return false;
  const [load] = kernel.body;
  const sizes = shape.length === 0 ? [1] : shape;
  return load?.op === "load" && load.access.buffer === buffer && load.access.offset === 0 && kernel.sizes.join() === sizes.join();
}

function moveAccesses(kernel: Kernel, move: (access: Access) => Access): Kernel {
  if (kernel.kind === "loop" || kernel.kind === "host") return kernel;
  const body = kernel.body.map((each) =>
    each.op === "load" || each.op === "lookup" ? { ...each, access: move(each.access) } : each,
  );
  const stores = kernel.stores.map((store) => ({ ...store, access: move(store.access) }));
  if (kernel.kind === "nest") return { ...kernel, body, stores };
  return { ...kernel, body, stores, left: move(kernel.left), right: move(kernel.right) };
}

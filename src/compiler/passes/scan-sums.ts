// Takes running sums out of scans: a carry to which each step only adds something (the gradient of a weight that every step
// uses) becomes one sum over all steps after the loop, of stacked factors instead of stacked terms. Runs on simplified bodies.
import type { Graph, Node } from "../ir/graph.ts";
import { numberPairsAttribute, numbersAttribute } from "../ops/support/attributes.ts";
import { type ScanCounts, scanCounts, scanInputNames } from "../ops/support/scan-layout.ts";
import { eliminateDead } from "./dead.ts";
import { type EmitNode, rebuild } from "./rewrite.ts";

/** A carry that is a running sum: its number and what each step adds, as indices of the body. */
interface RunningSum {
  readonly carry: number;
  readonly terms: readonly number[];
}

const entries = (node: Node<number>): number => node.shape.reduce((product, size) => product * size, 1);
const nodeOf = (graph: Graph<number>, index: number): Node<number> => graph.nodes[index] as Node<number>;

/** Operations f with f(a) + f(b) = f(a + b). */
const linear = new Set(["negate", "transpose", "reshape", "broadcast", "slice", "reverse"]);

/**
 * The same graph, up to the order of these sums. Stacked factors take T times their own size; a sum leaves its loop only
 * where all that is newly stacked takes, at one step, at most what the step's slices take and the carries that go (which
 * every step would have read and written).
 */
export function takeSumsOut(graph: Graph<number>): Graph<number> {
  const parts = new Map<number, ReadonlyMap<number, number>>();
  return rebuild(graph, ({ node, original, index, nodes, emit }) => {
    if (node.op === "scan") {
      const sums = affordable(node);
      if (sums.length === 0) return emit(node);
      const outside = nodes[node.inputs[scanCounts(node.attributes).carries] as number] as Node<number>;
      const split = withoutSums(node, sums, outside.shape[0] as number, emit);
      parts.set(index, split.parts);
      return split.scan;
    }
    const moved = node.op === "part" ? parts.get(original.inputs[0] as number) : undefined;
    if (moved === undefined) return emit(node);
    const part = Number(node.attributes.index);
    const place = moved.get(part);
    if (place === undefined) throw new RangeError(`the scan has lost its part ${part}`);
    return place;
  });
}

/** The running sums whose factors are worth stacking. */
function affordable(scan: Node<number>): readonly RunningSum[] {
  const body = scan.body as Graph<number>;
  const counts = scanCounts(scan.attributes);
  const slices = body.nodes.filter((node) => node.op === "input" && String(node.attributes.name).startsWith("slice."));
  const free = new Set([...slices, ...outputsOf(body, counts).map((index) => nodeOf(body, index))]);
  let budget = slices.reduce((sum, slice) => sum + entries(slice), 0);
  // Large sums first: their factors are most of what the small ones read.
  const bySize = runningSums(body, counts).map((sum) => ({
    sum,
    size: entries(nodeOf(body, body.outputs[`carry.${sum.carry}`] as number)),
  }));
  bySize.sort((a, b) => b.size - a.size);
  const taken: RunningSum[] = [];
  for (const { sum, size } of bySize) {
    const stacked = new Set(sum.terms.flatMap((term) => factorsOf(body, term)).map((index) => nodeOf(body, index)));
    for (const node of free) stacked.delete(node);
    const cost = [...stacked].reduce((total, node) => total + entries(node), 0);
    if (cost > budget + size) continue;
    budget += size - cost;
    for (const node of stacked) free.add(node);
    taken.push(sum);
  }
  return taken;
}

const outputsOf = (body: Graph<number>, counts: ScanCounts): readonly number[] =>
  Array.from({ length: counts.outputs }, (_, k) => body.outputs[`out.${k}`] as number);

function runningSums(body: Graph<number>, counts: ScanCounts): readonly RunningSum[] {
  const uses = new Int32Array(body.nodes.length);
  const use = (index: number): void => {
    uses[index] = (uses[index] as number) + 1;
  };
  for (const node of body.nodes) node.inputs.forEach(use);
  Object.values(body.outputs).forEach(use);
  return Array.from({ length: counts.carries }, (_, carry) => carry).flatMap((carry) => {
    const terms: number[] = [];
    let at = body.outputs[`carry.${carry}`] as number;
    const name = `carry.${carry}`;
    const reads = (index: number): boolean => nodeOf(body, index).attributes.name === name && nodeOf(body, index).op === "input";
    while (uses[at] === 1 && nodeOf(body, at).op === "add" && nodeOf(body, at).dtype === "f32") {
      const [left, right] = nodeOf(body, at).inputs as [number, number];
      const next = [left, right].find((input) => leadsTo(body, input, reads));
      if (next === undefined) return [];
      terms.push(next === left ? right : left);
      at = next;
    }
    return uses[at] === 1 && reads(at) && terms.length > 0 ? [{ carry, terms }] : [];
  });
}

/** Whether additions alone lead from the node to the carry. */
function leadsTo(body: Graph<number>, index: number, reads: (index: number) => boolean): boolean {
  if (reads(index)) return true;
  const node = nodeOf(body, index);
  return node.op === "add" && node.inputs.some((input) => leadsTo(body, input, reads));
}

/** What must be stacked to sum a body's node over the steps. */
function factorsOf(body: Graph<number>, index: number): readonly number[] {
  const node = nodeOf(body, index);
  if (node.op === "add" || linear.has(node.op)) return node.inputs.flatMap((input) => factorsOf(body, input));
  return node.op === "dot" || node.op === "sum" ? node.inputs : [index];
}

/** Emits the scan without the sums, and the sums after it; gives the place of every part by its old index. */
function withoutSums(
  scan: Node<number>,
  sums: readonly RunningSum[],
  steps: number,
  emit: EmitNode<number>,
): { readonly scan: number; readonly parts: ReadonlyMap<number, number> } {
  const body = scan.body as Graph<number>;
  const counts = scanCounts(scan.attributes);
  const names = scanInputNames(counts);
  const gone = new Set(sums.map(({ carry }) => carry));
  const kept = Array.from({ length: counts.carries }, (_, k) => k).filter((k) => !gone.has(k));
  const isSlice = (index: number): boolean =>
    nodeOf(body, index).op === "input" && String(nodeOf(body, index).attributes.name).startsWith("slice.");
  const stacked = [...outputsOf(body, counts)];
  for (const factor of sums.flatMap(({ terms }) => terms.flatMap((term) => factorsOf(body, term)))) {
    if (!isSlice(factor) && !stacked.includes(factor)) stacked.push(factor);
  }
  const outputs = Object.fromEntries([
    ...kept.map((k, place) => [`carry.${place}`, body.outputs[`carry.${k}`] as number] as const),
    ...stacked.map((index, place) => [`out.${place}`, index] as const),
  ]);
  const place = emit({
    ...scan,
    inputs: scan.inputs.filter((_, k) => !gone.has(k)),
    attributes: { ...scan.attributes, carries: kept.length, outputs: stacked.length },
    body: withoutCarries(body, outputs, kept, gone),
  });
  const part = (index: number, shape: readonly number[], like: Node<number>): number =>
    emit({ op: "part", inputs: [place], attributes: { index }, shape, dtype: like.dtype, origin: like.origin });
  const places = new Map<number, number>();
  const stackOf = (index: number): number => {
    if (isSlice(index)) return scan.inputs[names.indexOf(String(nodeOf(body, index).attributes.name))] as number;
    const known = places.get(index);
    if (known !== undefined) return known;
    const node = nodeOf(body, index);
    const made = part(kept.length + stacked.indexOf(index), [steps, ...node.shape], node);
    places.set(index, made);
    return made;
  };
  const total = (index: number): number => {
    const { body: _body, ...node } = nodeOf(body, index);
    if (node.op === "add" || linear.has(node.op)) return emit({ ...node, inputs: node.inputs.map(total) });
    if (node.op === "sum") {
      const axes = [0, ...numbersAttribute("sum", node.attributes, "axes").map((axis) => axis + 1)];
      return emit({ ...node, inputs: node.inputs.map(stackOf), attributes: { axes } });
    }
    if (node.op !== "dot") return emit({ ...node, op: "sum", inputs: [stackOf(index)], attributes: { axes: [0] } });
    const shifted = (which: string) => numberPairsAttribute("dot", node.attributes, which).map(([a, b]) => [a + 1, b + 1]);
    return emit({
      ...node,
      inputs: node.inputs.map(stackOf),
      attributes: { batch: shifted("batch"), contract: [[0, 0], ...shifted("contract")] },
    });
  };
  const parts = new Map<number, number>();
  kept.forEach((k, at) => {
    const result = nodeOf(body, body.outputs[`carry.${k}`] as number);
    parts.set(k, part(at, result.shape, result));
  });
  for (const { carry, terms } of sums) {
    const { shape, dtype, origin } = nodeOf(body, body.outputs[`carry.${carry}`] as number);
    const add = (left: number, right: number): number =>
      emit({ op: "add", inputs: [left, right], attributes: {}, shape, dtype, origin });
    parts.set(carry, terms.map(total).reduce(add, scan.inputs[carry] as number));
  }
  outputsOf(body, counts).forEach((index, k) => {
    parts.set(counts.carries + k, part(kept.length + k, [steps, ...nodeOf(body, index).shape], nodeOf(body, index)));
  });
  return { scan: place, parts };
}

/** The body with these outputs, its carries renumbered, without what only the running sums needed. */
function withoutCarries(
  body: Graph<number>,
  outputs: Readonly<Record<string, number>>,
  kept: readonly number[],
  gone: ReadonlySet<number>,
): Graph<number> {
  const nodes = body.nodes.map((node) => {
    const name = node.op === "input" ? String(node.attributes.name) : "";
    const carry = name.startsWith("carry.") ? Number(name.slice("carry.".length)) : undefined;
    if (carry === undefined || gone.has(carry)) return node;
    return { ...node, attributes: { ...node.attributes, name: `carry.${kept.indexOf(carry)}` } };
  });
  return eliminateDead({ nodes, outputs, assignments: [] });
}

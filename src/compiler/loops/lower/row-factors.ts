// What is the same all along a row comes out of the row's sum: Σ x / s = (Σ x) / s. Autodiff leaves such factors inside, in the
// gradients of softmax and of norms, and divides what is already divided: there the quotient of the forward pass serves again.
import type { Node, StaticGraph } from "../../ir/graph.ts";
import { eliminateDead } from "../../passes/dead.ts";
import { type EmitNode, rebuild } from "../../passes/rewrite.ts";

/** The same graph with fewer operations on each entry. Values change by rounding only. */
export function withRowFactors(graph: StaticGraph): StaticGraph {
  const readers = new Array<number>(graph.nodes.length).fill(0);
  for (const { inputs } of graph.nodes) for (const input of inputs) readers[input] = (readers[input] ?? 0) + 1;
  /** Whether only one node reads each node of the new graph that stands for one of the old graph's. */
  const single: boolean[] = [];
  const quotients = new Map<string, number>();
  let changed = false;
  const rewritten = rebuild(graph, ({ node, index, nodes, emit }) => {
    const context: Context = { nodes, emit: (own) => emit(own), isSingle: (at) => single[at] !== false };
    const before = nodes.length;
    const other = sumOfProducts(context, node) ?? commonDivisor(context, node) ?? knownQuotient(context, quotients, node);
    if (other !== undefined) changed = true;
    const place = other ?? emit(node);
    if (node.op === "divide" && place >= before) quotients.set(node.inputs.join(), place);
    single[place] = (readers[index] ?? 0) <= 1;
    return place;
  });
  return changed ? eliminateDead(rewritten) : graph;
}

interface Context {
  readonly nodes: readonly Node<number>[];
  readonly emit: EmitNode<number>;
  isSingle(at: number): boolean;
}

const nodeAt = ({ nodes }: Context, index: number): Node<number> => nodes[index] as Node<number>;

/** The value that a broadcast along exactly these axes repeats, or a constant. */
function repeatedAlong(context: Context, index: number, axes: readonly number[]): number | undefined {
  const node = nodeAt(context, index);
  if (node.op === "constant" && node.shape.length === 0) return index;
  if (node.op !== "broadcast") return undefined;
  const kept = node.attributes.axes as readonly number[];
  const whole = kept.length + axes.length === node.shape.length && kept.every((axis) => !axes.includes(axis));
  return whole && kept.every((axis, at) => at === 0 || axis > (kept[at - 1] as number)) ? node.inputs[0] : undefined;
}

/** Σ -x, Σ x / s and Σ x · s, where s is the same along what is summed over. */
function sumOfProducts(context: Context, node: Node<number>): number | undefined {
  const [input] = node.inputs;
  if (node.op !== "sum" || node.dtype !== "f32" || input === undefined || !context.isSingle(input)) return undefined;
  const { op, inputs } = nodeAt(context, input);
  const [a, b] = inputs as [number, number];
  const axes = node.attributes.axes as readonly number[];
  const sumOf = (summand: number): number => {
    const inner = { ...node, inputs: [summand] };
    return sumOfProducts(context, inner) ?? context.emit(inner);
  };
  const apply = (of: readonly number[]): number => context.emit({ ...node, op, inputs: of, attributes: {} });
  if (op === "negate") return apply([sumOf(a)]);
  if (op !== "divide" && op !== "multiply") return undefined;
  const factor = repeatedAlong(context, b, axes);
  if (factor !== undefined) return apply([sumOf(a), factor]);
  const other = op === "multiply" ? repeatedAlong(context, a, axes) : undefined;
  return other === undefined ? undefined : apply([sumOf(b), other]);
}

/** a / s + r, where r repeats the quotient of something and s: one division serves both. */
function commonDivisor(context: Context, node: Node<number>): number | undefined {
  if (node.op !== "add" || node.dtype !== "f32") return undefined;
  for (const [one, other] of [node.inputs, [...node.inputs].reverse()] as (readonly [number, number])[]) {
    const [quotient, repeated] = [nodeAt(context, one), nodeAt(context, other)];
    if (quotient.op !== "divide" || repeated.op !== "broadcast") continue;
    const divisor = nodeAt(context, quotient.inputs[1] as number);
    if (divisor.op !== "broadcast" || String(divisor.attributes.axes) !== String(repeated.attributes.axes)) continue;
    const row = dividedBy(context, repeated.inputs[0] as number, divisor.inputs[0] as number);
    if (row === undefined) continue;
    const spread = context.emit({ ...repeated, inputs: [row] });
    const sum = context.emit({ ...node, inputs: [quotient.inputs[0] as number, spread] });
    return context.emit({ ...quotient, inputs: [sum, quotient.inputs[1] as number], origin: node.origin });
  }
  return undefined;
}

/** What a value is before it is divided, if that is what it is: by this divisor, and perhaps negated. */
function dividedBy(context: Context, index: number, divisor: number): number | undefined {
  const node = nodeAt(context, index);
  if (node.op === "divide") return node.inputs[1] === divisor ? node.inputs[0] : undefined;
  if (node.op !== "negate") return undefined;
  const inner = dividedBy(context, node.inputs[0] as number, divisor);
  return inner === undefined ? undefined : context.emit({ ...node, inputs: [inner] });
}

/** (w / s) · e, where e / s is known: w times that. */
function knownQuotient(context: Context, quotients: ReadonlyMap<string, number>, node: Node<number>): number | undefined {
  if (node.op !== "multiply" || node.dtype !== "f32") return undefined;
  for (const [one, other] of [node.inputs, [...node.inputs].reverse()] as (readonly [number, number])[]) {
    const { op, inputs } = nodeAt(context, one);
    const known = op === "divide" && context.isSingle(one) ? quotients.get(`${other},${inputs[1]}`) : undefined;
    if (known !== undefined) return context.emit({ ...node, inputs: [inputs[0] as number, known] });
  }
  return undefined;
}

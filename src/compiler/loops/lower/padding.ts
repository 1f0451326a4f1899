// Which entries of ragged values need no work. Padding is masked by `select` before anything sums over it, so most values at
// padded places are either zero or read by nothing that counts; kernels may skip them and leave zeros.
import type { Node, StaticGraph } from "../../ir/graph.ts";
import { operation } from "../../ops/index.ts";
import { numberPairsAttribute, numbersAttribute } from "../../ops/support/attributes.ts";
import { reducedAxes } from "./classes.ts";
import { reshapeGroups } from "./coordinates.ts";

/** The places of a value beyond a sample's length: axis `batch` counts samples, axis `time` runs past `lengths[sample]`. */
export interface Padding {
  /** The i32 input of lengths, by its node. */
  readonly lengths: number;
  readonly batch: number;
  readonly time: number;
}

export interface PaddingAnalysis {
  /** Paddings of a node's value where it is exactly 0. */
  zero(node: number): readonly Padding[];
  /** Paddings where it is 0, or where what it is reaches no output and no assignment, as long as it is finite and not 0. */
  needless(node: number): readonly Padding[];
}

const keyOf = ({ lengths, batch, time }: Padding): string => `${lengths}:${batch}:${time}`;
const has = (list: readonly Padding[], wanted: Padding): boolean => list.some((each) => keyOf(each) === keyOf(wanted));
const both = (a: readonly Padding[], b: readonly Padding[]): readonly Padding[] => a.filter((each) => has(b, each));
const either = (a: readonly Padding[], b: readonly Padding[]): readonly Padding[] => [...a, ...b.filter((each) => !has(a, each))];

const none: PaddingAnalysis = { zero: () => [], needless: () => [] };

export function analysePadding(graph: StaticGraph): PaddingAnalysis {
  if (!graph.nodes.some(isLengths)) return none;
  const zero = zeros(graph);
  const dead = unread(graph, zero);
  return {
    zero: (node) => zero[node] ?? [],
    needless: (node) => either(zero[node] ?? [], dead[node] ?? []),
  };
}

const isLengths = (node: Node<number>): boolean =>
  node.op === "input" && node.dtype === "i32" && String(node.attributes.name).includes("#length.");

const isZero = (graph: StaticGraph, index: number): boolean => {
  const node = graph.nodes[index];
  return node?.op === "constant" && node.attributes.value === 0;
};

/** f(0) = 0. */
const keepsZero: ReadonlySet<string> = new Set([
  ...["negate", "abs", "tanh", "sin", "sqrt", "sign", "floor", "round", "erf", "log1p", "cast"],
  ...["stop", "gradient_scale", "reshape", "transpose", "broadcast", "slice", "reverse", "window", "sum", "max"],
]);

function zeros(graph: StaticGraph): readonly (readonly Padding[])[] {
  const result: (readonly Padding[])[] = [];
  graph.nodes.forEach((node) => {
    const of = (k: number): readonly Padding[] => moved(graph, node, k, result[node.inputs[k] as number] ?? []);
    const pair = (): readonly Padding[] => {
      const [a, b] = node.inputs as [number, number];
      if (isZero(graph, a)) return of(1);
      return isZero(graph, b) ? of(0) : both(of(0), of(1));
    };
    const found = (): readonly Padding[] => {
      if (node.op === "less") return maskOf(graph, node);
      if (node.op === "multiply" || node.op === "dot") return either(of(0), of(1));
      if (node.op === "divide" || keepsZero.has(node.op)) return of(0);
      if (["add", "subtract", "maximum", "minimum"].includes(node.op)) return pair();
      if (node.op === "concat") return node.inputs.map((_, k) => of(k)).reduce(both);
      if (node.op !== "select") return [];
      const b = node.inputs[2] as number;
      const masked = isZero(graph, b) ? of(0) : both(of(0), of(2));
      return either(masked, zeroEither(graph, node, result));
    };
    result.push(found());
  });
  return result;
}

/** The padding where `position < length` is false. */
function maskOf(graph: StaticGraph, node: Node<number>): readonly Padding[] {
  const [left, right] = node.inputs.map((input) => graph.nodes[input] as Node<number>) as [Node<number>, Node<number>];
  if (left.op !== "iota" || right.op !== "broadcast") return [];
  let lengths = right.inputs[0] as number;
  if (graph.nodes[lengths]?.op === "cast") lengths = graph.nodes[lengths]?.inputs[0] as number;
  const axes = numbersAttribute("broadcast", right.attributes, "axes");
  if (!isLengths(graph.nodes[lengths] as Node<number>) || axes.length !== 1) return [];
  return [{ lengths, batch: axes[0] as number, time: Number(left.attributes.axis) }];
}

function unread(graph: StaticGraph, zero: readonly (readonly Padding[])[]): readonly (readonly Padding[])[] {
  const result: (readonly Padding[] | undefined)[] = graph.nodes.map(() => undefined);
  for (const index of [...Object.values(graph.outputs), ...graph.assignments.map(({ value }) => value)]) result[index] = [];
  const meet = (index: number, allowed: readonly Padding[]): void => {
    const before = result[index];
    result[index] = before === undefined ? allowed : both(before, allowed);
  };
  for (let index = graph.nodes.length - 1; index >= 0; index -= 1) {
    const node = graph.nodes[index] as Node<number>;
    const own = result[index] ?? [];
    node.inputs.forEach((input, k) => {
      const through = movedBack(graph, node, k, own);
      if (node.op === "select" && k === 0) meet(input, either(through, zeroEither(graph, node, zero)));
      else if (node.op === "select") meet(input, k === 1 ? either(through, zero[node.inputs[0] as number] ?? []) : through);
      else if (node.op === "multiply" || (node.op === "divide" && k === 1))
        meet(input, either(through, zero[node.inputs[1 - k] as number] ?? []));
      else if (node.op === "dot") meet(input, either(through, contractedAway(node, k, zero)));
      else meet(input, through);
    });
  }
  return result.map((each) => each ?? []);
}

/** Paddings where both of what a `select` chooses from are zero, so that its condition says nothing. */
function zeroEither(graph: StaticGraph, node: Node<number>, zero: readonly (readonly Padding[])[]): readonly Padding[] {
  const [, a, b] = node.inputs as [number, number, number];
  if (isZero(graph, a)) return zero[b] ?? [];
  return isZero(graph, b) ? (zero[a] ?? []) : both(zero[a] ?? [], zero[b] ?? []);
}

/** Paddings of a factor that meet zeros of the other one in every product. */
function contractedAway(node: Node<number>, side: number, zero: readonly (readonly Padding[])[]): readonly Padding[] {
  const pairs = [
    ...numberPairsAttribute("dot", node.attributes, "batch"),
    ...numberPairsAttribute("dot", node.attributes, "contract"),
  ];
  const contracted = numberPairsAttribute("dot", node.attributes, "contract").map((pair) => pair[1 - side]);
  const mine = (axis: number): number | undefined => pairs.find((pair) => pair[1 - side] === axis)?.[side];
  return (zero[node.inputs[1 - side] as number] ?? []).flatMap(({ lengths, batch, time }) => {
    const [own, along] = [mine(batch), mine(time)];
    return own === undefined || along === undefined || !contracted.includes(time) ? [] : [{ lengths, batch: own, time: along }];
  });
}

/** For each axis of input k the axis of the result that runs along it, if one does. */
function axisMap(graph: StaticGraph, node: Node<number>, k: number): readonly (number | undefined)[] {
  const input = graph.nodes[node.inputs[k] as number] as Node<number>;
  const identity = input.shape.map((_, axis) => axis);
  switch (node.op) {
    case "transpose": {
      const permutation = numbersAttribute("transpose", node.attributes, "permutation");
      return identity.map((axis) => permutation.indexOf(axis));
    }
    case "broadcast": {
      const axes = numbersAttribute("broadcast", node.attributes, "axes");
      return input.shape.map((size, axis) => (size === node.shape[axes[axis] as number] ? axes[axis] : undefined));
    }
    case "reshape": {
      const groups = reshapeGroups(input.shape, node.shape);
      return identity.map((axis) => {
        const group = groups.find(({ from }) => from.includes(axis));
        return group?.from.length === 1 && group.to.length === 1 ? group.to[0] : undefined;
      });
    }
    case "slice":
      return identity.map((axis) => (node.shape[axis] === input.shape[axis] ? axis : undefined));
    case "reverse":
    case "window":
      return identity.map((axis) => (axis === node.attributes.axis ? undefined : axis));
    case "concat":
      return identity.map((axis) => (axis === node.attributes.axis ? undefined : axis));
    case "sum":
    case "max": {
      const kept = identity.filter((axis) => !reducedAxes(node).includes(axis));
      return identity.map((axis) => (kept.includes(axis) ? kept.indexOf(axis) : undefined));
    }
    case "dot":
      return dotAxes(node, k, input.shape.length, graph);
    case "stop":
      return identity;
    case "gradient_scale":
      return k === 0 ? identity : [];
    default: {
      const elementwise = ["unary", "binary", "select"].includes(operation(node.op).group);
      return elementwise && input.shape.length === node.shape.length ? identity : identity.map(() => undefined);
    }
  }
}

function dotAxes(node: Node<number>, side: number, rank: number, graph: StaticGraph): readonly (number | undefined)[] {
  const batch = numberPairsAttribute("dot", node.attributes, "batch").map((pair) => pair[side]);
  const contracted = numberPairsAttribute("dot", node.attributes, "contract").map((pair) => pair[side]);
  const free = Array.from({ length: rank }, (_, axis) => axis).filter(
    (axis) => !batch.includes(axis) && !contracted.includes(axis),
  );
  const left = (graph.nodes[node.inputs[0] as number] as Node<number>).shape.length;
  const before = side === 0 ? batch.length : left - contracted.length;
  return Array.from({ length: rank }, (_, axis) => {
    if (batch.includes(axis)) return batch.indexOf(axis);
    return free.includes(axis) ? before + free.indexOf(axis) : undefined;
  });
}

function moved(graph: StaticGraph, node: Node<number>, k: number, paddings: readonly Padding[]): readonly Padding[] {
  if (paddings.length === 0) return [];
  const map = axisMap(graph, node, k);
  return paddings.flatMap(({ lengths, batch, time }) => {
    const [own, along] = [map[batch], map[time]];
    return own === undefined || along === undefined ? [] : [{ lengths, batch: own, time: along }];
  });
}

function movedBack(graph: StaticGraph, node: Node<number>, k: number, paddings: readonly Padding[]): readonly Padding[] {
  if (paddings.length === 0) return [];
  const map = axisMap(graph, node, k);
  return paddings.flatMap(({ lengths, batch, time }) => {
    const [own, along] = [map.indexOf(batch), map.indexOf(time)];
    return own === -1 || along === -1 ? [] : [{ lengths, batch: own, time: along }];
  });
}

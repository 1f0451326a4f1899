// A gradient that passes an elementwise function comes out as g · f′: autodiff writes it as a sum of products of g with values of
// the forward pass. Where it needs several of those and they all come from one contraction, f′ is computed beside them, so that one
// value is stored and read again instead of all of them.
import type { Node, StaticGraph } from "../../ir/graph.ts";
import { eliminateDead } from "../../passes/dead.ts";
import { rebuild } from "../../passes/rewrite.ts";
import { classOf, isCheap } from "./classes.ts";

/** A value that is `seed` times something that does not depend on it. */
interface Product {
  readonly seed: number;
  /** The nodes in between, the last one included, rising. */
  readonly chain: readonly number[];
}

/** The same graph with such gradients as one multiplication. Values change by rounding only. */
export function withSlopes(graph: StaticGraph): StaticGraph {
  const products = slopesOf(graph);
  if (products.size === 0) return graph;
  const placed: number[] = [];
  const rewritten = rebuild(graph, ({ node, index, nodes, emit }) => {
    const product = products.get(index);
    const place = product === undefined ? emit(node) : multiplied(product);
    placed.push(place);
    return place;

    function multiplied({ seed, chain }: Product): number {
      const like = { ...node, attributes: {} };
      const one = (): number => emit({ ...like, op: "constant", inputs: [], attributes: { value: 1 }, shape: [] });
      const apply = (op: string, inputs: readonly number[]): number => {
        const sizes = inputs.map((input) => (nodes[input] as Node<number>).shape);
        return emit({ ...like, op, inputs, shape: sizes.find((shape) => shape.length > 0) ?? [] });
      };
      const constantAt = (at: number): number | undefined => {
        const { op, attributes } = nodes[at] as Node<number>;
        return op === "constant" ? Number(attributes.value) : undefined;
      };
      /** Constants in products of products become one. */
      const product = (a: number, b: number): number => {
        const constant = constantAt(b);
        const scaled = constant === undefined ? undefined : scaledBy(a, constant);
        return scaled ?? apply("multiply", [a, b]);
      };
      /** The product `at` times a constant, where it holds a constant already. */
      const scaledBy = (at: number, by: number): number | undefined => {
        const { op, inputs } = nodes[at] as Node<number>;
        const value = constantAt(at);
        if (value !== undefined)
          return emit({ ...like, op: "constant", inputs: [], attributes: { value: value * by }, shape: [] });
        if (op !== "multiply") return undefined;
        // The later factor first: the earlier one is more likely to be read elsewhere.
        const [early, late] = [...inputs].sort((a, b) => a - b) as [number, number];
        for (const [own, other] of [
          [late, early],
          [early, late],
        ] as const) {
          const scaled = scaledBy(own, by);
          if (scaled !== undefined) return apply("multiply", [scaled, other]);
        }
        return undefined;
      };
      /** What the seed is multiplied with; undefined: 1. */
      const slopes = new Map<number, number | undefined>([[seed, undefined]]);
      for (const at of chain) {
        const { op, inputs } = graph.nodes[at] as Node<number>;
        const [a, b] = inputs as [number, number];
        const factor = (of: number): number => slopes.get(of) ?? one();
        const along = slopes.has(a) ? a : b;
        const slope = slopes.get(along);
        const other = placed[along === a ? b : a] as number;
        if (op === "add" || op === "subtract") slopes.set(at, apply(op, [factor(a), factor(b)]));
        else if (op === "negate") slopes.set(at, apply(op, [factor(a)]));
        else if (op === "divide") slopes.set(at, apply(op, [factor(a), other]));
        else slopes.set(at, slope === undefined ? other : product(slope, other));
      }
      return emit({ ...like, op: "multiply", inputs: [placed[seed] as number, slopes.get(index) ?? one()] });
    }
  });
  return eliminateDead(rewritten);
}

/** The products that are worth it, by their last node. */
function slopesOf(graph: StaticGraph): ReadonlyMap<number, Product> {
  const at = (index: number): Node<number> => graph.nodes[index] as Node<number>;
  const seeds = seedsOf(graph);
  const readers = readersOf(graph);
  const required = new Set(graph.nodes.flatMap((node) => (classOf(node) === "element" ? [] : node.inputs)));
  const found = new Map<number, Product>();
  graph.nodes.forEach(({ shape }, index) => {
    const seed = seeds[index];
    if (seed === undefined || seed === index || !isLast(index)) return;
    const { chain, factors } = chainOf(graph, seeds, index);
    if (chain.length < 2 || chain.some((member) => member !== index && isLast(member))) return;
    const size = count(shape);
    const leaves = walked(factors, size, (node) => isCheap(node));
    const roots = walked([...leaves], size, (node) => classOf(node) === "element");
    const apart = [...leaves].filter((leaf) => !required.has(leaf));
    const [root] = roots;
    if (apart.length < 2 || roots.size !== 1 || root === undefined || classOf(at(root)) !== "contraction") return;
    if (!walked([seed], size, (node) => classOf(node) === "element").has(root)) found.set(index, { seed, chain });
  });
  return found;

  /** Whether something else than a product with the same seed reads a value. */
  function isLast(index: number): boolean {
    const own = readers[index];
    return own === undefined || own.some((reader) => seeds[reader] !== seeds[index] || seeds[reader] === reader);
  }

  /** The values of at least so many entries that others are computed from, through the nodes that may be passed. */
  function walked(from: readonly number[], size: number, passes: (node: Node<number>) => boolean): ReadonlySet<number> {
    const ends = new Set<number>();
    const seen = new Set<number>();
    const stack = [...from];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const node = at(next);
      if (seen.has(next) || count(node.shape) < size || classOf(node) === "inline") continue;
      seen.add(next);
      if (node.op === "broadcast" || passes(node)) stack.push(...node.inputs);
      else ends.add(next);
    }
    return ends;
  }
}

/** For each value the contraction, or the sum of several, that it is a multiple of; none where it is no such product. */
function seedsOf(graph: StaticGraph): readonly (number | undefined)[] {
  const seeds: (number | undefined)[] = [];
  graph.nodes.forEach((node, index) => {
    seeds.push(node.dtype === "f32" ? seedOf(node, index) : undefined);
  });
  return seeds;

  function seedOf({ op, inputs, shape }: Node<number>, index: number): number | undefined {
    const [a, b] = inputs as [number, number];
    const [one, other] = inputs.map((input) => {
      const seed = seeds[input];
      return seed !== undefined && count((graph.nodes[seed] as Node<number>).shape) === count(shape) ? seed : undefined;
    });
    switch (op) {
      case "dot":
        return index;
      case "negate":
        return one;
      case "add":
      case "subtract":
        return one === undefined || other === undefined || one === other ? (other === undefined ? undefined : one) : index;
      case "divide":
        return one !== undefined && !needs(b, one) ? one : undefined;
      case "multiply": {
        const [late, factor] = (one ?? -1) >= (other ?? -1) ? [one, b] : [other, a];
        return late !== undefined && !needs(factor, late) ? late : undefined;
      }
      default:
        return undefined;
    }
  }

  function needs(index: number, target: number): boolean {
    const seen = new Set<number>();
    const stack = [index];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next === target) return true;
      if (next < target || seen.has(next)) continue;
      seen.add(next);
      stack.push(...(graph.nodes[next] as Node<number>).inputs);
    }
    return false;
  }
}

/** The nodes from a value down to its seed, and what else they read. */
function chainOf(
  graph: StaticGraph,
  seeds: readonly (number | undefined)[],
  last: number,
): { readonly chain: readonly number[]; readonly factors: readonly number[] } {
  const seed = seeds[last];
  const chain = new Set<number>();
  const factors = new Set<number>();
  const stack = [last];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next === seed || chain.has(next)) continue;
    chain.add(next);
    for (const input of (graph.nodes[next] as Node<number>).inputs) {
      if (seeds[input] === seed) stack.push(input);
      else factors.add(input);
    }
  }
  return { chain: [...chain].sort((a, b) => a - b), factors: [...factors] };
}

/** For each node the nodes that read it; none for what the step gives out. */
function readersOf(graph: StaticGraph): readonly (readonly number[] | undefined)[] {
  const readers: (number[] | undefined)[] = graph.nodes.map(() => []);
  graph.nodes.forEach((node, index) => {
    for (const input of node.inputs) readers[input]?.push(index);
  });
  for (const index of [...Object.values(graph.outputs), ...graph.assignments.map(({ value }) => value)])
    readers[index] = undefined;
  return readers;
}

const count = (shape: readonly number[]): number => shape.reduce((total, size) => total * size, 1);

// Reverse-mode differentiation on the graph: adds the backward nodes to the builder that holds the forward ones, so that
// forward and backward are one graph. The rules are the ops' own (`Operation.gradient`).
import { operation } from "../ops/index.ts";
import type { Seed } from "../ops/operation.ts";
import { type GraphBuilder, graphBuilder } from "./builder.ts";

/**
 * The gradients of the scalar `of` at the nodes `wrt`, as new nodes of the same shapes; undefined for a node that `of`
 * does not depend on. Each backward node has the origin of the forward node it belongs to.
 * Throws `RangeError` where `of` is no scalar f32.
 */
export function gradients(builder: GraphBuilder, of: number, wrt: readonly number[]): readonly (number | undefined)[] {
  if (builder.shape(of).length > 0 || builder.dtype(of) !== "f32") throw new RangeError("only a scalar f32 has a gradient");
  const outer = builder.origin;
  builder.setOrigin(builder.nodes[of]?.origin ?? outer);
  const one = builder.add("constant", [], { value: 1, sizes: [], dtype: "f32" });
  builder.setOrigin(outer);
  return differentiate(builder, [{ node: of, gradient: one }], wrt);
}

/**
 * Vector-Jacobian products: the gradients at `wrt` that flow back from several nodes whose gradients are given. One
 * sweep from the last node to the first; a node is visited only where it depends on one of `wrt`.
 */
export function differentiate(
  builder: GraphBuilder,
  seeds: readonly Seed[],
  wrt: readonly number[],
): readonly (number | undefined)[] {
  const outer = builder.origin;
  const active = dependents(builder, wrt);
  const arrived = new Map<number, number[]>();
  const parts = new Map<number, (number | undefined)[]>();
  const totals = new Map<number, number>();
  const arrive = (node: number, gradient: number): void => {
    if (active[node] !== true) return;
    const list = arrived.get(node);
    if (list === undefined) arrived.set(node, [gradient]);
    else list.push(gradient);
  };
  for (const seed of seeds) arrive(seed.node, seed.gradient);
  const last = seeds.reduce((highest, seed) => Math.max(highest, seed.node), -1);
  for (let index = last; index >= 0; index -= 1) {
    const node = builder.nodes[index];
    const gradientsHere = arrived.get(index);
    const partGradients = parts.get(index);
    if (node === undefined || (gradientsHere === undefined && partGradients === undefined)) continue;
    builder.setOrigin(node.origin);
    const total = gradientsHere?.reduce((sum, next) => builder.add("add", [sum, next])) ?? -1;
    totals.set(index, total);
    if (node.op === "part") {
      const [scan] = node.inputs;
      if (scan === undefined || typeof node.attributes.index !== "number") throw new RangeError("a part without its scan");
      const list = parts.get(scan) ?? [];
      const earlier = list[node.attributes.index];
      list[node.attributes.index] = earlier === undefined ? total : builder.add("add", [earlier, total]);
      parts.set(scan, list);
      continue;
    }
    const flowing = operation(node.op).gradient({
      builder,
      node,
      result: index,
      gradient: total,
      ...(partGradients === undefined ? {} : { partGradients }),
      wanted: node.inputs.map((input) => active[input] === true),
      newBuilder: () => graphBuilder(),
      differentiate,
    });
    node.inputs.forEach((input, k) => {
      const gradient = flowing[k];
      if (gradient !== undefined) arrive(input, gradient);
    });
  }
  builder.setOrigin(outer);
  return wrt.map((node) => totals.get(node));
}

/** For each node whether a gradient can reach one of `wrt` through it. */
function dependents(builder: GraphBuilder, wrt: readonly number[]): readonly boolean[] {
  const targets = new Set(wrt);
  const active: boolean[] = [];
  builder.nodes.forEach((node, index) => {
    const passes = node.op !== "stop" && node.dtype === "f32" && node.inputs.some((input) => active[input] === true);
    active.push(targets.has(index) || passes);
  });
  return active;
}

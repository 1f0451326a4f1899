// The last stage of the compiler: a symbolic graph and sizes to a plan that an executor can run.
import type { Sizes } from "../dims/dim.ts";
import { operation } from "../ops/index.ts";
import { planMemory } from "../passes/memory.ts";
import { optimise } from "../passes/pipeline.ts";
import type { Node, StaticGraph, SymbolicGraph } from "./graph.ts";
import { type Plan, type PlanInput, planVersion } from "./plan.ts";
import { specialise } from "./specialise.ts";

/**
 * The plan of a graph at these sizes: specialised, optimised, with lifetimes, slots and costs. Throws as `specialise`
 * does where the sizes do not fit the graph.
 */
export function makePlan(name: string, graph: SymbolicGraph, sizes: Sizes): Plan {
  const optimised = optimise(specialise(graph, sizes));
  const assigned = new Set(optimised.assignments.map(({ variable }) => variable));
  const variables = named(optimised, "variable").map((variable) => ({ ...variable, written: assigned.has(variable.name) }));
  return {
    version: planVersion,
    name,
    sizes,
    graph: optimised,
    inputs: named(optimised, "input"),
    variables: [...variables, ...writtenOnly(optimised, new Set(variables.map((variable) => variable.name)))],
    ...planMemory(optimised),
    flops: countFlops(optimised),
  };
}

/** The distinct inputs or variables that the graph reads, in order of first use. */
function named(graph: StaticGraph, op: "input" | "variable"): PlanInput[] {
  const found = new Map<string, PlanInput>();
  for (const node of graph.nodes) {
    const name = String(node.attributes.name);
    if (node.op === op && !found.has(name)) found.set(name, { name, shape: node.shape, dtype: node.dtype });
  }
  return [...found.values()];
}

/** Variables that the graph assigns without reading them. */
function writtenOnly(graph: StaticGraph, read: ReadonlySet<string>): readonly (PlanInput & { readonly written: true })[] {
  return graph.assignments
    .filter(({ variable }) => !read.has(variable))
    .map(({ variable, value }) => {
      const node = graph.nodes[value] as Node<number>;
      return { name: variable, shape: node.shape, dtype: node.dtype, written: true };
    });
}

/** Floating-point operations of one run; a loop's body counts once a step. */
function countFlops(graph: StaticGraph): number {
  let total = 0;
  for (const node of graph.nodes) {
    const shapes = node.inputs.map((input) => graph.nodes[input]?.shape ?? []);
    total += operation(node.op).flops(node, shapes);
    if (node.body === undefined) continue;
    const steps = shapes[Number(node.attributes.carries)]?.[0] ?? 0;
    total += steps * countFlops(node.body);
  }
  return total;
}

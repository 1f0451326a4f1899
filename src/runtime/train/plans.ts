// Programs by shape signature: a plan is compiled once for each set of sizes that its graph depends on, so a short last
// batch and bucketed ragged lengths compile a handful of plans and no more.
import { type Dim, isDim, type Sizes, symbolsOf } from "../../compiler/dims/dim.ts";
import type { Attribute, SymbolicGraph } from "../../compiler/ir/graph.ts";
import { makePlan } from "../../compiler/ir/make-plan.ts";
import type { Program, Session } from "../executors/executor.ts";

export interface PlanCache {
  /** The loaded program of a graph at these sizes; sizes the graph does not depend on play no part. */
  program(name: string, graph: SymbolicGraph, sizes: Sizes): Promise<Program>;
  /** How many plans were compiled so far. */
  readonly compiled: number;
}

/** A cache that keeps the `limit` programs used last and disposes the others. */
export function planCache(session: Session, limit = 64): PlanCache {
  const programs = new Map<string, Program>();
  let compiled = 0;
  return {
    get compiled() {
      return compiled;
    },
    async program(name, graph, sizes) {
      const relevant = Object.fromEntries(sizeSymbols(graph).flatMap((symbol) => pair(symbol, sizes[symbol])));
      const key = `${name} ${JSON.stringify(relevant)}`;
      const known = programs.get(key);
      if (known !== undefined) {
        programs.delete(key);
        programs.set(key, known);
        return known;
      }
      const program = await session.load(makePlan(name, graph, relevant));
      compiled += 1;
      programs.set(key, program);
      const [oldest] = programs;
      if (programs.size > limit && oldest !== undefined) {
        oldest[1].dispose();
        programs.delete(oldest[0]);
      }
      return program;
    },
  };
}

const pair = (symbol: string, size: number | undefined): readonly [string, number][] =>
  size === undefined ? [] : [[symbol, size]];

const symbolsByGraph = new WeakMap<SymbolicGraph, readonly string[]>();

/** The symbols a graph's shapes and attributes depend on, sorted. */
function sizeSymbols(graph: SymbolicGraph): readonly string[] {
  const known = symbolsByGraph.get(graph);
  if (known !== undefined) return known;
  const found = new Set<string>();
  const visit = (attribute: Attribute<Dim>): void => {
    if (attribute === null || typeof attribute !== "object") return;
    if (isDim(attribute)) for (const symbol of symbolsOf(attribute)) found.add(symbol);
    else for (const part of Object.values(attribute)) visit(part as Attribute<Dim>);
  };
  for (const node of graph.nodes) {
    visit(node.shape);
    visit(node.attributes);
    if (node.body !== undefined) for (const symbol of sizeSymbols(node.body)) found.add(symbol);
  }
  const symbols = [...found].sort();
  symbolsByGraph.set(graph, symbols);
  return symbols;
}

/** Names of the inputs a graph reads. */
export function inputNames(graph: SymbolicGraph): ReadonlySet<string> {
  return new Set(graph.nodes.filter((node) => node.op === "input").map((node) => String(node.attributes.name)));
}

// The order of the passes from a specialised graph to the one a plan holds.
import type { StaticGraph } from "../ir/graph.ts";
import { verify } from "../ir/verify.ts";
import { mergeCommon } from "./cse.ts";
import { eliminateDead } from "./dead.ts";
import { fold } from "./fold.ts";
import { mapBodies } from "./rewrite.ts";
import { hoistProducts } from "./scan-products.ts";
import { takeSumsOut } from "./scan-sums.ts";
import { mergeScans } from "./scans.ts";

/** Every pass by name, in the order in which `optimise` runs them on a graph; bodies of loops get the same. */
const passes: readonly { readonly name: string; run(graph: StaticGraph): StaticGraph }[] = [
  // First, while a loop and its widened copy still have equal bodies.
  { name: "scans", run: mergeScans },
  { name: "dead", run: eliminateDead },
  { name: "bodies", run: (graph) => mapBodies(graph, runPasses) },
  { name: "fold", run: fold },
  { name: "cse", run: mergeCommon },
  // On simplified bodies, and where inputs that are equal are one node.
  { name: "products before loops", run: hoistProducts },
  { name: "sums after loops", run: takeSumsOut },
  { name: "fold again", run: fold },
  { name: "cse again", run: mergeCommon },
  { name: "dead again", run: eliminateDead },
];

function runPasses(graph: StaticGraph): StaticGraph {
  return passes.reduce((current, pass) => pass.run(current), graph);
}

/**
 * The same computation with less work: equal outputs and assignments for equal inputs. With `verifyBetween` every pass's
 * result is verified and a broken one throws `Error`, naming the pass.
 */
export function optimise(graph: StaticGraph, options: { readonly verifyBetween?: boolean } = {}): StaticGraph {
  if (options.verifyBetween !== true) return runPasses(graph);
  let current = graph;
  for (const pass of passes) {
    current = pass.run(current);
    const faults = verify(current);
    if (faults.length > 0) throw new Error(`the pass ${pass.name} broke the graph: ${faults.join("; ")}`);
  }
  return current;
}

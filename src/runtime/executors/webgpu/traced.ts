// A traced run: fused kernels have no value for each node, so another executor runs the step, node by node in float32, on copies
// of the variables.
import type { Plan } from "../../../compiler/ir/plan.ts";
import type { Executor, Feeds, NodeObserver, Results } from "../executor.ts";
import type { Variables } from "./variables.ts";

export interface TraceContext {
  readonly variables: Variables;
  tracer(): Promise<Executor>;
}

/** A step like any other: afterwards the variables have their new values. */
export async function traced(
  plan: Plan,
  { variables, tracer }: TraceContext,
  feeds: Feeds,
  outputs: readonly string[],
  observe: NodeObserver,
): Promise<Results> {
  const session = await (await tracer()).open();
  try {
    for (const { name } of plan.variables) session.write(name, await variables.read(name));
    const program = await session.load(plan);
    const results = await program.run(feeds, { outputs, observe });
    for (const { variable } of plan.graph.assignments) variables.write(variable, await session.read(variable));
    return results;
  } finally {
    session.dispose();
  }
}

// A traced run: fused code has no value for each node, so another executor runs the step, node by node in float32, on copies
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
  const executor = await tracer();
  const session = await executor.open();
  try {
    for (const { name } of plan.variables) session.write(name, variables.read(name));
    const program = await session.load(plan);
    const results = await program.run(feeds, { outputs, observe });
    const assigned = plan.graph.assignments.map(({ variable }) => variable);
    const values = await Promise.all(assigned.map((name) => session.read(name)));
    assigned.forEach((name, at) => {
      const value = values[at];
      if (value !== undefined) variables.write(name, value);
    });
    return results;
  } finally {
    session.dispose();
  }
}

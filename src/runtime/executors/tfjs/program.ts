// One plan on a tfjs backend: a run is one step, with all assignments applied together at its end.
import type * as tfjs from "@tensorflow/tfjs-core";
import type { DType } from "../../../compiler/ir/graph.ts";
import type { Plan } from "../../../compiler/ir/plan.ts";
import type { Feeds, NodeObserver, Program, Results } from "../executor.ts";
import { checkFeeds, checkVariables, ExecutionError, requestedOutputs } from "../feeds.ts";
import { type Evaluation, type EvaluationContext, evaluation } from "./evaluate.ts";
import type { LoadedBackend } from "./load.ts";
import { prepare } from "./prepare.ts";
import { toHost, toTensor } from "./tensors.ts";

export interface HeldVariable {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly tensor: tfjs.Tensor;
}

/** `variables` is the session's own table; a run reads it and replaces what the plan assigns. */
export function loadProgram(
  plan: Plan,
  backend: LoadedBackend,
  extension: EvaluationContext["extension"],
  variables: Map<string, HeldVariable>,
): Program {
  const { tf } = backend;
  const { graph } = plan;
  backend.activate();
  const prepared = prepare(tf, graph, plan.lastUse);

  const start = (feeds: Feeds, inputs: Map<string, tfjs.Tensor>, everyValue: boolean): Evaluation => {
    for (const { name } of plan.inputs) {
      const feed = feeds[name];
      if (feed !== undefined) inputs.set(name, toTensor(tf, name, feed));
    }
    return evaluation({ tf, extension, everyValue }, prepared, (kind, name) => {
      const tensor = kind === "input" ? inputs.get(name) : variables.get(name)?.tensor;
      if (tensor === undefined) throw new ExecutionError(`${plan.name} reads the ${kind} ${name}, which its plan does not list`);
      return tensor;
    });
  };
  const report = async (run: Evaluation, index: number, observe: NodeObserver): Promise<void> => {
    const tensor = run.peek(index);
    if (tensor === undefined) return;
    observe(index, await toHost(tensor, graph.nodes[index]?.dtype ?? "f32"));
    backend.activate();
  };
  const assign = (run: Evaluation): void => {
    const values = graph.assignments.map(({ value }) => run.take(value));
    graph.assignments.forEach(({ variable }, at) => {
      const tensor = values[at];
      const held = variables.get(variable);
      if (tensor === undefined || held === undefined)
        throw new ExecutionError(`${plan.name} assigns ${variable}, which was never written`);
      held.tensor.dispose();
      variables.set(variable, { ...held, tensor });
    });
  };
  /** Synchronous to its end unless observed: runs started side by side do not interleave. */
  const step = async (feeds: Feeds, outputs: readonly (readonly [string, number])[], observe: NodeObserver | undefined) => {
    const inputs = new Map<string, tfjs.Tensor>();
    let run: Evaluation | undefined;
    try {
      run = start(feeds, inputs, observe !== undefined);
      for (let index = 0; index < prepared.steps.length; index += 1) {
        run.step(index);
        if (observe !== undefined) await report(run, index, observe);
        run.release(index);
      }
      const results: { name: string; dtype: DType; tensor: tfjs.Tensor }[] = [];
      for (const [name, node] of outputs)
        results.push({ name, dtype: graph.nodes[node]?.dtype ?? "f32", tensor: run.take(node) });
      assign(run);
      return results;
    } finally {
      run?.finish();
      for (const tensor of inputs.values()) tensor.dispose();
    }
  };

  return {
    plan,
    async run(feeds, options = {}) {
      const outputs = requestedOutputs(plan, options.outputs);
      checkFeeds(plan, feeds);
      checkVariables(plan, variables);
      backend.activate();
      const taken = await step(feeds, outputs, options.observe);
      const results: Results = {};
      try {
        const fetched = await Promise.all(taken.map(({ tensor, dtype }) => toHost(tensor, dtype)));
        taken.forEach(({ name }, at) => {
          const value = fetched[at];
          if (value !== undefined) results[name] = value;
        });
      } finally {
        for (const { tensor } of taken) tensor.dispose();
      }
      return results;
    },
    dispose: prepared.dispose,
  };
}

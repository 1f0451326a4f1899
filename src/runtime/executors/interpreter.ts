// The float64 interpreter as an executor: the oracle that the fast executors are tested against. Slow.
import { interpret } from "../../compiler/ir/interpret.ts";
import type { Reference } from "../../compiler/ops/operation.ts";
import type { Executor, HostTensor, Program, Results, Session } from "./executor.ts";
import type { Extensions } from "./extensions.ts";
import { checkFeeds, checkHostTensor, checkVariables, ExecutionError, requestedOutputs } from "./feeds.ts";

export function interpreterExecutor(extensions: Extensions = {}): Executor {
  return { name: "interpreter", open: async () => openSession(extensions) };
}

const toReference = (value: HostTensor): Reference => ({
  shape: [...value.shape],
  dtype: value.dtype,
  data: Float64Array.from(value.data),
});

/** f32 values keep all their float64 digits. */
const toHost = ({ dtype, shape, data }: Reference): HostTensor => ({
  dtype,
  shape: [...shape],
  data: dtype === "i32" ? Int32Array.from(data) : Float64Array.from(data),
});

function openSession(extensions: Extensions): Session {
  const variables = new Map<string, Reference>();
  return {
    executor: "interpreter",
    async load(plan) {
      const program: Program = {
        plan,
        async run(feeds, options = {}) {
          const outputs = requestedOutputs(plan, options.outputs);
          checkFeeds(plan, feeds);
          checkVariables(plan, variables);
          const inputs = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, toReference(value)]));
          const { observe } = options;
          const result = interpret(plan.graph, inputs, Object.fromEntries(variables), {
            extensions,
            ...(observe === undefined ? {} : { observe: (node, value) => observe(node, toHost(value)) }),
          });
          for (const [name, value] of Object.entries(result.assigned)) variables.set(name, value);
          const results: Results = {};
          for (const [name] of outputs) {
            const value = result.outputs[name];
            if (value !== undefined) results[name] = toHost(value);
          }
          return results;
        },
        dispose() {},
      };
      return program;
    },
    write(name, value) {
      checkHostTensor(name, value);
      variables.set(name, toReference(value));
    },
    async read(name) {
      const value = variables.get(name);
      if (value === undefined) throw new ExecutionError(`there is no variable ${name} in this session`);
      return toHost(value);
    },
    has: (name) => variables.has(name),
    names: () => [...variables.keys()],
    liveTensors: () => undefined,
    dispose: () => variables.clear(),
  };
}

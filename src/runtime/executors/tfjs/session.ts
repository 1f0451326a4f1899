// A session on a tfjs backend: the variables stay tensors there from step to step and from program to program.
import type { Program, Session } from "../executor.ts";
import { ExecutionError } from "../feeds.ts";
import type { EvaluationContext } from "./evaluate.ts";
import type { LoadedBackend } from "./load.ts";
import { type HeldVariable, loadProgram } from "./program.ts";
import { toHost, toTensor } from "./tensors.ts";

export function openSession(executor: string, backend: LoadedBackend, extension: EvaluationContext["extension"]): Session {
  const variables = new Map<string, HeldVariable>();
  const programs: Program[] = [];
  return {
    executor,
    async load(plan) {
      const program = loadProgram(plan, backend, extension, variables);
      programs.push(program);
      return program;
    },
    write(name, value) {
      backend.activate();
      const tensor = toTensor(backend.tf, name, value);
      variables.get(name)?.tensor.dispose();
      variables.set(name, { dtype: value.dtype, shape: [...value.shape], tensor });
    },
    async read(name) {
      const held = variables.get(name);
      if (held === undefined) throw new ExecutionError(`there is no variable ${name} in this session`);
      backend.activate();
      return toHost(held.tensor, held.dtype);
    },
    has: (name) => variables.has(name),
    names: () => [...variables.keys()],
    liveTensors() {
      backend.activate();
      return backend.tf.memory().numTensors;
    },
    dispose() {
      for (const program of programs) program.dispose();
      for (const { tensor } of variables.values()) tensor.dispose();
      variables.clear();
    },
  };
}

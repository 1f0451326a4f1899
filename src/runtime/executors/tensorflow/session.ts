// A session on native TensorFlow.
import type { Program, Session } from "../executor.ts";
import { loadProgram, type ProgramContext } from "./program.ts";
import { sessionVariables } from "./variables.ts";

export function openSession(executor: string, context: Omit<ProgramContext, "variables">): Session {
  const { binding } = context;
  const variables = sessionVariables(binding);
  const programs: Program[] = [];
  return {
    executor,
    async load(plan) {
      const program = loadProgram(plan, { ...context, variables });
      programs.push(program);
      return program;
    },
    write: variables.write,
    async read(name) {
      return variables.read(name);
    },
    has: (name) => variables.table.has(name),
    names: () => [...variables.table.keys()],
    liveTensors: () => binding.getNumOfTensors(),
    dispose() {
      variables.clear();
      for (const program of programs) program.dispose();
    },
  };
}

// A session of the wasm executor: one memory for the variables and for all programs, and the threads that run them.
import type { Machine } from "../../../compiler/emit/wasm/assembler.ts";
import type { HostExtension } from "../../../compiler/ops/operation.ts";
import type { Executor, Program, Session } from "../executor.ts";
import { ExecutionError } from "../feeds.ts";
import { type CrewOptions, gatherCrew } from "./crew.ts";
import { sessionMemory } from "./memory.ts";
import type { Profile } from "./profile.ts";
import { loadProgram, type ProgramContext } from "./program.ts";
import { variablesIn } from "./variables.ts";

export interface SessionOptions {
  /** How to start threads; undefined: one thread. Used where memory may be shared. */
  readonly crew: CrewOptions | undefined;
  lookUp(name: string): HostExtension;
  /** The executor that runs traced steps. */
  tracer(): Promise<Executor>;
  readonly machine: Machine;
  readonly profile?: Profile | undefined;
}

export function openSession(name: string, options: SessionOptions): Session {
  const { crew: crewOptions, lookUp, tracer, machine, profile } = options;
  const memory = sessionMemory(crewOptions !== undefined && crewOptions.threads > 1);
  const crew = crewOptions !== undefined && memory.shared ? gatherCrew(memory, crewOptions) : undefined;
  const variables = variablesIn(memory);
  const programs = new Set<Program>();
  let last: Promise<unknown> = Promise.resolve();
  let ids = 0;
  const context: ProgramContext = {
    memory,
    variables,
    crew,
    lookUp,
    tracer,
    machine,
    profile,
    stepWaits: false,
    nextId() {
      ids += 1;
      return ids;
    },
    inTurn(task) {
      const turn = last.then(task);
      // Whoever asked for the run hears of its failure; the next one runs all the same.
      last = turn.catch(() => undefined);
      return turn;
    },
  };
  return {
    executor: name,
    async load(plan) {
      const program = loadProgram(plan, context);
      programs.add(program);
      return program;
    },
    write(variable, value) {
      if (context.stepWaits)
        throw new ExecutionError(`the variable ${variable} was written in the middle of a step; await the step first`);
      variables.write(variable, value);
    },
    read: (variable) =>
      context.inTurn(async () => {
        crew?.check();
        return variables.read(variable);
      }),
    has: (variable) => variables.table.has(variable),
    names: () => [...variables.table.keys()],
    liveTensors: memory.blocks,
    dispose() {
      for (const program of programs) program.dispose();
      programs.clear();
      crew?.stop();
      variables.clear();
    },
  };
}

// A session of the webgpu executor: the variables on the device and the programs that read and write them.
import type { HostExtension } from "../../../compiler/ops/operation.ts";
import type { Executor, Program, Session } from "../executor.ts";
import { buffersOn } from "./buffers.ts";
import type { OpenDevice } from "./device.ts";
import { loadProgram, type ProgramContext } from "./program.ts";
import { variablesOn } from "./variables.ts";

export interface SessionOptions {
  lookUp(name: string): HostExtension;
  /** The executor that runs traced steps. */
  tracer(): Promise<Executor>;
}

export function openSession(name: string, open: OpenDevice, { lookUp, tracer }: SessionOptions): Session {
  const buffers = buffersOn(open.device);
  const variables = variablesOn(buffers);
  const programs = new Set<Program>();
  let last: Promise<unknown> = Promise.resolve();
  const context: ProgramContext = {
    open,
    buffers,
    variables,
    lookUp,
    tracer,
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
    write: variables.write,
    read: (variable) => context.inTurn(() => variables.read(variable)),
    has: (variable) => variables.table.has(variable),
    names: () => [...variables.table.keys()],
    liveTensors: () => buffers.alive(),
    dispose() {
      for (const program of programs) program.dispose();
      programs.clear();
      variables.clear();
      buffers.clear();
    },
  };
}

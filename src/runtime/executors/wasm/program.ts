// One plan in a session: code for each set of outputs that is asked for, and a step of it.
import type { Plan } from "../../../compiler/ir/plan.ts";
import type { Executor, Feeds, Program, Results } from "../executor.ts";
import { checkFeeds, checkHostTensor, checkVariables, ExecutionError, requestedOutputs } from "../feeds.ts";
import { type CompileContext, type Compiled, compile, type Spot } from "./compile.ts";
import type { Crew } from "./crew.ts";
import { traced } from "./traced.ts";
import { copyIn, copyOut } from "./variables.ts";

export interface ProgramContext extends CompileContext {
  readonly crew: Crew | undefined;
  /** Runs a task once all tasks given before have run. */
  inTurn<Value>(task: () => Promise<Value>): Promise<Value>;
  /** Another number each time. */
  nextId(): number;
  tracer(): Promise<Executor>;
}

/** Less work than this is done before another thread has woken up. */
const worthSharing = 60_000;

interface Loaded extends Compiled {
  readonly id: number;
}

export function loadProgram(plan: Plan, context: ProgramContext): Program {
  const loaded = new Map<string, Loaded>();
  let checked = -1;
  const check = (feeds: Feeds): void => {
    checkFeeds(plan, feeds);
    for (const { name } of plan.inputs) if (feeds[name] !== undefined) checkHostTensor(name, feeds[name]);
    if (checked === context.variables.revision()) return;
    checkVariables(plan, context.variables.table);
    checked = context.variables.revision();
  };
  const unload = (key: string, { id, release }: Loaded): void => {
    loaded.delete(key);
    context.crew?.unload(id);
    release();
  };
  const current = (key: string): Loaded | undefined => {
    const found = loaded.get(key);
    if (found === undefined || found.layout === context.variables.layout()) return found;
    unload(key, found);
    return undefined;
  };
  const prepare = async (key: string, outputs: readonly string[]): Promise<void> => {
    const made = { ...(await compile(context, plan, outputs)), id: context.nextId() };
    loaded.set(key, made);
    context.crew?.load(made.id, made.module);
  };

  return {
    plan,
    run(feeds, options = {}) {
      return context.inTurn(async () => {
        const outputs = requestedOutputs(plan, options.outputs).map(([name]) => name);
        check(feeds);
        if (options.observe !== undefined) return traced(plan, context, feeds, outputs, options.observe);
        const key = [...outputs].sort().join("\n");
        if (current(key) === undefined) await prepare(key, outputs);
        // Meanwhile somebody may have written a variable anew.
        check(feeds);
        const program = current(key);
        if (program === undefined)
          throw new ExecutionError(`${plan.name}: a variable was moved while the step was compiled; run it again`);
        return step(plan, context, program, feeds, outputs);
      });
    },
    dispose() {
      for (const [key, each] of loaded) unload(key, each);
    },
  };
}

/** Synchronous: nothing else happens to the session's memory meanwhile. */
function step(plan: Plan, context: ProgramContext, program: Loaded, feeds: Feeds, outputs: readonly string[]): Results {
  const { memory, variables } = context;
  const shares = program.sharedWork >= worthSharing && program.watch === undefined;
  const threads = shares ? (context.crew?.threads ?? 1) : 1;
  const workspace = memory.workspace(program.workspaceBytes + threads * program.arenaBytes);
  const address = ({ from, offset }: Spot): number => (from === "memory" ? offset : workspace + offset);
  for (const { name, buffer, spot } of program.inputs) {
    const feed = feeds[name];
    if (feed !== undefined) copyIn(memory, address(spot), buffer.dtype, feed.data);
  }
  const written = program.callsHost ? plan.graph.assignments.map(({ variable }) => variable) : [];
  const before = written.map((name) => ({ name, value: variables.read(name) }));
  try {
    runPhases(context, program, workspace, threads);
  } catch (error) {
    for (const { name, value } of before) variables.write(name, value);
    throw error;
  }
  const results: Results = {};
  for (const name of outputs) {
    const node = plan.graph.nodes[plan.graph.outputs[name] ?? -1];
    const spot = program.outputs.get(name);
    if (node === undefined || spot === undefined) throw new RangeError(`${plan.name} computes no ${name}`);
    results[name] = copyOut(memory, address(spot), node.dtype, node.shape);
  }
  applyCopies(context, program, address);
  if (program.watch !== undefined) context.profile?.(plan.name, program.watch.take());
  return results;
}

function runPhases({ crew }: ProgramContext, program: Loaded, workspace: number, threads: number): void {
  const { exports, workspaceBytes, arenaBytes } = program;
  const arena = workspace + workspaceBytes;
  const call = (name: string, ...values: number[]): void => {
    const target = exports[name];
    if (target === undefined) throw new RangeError(`the module exports no ${name}`);
    target(...values);
  };
  for (const phase of program.phases) {
    if (phase.kind === "host") {
      for (let item = 0; item < phase.items; item += 1) call(phase.name, item, arena, workspace);
    } else if (crew === undefined || threads === 1) call("alone", ...phase.alone, arena, workspace);
    else {
      const [from, to] = phase.together;
      crew.run({ program: program.id, from, to, workspace, arena, arenaBytes }, (first, patience) =>
        call("together", first, from, to, patience, arena, workspace),
      );
    }
  }
}

/** All copies take effect together: values that are other variables' are read before any is written. */
function applyCopies({ memory }: ProgramContext, program: Loaded, address: (spot: Spot) => number): void {
  if (program.copies.length === 0) return;
  const { f32 } = memory.views();
  const bits = new Int32Array(f32.buffer);
  const copies = program.copies.map(({ to, from, count, aliased }) => {
    const [start, target] = [address(from) / 4, address(to) / 4];
    return { target, values: aliased ? bits.slice(start, start + count) : bits.subarray(start, start + count) };
  });
  for (const { target, values } of copies) bits.set(values, target);
}

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
  /** Whether a step waits for a thread: the session's memory must stay as it is. */
  stepWaits: boolean;
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
  const unloadAll = (): void => {
    for (const [key, each] of loaded) unload(key, each);
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
        context.crew?.check();
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
      if (context.stepWaits) void context.inTurn(async () => unloadAll());
      else unloadAll();
    },
  };
}

/**
 * Synchronous up to its result, unless a thread keeps it waiting (crew.ts): nothing else happens to the session's memory meanwhile,
 * which `stepWaits` sees to where it waits.
 */
async function step(
  plan: Plan,
  context: ProgramContext,
  program: Loaded,
  feeds: Feeds,
  outputs: readonly string[],
): Promise<Results> {
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
    const rest = runPhases(plan.name, context, program, workspace, threads);
    if (rest !== undefined) {
      context.stepWaits = true;
      await rest;
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
  } catch (error) {
    for (const { name, value } of before) variables.write(name, value);
    throw error;
  } finally {
    context.stepWaits = false;
  }
}

/** The phases from `start` on. The promise is of those after a wait for a thread; where there was none, all is done at once. */
function runPhases(
  name: string,
  context: ProgramContext,
  program: Loaded,
  workspace: number,
  threads: number,
  start = 0,
): Promise<void> | undefined {
  const { crew } = context;
  const { exports, workspaceBytes, arenaBytes } = program;
  const arena = workspace + workspaceBytes;
  const call = (target: string, ...values: number[]): number => {
    const exported = exports[target];
    if (exported === undefined) throw new RangeError(`the module exports no ${target}`);
    return exported(...values) ?? 0;
  };
  for (const [at, phase] of program.phases.entries()) {
    if (at < start) continue;
    if (phase.kind === "host") {
      for (let item = 0; item < phase.items; item += 1) call(phase.name, item, arena, workspace);
    } else if (crew === undefined || threads === 1) call("alone", ...phase.alone, arena, workspace);
    else {
      const [from, to] = phase.together;
      const rest = crew.run({ program: program.id, name, from, to, workspace, arena, arenaBytes }, (first, patience) =>
        call("together", first, from, to, patience, arena, workspace),
      );
      if (rest !== undefined) return rest.then(() => runPhases(name, context, program, workspace, threads, at + 1));
    }
  }
  return undefined;
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

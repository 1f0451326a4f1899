// One plan in a session: pipelines and buffers for each set of outputs that is asked for, and a step of it.
import type { Plan } from "../../../compiler/ir/plan.ts";
import type { Executor, Feeds, Program, Results } from "../executor.ts";
import { checkFeeds, checkHostTensor, checkVariables, ExecutionError, elementCount, requestedOutputs } from "../feeds.ts";
import { fromDevice } from "./buffers.ts";
import { type Compiled, compile } from "./compile.ts";
import type { GpuBuffer } from "./gpu.ts";
import { type OutputRange, type RunContext, submitStep } from "./run.ts";
import { traced } from "./traced.ts";

export interface ProgramContext extends RunContext {
  /** Runs a task once all tasks given before have run. */
  inTurn<Value>(task: () => Promise<Value>): Promise<Value>;
  tracer(): Promise<Executor>;
}

/** So many steps may be under way on the device before the next one waits. */
const stepsAhead = 4;

export function loadProgram(plan: Plan, context: ProgramContext): Program {
  const { device } = context.open;
  const loaded = new Map<string, Compiled>();
  const ahead: Promise<unknown>[] = [];
  const compiledFor = async (outputs: readonly string[]): Promise<Compiled> => {
    const key = [...outputs].sort().join("\n");
    const found = loaded.get(key);
    if (found !== undefined) {
      if (found.layout === context.variables.layout()) return found;
      loaded.delete(key);
      found.release();
    }
    const made = await compile(context, plan, outputs);
    loaded.set(key, made);
    return made;
  };
  const submit = async (feeds: Feeds, outputs: readonly OutputRange[]): Promise<GpuBuffer | undefined> => {
    const compiled = await compiledFor(outputs.map(({ name }) => name));
    if (ahead.length >= stepsAhead) await ahead.shift();
    const kept = compiled.callsHost ? keepVariables(plan, context) : undefined;
    try {
      const staging = await submitStep(context, compiled, feeds, outputs);
      if (staging === undefined) ahead.push(device.queue.onSubmittedWorkDone());
      return staging;
    } catch (error) {
      kept?.restore();
      throw error;
    } finally {
      kept?.release();
    }
  };

  return {
    plan,
    async run(feeds, options = {}) {
      const { observe } = options;
      const names = requestedOutputs(plan, options.outputs).map(([name]) => name);
      const outputs = names.map((name): OutputRange => ({ name, bytes: 4 * elementCount(nodeOf(plan, name).shape) }));
      const submitted = await context.inTurn(async () => {
        const lost = context.open.lost();
        if (lost !== undefined) throw new ExecutionError(`the GPU stopped (${lost}); resume from the last checkpoint`);
        checkFeeds(plan, feeds);
        checkVariables(plan, context.variables.table);
        for (const { name } of plan.inputs) if (feeds[name] !== undefined) checkHostTensor(name, feeds[name]);
        if (observe !== undefined) return { results: await traced(plan, context, feeds, names, observe) };
        return { staging: await submit(feeds, outputs) };
      });
      if ("results" in submitted) return submitted.results;
      return collect(plan, context, outputs, submitted.staging);
    },
    dispose() {
      for (const compiled of loaded.values()) compiled.release();
      loaded.clear();
    },
  };
}

function nodeOf(plan: Plan, output: string) {
  const node = plan.graph.nodes[plan.graph.outputs[output] ?? -1];
  if (node === undefined) throw new RangeError(`${plan.name} computes no ${output}`);
  return node;
}

/** Waits for the step and reads its outputs. */
async function collect(
  plan: Plan,
  { buffers }: ProgramContext,
  outputs: readonly OutputRange[],
  staging: GpuBuffer | undefined,
): Promise<Results> {
  const total = outputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const read = staging === undefined ? new ArrayBuffer(0) : await buffers.readStaging(staging, total);
  const results: Results = {};
  let offset = 0;
  for (const { name, bytes } of outputs) {
    const { dtype, shape } = nodeOf(plan, name);
    results[name] = fromDevice(read, offset, dtype, shape);
    offset += bytes;
  }
  return results;
}

/** Copies of the variables that the plan assigns, for a step that fails half-way. */
function keepVariables(plan: Plan, { open: { device }, buffers, variables }: ProgramContext) {
  const kept = plan.graph.assignments.flatMap(({ variable }) => {
    const held = variables.table.get(variable);
    if (held === undefined) return [];
    return [{ own: held.buffer, copy: buffers.storage(held.buffer.size), bytes: 4 * elementCount(held.shape) }];
  });
  const move = (back: boolean): void => {
    const encoder = device.createCommandEncoder();
    for (const { own, copy, bytes } of kept) {
      const [from, to] = back ? [copy, own] : [own, copy];
      encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
    }
    device.queue.submit([encoder.finish()]);
  };
  move(false);
  return {
    restore: () => move(true),
    release(): void {
      for (const { copy } of kept) buffers.free(copy);
    },
  };
}

// From a plan and the outputs that are wanted to pipelines and buffers on the device.
import {
  type Dispatch,
  emitProgram,
  type GpuProgram,
  type HostStep,
  type Place,
  type Step,
} from "../../../compiler/emit/wgsl/program.ts";
import type { DType, StaticGraph } from "../../../compiler/ir/graph.ts";
import type { Plan } from "../../../compiler/ir/plan.ts";
import type { Buffer, KernelProgram } from "../../../compiler/loops/kernel.ts";
import { lower } from "../../../compiler/loops/lower/index.ts";
import { ExecutionError, elementCount } from "../feeds.ts";
import { type Buffers, checked, toDevice } from "./buffers.ts";
import type { OpenDevice } from "./device.ts";
import type { GpuBindGroup, GpuBuffer, GpuPipeline } from "./gpu.ts";
import type { Pipeline } from "./pipelines.ts";
import type { Variables } from "./variables.ts";

export interface ReadyDispatch {
  readonly kind: "dispatch";
  readonly pipeline: GpuPipeline;
  readonly group: GpuBindGroup;
  readonly depth: number;
  readonly workgroups: readonly [number, number];
  readonly path: string;
}

export interface ReadyRepeat {
  readonly kind: "repeat";
  readonly iterations: number;
  readonly reverse: boolean;
  readonly steps: readonly ReadyStep[];
}

export type ReadyStep = ReadyDispatch | ReadyRepeat | HostStep;

/** A range of a buffer on the device. */
export interface Spot {
  readonly buffer: GpuBuffer;
  readonly offset: number;
}

export interface Compiled {
  readonly buffers: readonly Buffer[];
  readonly steps: readonly ReadyStep[];
  /** Group 1 of dispatches inside of so many loops. */
  readonly loopGroups: readonly GpuBindGroup[];
  readonly inputs: readonly { readonly name: string; readonly dtype: DType; readonly spot: Spot }[];
  readonly outputs: ReadonlyMap<string, Spot>;
  /** Variables that take a value after the run; `through`: where the value waits, as the place it comes from takes one too. */
  readonly copies: readonly {
    readonly to: Spot;
    readonly from: Spot;
    readonly through: GpuBuffer | undefined;
    readonly bytes: number;
  }[];
  /** Whether host functions are called: a run may then fail half-way. */
  readonly callsHost: boolean;
  /** `Variables.layout` that the bind groups go by. */
  readonly layout: number;
  spot(buffer: number): Spot;
  release(): void;
}

export interface CompileContext {
  readonly open: OpenDevice;
  readonly buffers: Buffers;
  readonly variables: Variables;
}

/** Uniform bindings begin at multiples of this on every device. */
export const uniformAlignment = 256;

/** Variables of the plan must have been written. Throws `ExecutionError` where the device refuses something. */
export async function compile(context: CompileContext, plan: Plan, outputs: readonly string[]): Promise<Compiled> {
  return instantiate(context, lower(restrict(plan.graph, outputs), plan.name));
}

/** The graph with these outputs only: what others alone need is not compiled. */
function restrict(graph: StaticGraph, names: readonly string[]): StaticGraph {
  return { ...graph, outputs: Object.fromEntries(names.map((name) => [name, graph.outputs[name] ?? -1])) };
}

/** Puts a kernel program on the device. */
export async function instantiate(context: CompileContext, program: KernelProgram): Promise<Compiled> {
  const { open, buffers, variables } = context;
  const emitted = emitProgram(program, open.profile);
  const pipelines = await pipelinesOf(open, emitted.steps);
  const own: GpuBuffer[] = [];
  const keep = (buffer: GpuBuffer): GpuBuffer => {
    own.push(buffer);
    return buffer;
  };
  const release = (): void => {
    for (const buffer of own.splice(0)) buffers.free(buffer);
  };
  try {
    return await checked(open.device, async () => {
      const memories = emitted.memories.map((memory) =>
        memory.kind === "program" ? keep(buffers.storage(memory.bytes)) : variableBuffer(variables, program.name, memory.name),
      );
      const spot = (buffer: number): Spot => spotOf(emitted, memories, program, buffer);
      writeConstants(open, program, emitted, memories);
      const depth = deepest(emitted.steps);
      return {
        buffers: program.buffers,
        steps: emitted.steps.map((step) => ready(open, pipelines, memories, step)),
        loopGroups: depth === 0 ? [] : loopGroups(open, keep(iterationNumbers(buffers, emitted.steps)), depth),
        inputs: program.buffers.flatMap(({ kind, name = "", dtype }, buffer) =>
          kind === "input" && emitted.places[buffer] !== undefined ? [{ name, dtype, spot: spot(buffer) }] : [],
        ),
        outputs: new Map(Object.entries(program.outputs).map(([name, buffer]) => [name, spot(buffer)])),
        copies: copiesOf(program, spot, (bytes) => keep(buffers.storage(bytes))),
        callsHost: hasHost(emitted.steps),
        layout: variables.layout(),
        spot,
        release,
      };
    });
  } catch (error) {
    release();
    throw error;
  }
}

function variableBuffer({ table }: Variables, program: string, name: string): GpuBuffer {
  const held = table.get(name);
  if (held === undefined) throw new ExecutionError(`${program} needs the variable ${name}, which was never written`);
  return held.buffer;
}

function spotOf(emitted: GpuProgram, memories: readonly GpuBuffer[], { name }: KernelProgram, buffer: number): Spot {
  const place: Place | undefined = emitted.places[buffer];
  const memory = memories[place?.memory ?? -1];
  if (place === undefined || memory === undefined) throw new RangeError(`buffer ${buffer} of ${name} has no memory`);
  return { buffer: memory, offset: place.offset };
}

async function pipelinesOf({ pipelines }: OpenDevice, steps: readonly Step[]): Promise<ReadonlyMap<Dispatch, Pipeline>> {
  const dispatches: Dispatch[] = [];
  const visit = (step: Step): void => {
    if (step.kind === "dispatch") dispatches.push(step);
    if (step.kind === "repeat") step.steps.forEach(visit);
  };
  steps.forEach(visit);
  return new Map(await Promise.all(dispatches.map(async (dispatch) => [dispatch, await pipelines.get(dispatch)] as const)));
}

function ready(
  open: OpenDevice,
  pipelines: ReadonlyMap<Dispatch, Pipeline>,
  memories: readonly GpuBuffer[],
  step: Step,
): ReadyStep {
  if (step.kind === "host") return step;
  if (step.kind === "repeat") return { ...step, steps: step.steps.map((inner) => ready(open, pipelines, memories, inner)) };
  const found = pipelines.get(step);
  if (found === undefined) throw new RangeError(`a dispatch of ${step.path} has no pipeline`);
  const entries = step.bindings.map(({ memory }, binding) => ({
    binding,
    resource: { buffer: memories[memory] as GpuBuffer },
  }));
  const group = open.device.createBindGroup({ layout: found.layout, entries });
  const { depth, workgroups, path } = step;
  return { kind: "dispatch", pipeline: found.pipeline, group, depth, workgroups, path };
}

function writeConstants(
  { device }: OpenDevice,
  program: KernelProgram,
  emitted: GpuProgram,
  memories: readonly GpuBuffer[],
): void {
  program.buffers.forEach(({ kind, dtype, values }, buffer) => {
    if (kind !== "constant" || values === undefined || values.length === 0 || emitted.places[buffer] === undefined) return;
    const spot = spotOf(emitted, memories, program, buffer);
    device.queue.writeBuffer(spot.buffer, spot.offset, toDevice(dtype, values));
  });
}

const deepest = (steps: readonly Step[]): number =>
  Math.max(0, ...steps.map((step) => (step.kind === "repeat" ? 1 + deepest(step.steps) : 0)));

const hasHost = (steps: readonly Step[]): boolean =>
  steps.some((step) => step.kind === "host" || (step.kind === "repeat" && hasHost(step.steps)));

const longest = (steps: readonly Step[]): number =>
  Math.max(1, ...steps.map((step) => (step.kind === "repeat" ? Math.max(step.iterations, longest(step.steps)) : 1)));

/** The numbers 0, 1, …, each at the start of a possible uniform binding. */
function iterationNumbers(buffers: Buffers, steps: readonly Step[]): GpuBuffer {
  const count = longest(steps);
  const words = uniformAlignment / 4;
  const buffer = buffers.uniform(count * uniformAlignment);
  const numbers = new Int32Array(count * words);
  for (let at = 0; at < count; at += 1) numbers[at * words] = at;
  buffers.device.queue.writeBuffer(buffer, 0, numbers);
  return buffer;
}

function loopGroups({ device, pipelines }: OpenDevice, numbers: GpuBuffer, depth: number): readonly GpuBindGroup[] {
  return Array.from({ length: depth + 1 }, (_, loops) =>
    device.createBindGroup({
      layout: pipelines.loopLayout(loops),
      entries: Array.from({ length: loops }, (__, binding) => ({ binding, resource: { buffer: numbers, size: 4 } })),
    }),
  );
}

function copiesOf(
  { buffers, copies }: KernelProgram,
  spot: (buffer: number) => Spot,
  allocate: (bytes: number) => GpuBuffer,
): Compiled["copies"] {
  const targets = new Set(copies.map(({ variable }) => variable));
  return copies
    .filter(({ variable, from }) => variable !== from)
    .map(({ variable, from }) => {
      const bytes = 4 * elementCount(buffers[from]?.shape ?? []);
      const through = targets.has(from) ? allocate(bytes) : undefined;
      return { to: spot(variable), from: spot(from), through, bytes };
    });
}

// The door of this folder: a kernel program to the dispatches and memories of a GPU.
import type { DType } from "../../ir/graph.ts";
import type { Buffer, HostCall, Kernel, KernelProgram } from "../../loops/kernel.ts";
import { emitContraction } from "./contraction.ts";
import type { Emission } from "./emission.ts";
import type { DeviceProfile, GpuProgram, Memory, Place, Step } from "./gpu-program.ts";
import { emitNest } from "./nest.ts";
import { type BufferView, newShader } from "./shader.ts";
import { assignSlots, type Lifetime } from "./slots.ts";
import { product } from "./task.ts";

export type * from "./gpu-program.ts";

/** Buffers that share a memory all the time, because a dispatch would otherwise bind more memories than the device allows. */
type Packs = readonly (readonly number[])[];

export function emitProgram(program: KernelProgram, device: DeviceProfile): GpuProgram {
  let packs: Packs = [];
  // Every turn packs buffers that were not packed before.
  for (;;) {
    const emitted = emitKernels(program, device, packs);
    const wider = packsFor(emitted, device, packs);
    if (wider.length === packs.length) return withMemories(program, emitted, packs);
    packs = wider;
  }
}

interface Emitted {
  /** The program's buffers and scratch ones after them. */
  readonly buffers: readonly Pick<Buffer, "kind" | "name" | "dtype" | "shape">[];
  /** By top-level step; their bindings name units: packs, then buffers. */
  readonly steps: readonly Step[];
}

function emitKernels(program: KernelProgram, device: DeviceProfile, packs: Packs): Emitted {
  const buffers: Emitted["buffers"][number][] = [...program.buffers];
  const views = new Map<number, BufferView>();
  const viewOf = (buffer: number): BufferView => {
    const found = views.get(buffer);
    if (found !== undefined) return found;
    const { dtype } = buffers[buffer] as Buffer;
    const pack = packs.findIndex((members) => members.includes(buffer));
    const before = packs[pack]?.slice(0, packs[pack]?.indexOf(buffer)) ?? [];
    const offset = before.reduce((total, each) => total + packedCount(buffers, each), 0);
    const view = { dtype, memory: pack === -1 ? packs.length + buffer : pack, packed: pack !== -1, offset };
    views.set(buffer, view);
    return view;
  };
  const emitAll = (kernels: readonly Kernel[], depth: number): Step[] => {
    const steps: Step[] = [];
    const emission: Emission = {
      device,
      count: (buffer) => product(buffers[buffer]?.shape ?? []),
      scratch: (dtype: DType, count: number) => buffers.push({ kind: "value", dtype, shape: [count] }) - 1,
      shader: (vectors = new Set()) => newShader({ view: viewOf, vectors, depth, maxWorkgroups: device.maxWorkgroups }),
      push: (step) => steps.push(step),
    };
    for (const kernel of kernels) {
      if (kernel.kind === "nest") emitNest(emission, kernel);
      else if (kernel.kind === "contraction") emitContraction(emission, kernel);
      else if (kernel.kind === "host") steps.push({ kind: "host", call: kernel });
      else {
        const { iterations, reverse } = kernel;
        steps.push({ kind: "repeat", iterations, reverse, steps: emitAll(kernel.body, depth + 1) });
      }
    }
    return steps;
  };
  const steps = emitAll(program.kernels, 0);
  return { buffers, steps };
}

/** Whole vectors, so that what follows in a pack begins at one. */
const packedCount = (buffers: Emitted["buffers"], buffer: number): number =>
  Math.ceil(product(buffers[buffer]?.shape ?? []) / 4) * 4;

/** The packs, and new ones for dispatches that bind too much. Throws `RangeError` where variables alone are too many. */
function packsFor({ buffers, steps }: Emitted, device: DeviceProfile, packs: Packs): Packs {
  const wider = [...packs];
  const visit = (step: Step): void => {
    if (step.kind === "repeat") for (const inner of step.steps) visit(inner);
    if (step.kind !== "dispatch" || step.bindings.length <= device.maxBindings) return;
    const free = step.bindings
      .map(({ memory }) => memory - packs.length)
      .filter((buffer) => buffer >= 0 && buffers[buffer]?.kind !== "variable")
      .filter((buffer) => !wider.some((members) => members.includes(buffer)))
      .sort((a, b) => packedCount(buffers, a) - packedCount(buffers, b));
    const surplus = step.bindings.length - device.maxBindings + 1;
    if (free.length < surplus && wider.length === packs.length)
      throw new RangeError(`a kernel of ${step.path} reads more variables than the GPU can bind at once`);
    if (free.length >= 2) wider.push(free.slice(0, Math.max(2, surplus)));
  };
  for (const step of steps) visit(step);
  return wider;
}

/** Gives every unit a memory, shared where lifetimes allow. */
function withMemories(program: KernelProgram, { buffers, steps }: Emitted, packs: Packs): GpuProgram {
  const packOf = new Map(packs.flatMap((members, pack) => members.map((buffer) => [buffer, pack] as const)));
  const units = [...packs, ...buffers.map((_, buffer) => [buffer])];
  const unitOf = (buffer: number): number => packOf.get(buffer) ?? packs.length + buffer;
  const end = steps.length;
  const used = units.map(() => ({ first: Number.POSITIVE_INFINITY, last: -1 }));
  const use = (unit: number, step: number): void => {
    const lifetime = used[unit] as { first: number; last: number };
    lifetime.first = Math.min(lifetime.first, step);
    lifetime.last = Math.max(lifetime.last, step);
  };
  const visit = (step: Step, at: number): void => {
    if (step.kind === "repeat") for (const inner of step.steps) visit(inner, at);
    else if (step.kind === "dispatch") for (const { memory } of step.bindings) use(memory, at);
    else for (const buffer of buffersOf(step.call)) use(unitOf(buffer), at);
  };
  steps.forEach(visit);
  for (const { variable, from } of program.copies) for (const buffer of [variable, from]) use(unitOf(buffer), end);
  for (const buffer of Object.values(program.outputs)) use(unitOf(buffer), end);
  units.forEach((members, unit) => {
    // What is there before the first step.
    const early = members.some((buffer) => ["input", "constant"].includes(buffers[buffer]?.kind ?? ""));
    if (early && (used[unit]?.last ?? -1) >= 0) use(unit, -1);
  });

  const memories: Memory[] = [];
  const memoryOf = new Map<number, number>();
  const own: { readonly unit: number; readonly lifetime: Lifetime }[] = [];
  units.forEach((members, unit) => {
    const { first, last } = used[unit] as { first: number; last: number };
    const [buffer] = members as [number];
    if (last < 0 || (unit >= packs.length && packOf.has(buffer))) return;
    const bytes = members.reduce((total, each) => total + 4 * packedCount(buffers, each), 0) || 16;
    const { kind, name = "" } = buffers[buffer] as Buffer;
    if (kind === "variable") memoryOf.set(unit, memories.push({ kind, name, bytes }) - 1);
    else
      own.push({ unit, lifetime: { bytes, first, last, lasting: members.some((each) => buffers[each]?.kind === "constant") } });
  });
  const { slotOf, bytes } = assignSlots(own.map(({ lifetime }) => lifetime));
  own.forEach(({ unit }, at) => {
    memoryOf.set(unit, memories.length + (slotOf[at] as number));
  });
  memories.push(...bytes.map((each): Memory => ({ kind: "program", bytes: each })));

  const placed = (step: Step): Step => {
    if (step.kind === "repeat") return { ...step, steps: step.steps.map(placed) };
    if (step.kind === "host") return step;
    return {
      ...step,
      bindings: step.bindings.map((binding) => ({ ...binding, memory: memoryOf.get(binding.memory) as number })),
    };
  };
  const places = program.buffers.map((_, buffer): Place | undefined => {
    const memory = memoryOf.get(unitOf(buffer));
    if (memory === undefined) return undefined;
    const members = units[unitOf(buffer)] ?? [];
    const before = members.slice(0, members.indexOf(buffer));
    return { memory, offset: before.reduce((total, each) => total + 4 * packedCount(buffers, each), 0) };
  });
  return { name: program.name, memories, places, steps: steps.map(placed) };
}

const buffersOf = ({ inputs, output }: HostCall): readonly number[] => [...inputs.map(({ buffer }) => buffer), output];

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

/** A buffer in a pack, and how many entries it takes there: whole vectors, so that the next one begins at one. */
interface Member {
  readonly buffer: number;
  readonly count: number;
}

/** Buffers that share a memory all the time, because a dispatch would otherwise bind more memories than the device allows. */
type Packs = readonly (readonly Member[])[];

const totalOf = (members: readonly Member[]): number => members.reduce((total, { count }) => total + count, 0);

/** The pack of a buffer, or -1, and where the buffer begins in it, in entries. */
function placeInPacks(packs: Packs, buffer: number): { readonly pack: number; readonly offset: number } {
  const pack = packs.findIndex((members) => members.some((member) => member.buffer === buffer));
  const members = packs[pack] ?? [];
  return {
    pack,
    offset: totalOf(
      members.slice(
        0,
        members.findIndex((member) => member.buffer === buffer),
      ),
    ),
  };
}

export function emitProgram(program: KernelProgram, device: DeviceProfile): GpuProgram {
  let packs: Packs = [];
  // Every turn packs buffers that were not packed before.
  for (;;) {
    const emitted = emitKernels(program, device, packs);
    const wider = packsFor(emitted, device, packs);
    if (wider === packs) return withMemories(program, emitted, packs);
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
    const { pack, offset } = placeInPacks(packs, buffer);
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

const memberOf = (buffers: Emitted["buffers"], buffer: number): Member => ({
  buffer,
  count: Math.ceil(product(buffers[buffer]?.shape ?? []) / 4) * 4,
});

/**
 * The packs, with more in them where dispatches bind too much; the same list where none does. Throws `RangeError` where variables
 * alone are too many.
 */
function packsFor({ buffers, steps }: Emitted, device: DeviceProfile, packs: Packs): Packs {
  const added: (readonly Member[])[] = [];
  const taken = new Set<number>();
  const merged = new Set<number>();
  const visit = (step: Step): void => {
    if (step.kind === "repeat") for (const inner of step.steps) visit(inner);
    if (step.kind !== "dispatch" || step.bindings.length <= device.maxBindings) return;
    const units = step.bindings.map(({ memory }) => memory);
    const bound = units.filter((unit) => unit < packs.length);
    const own = units.filter((unit) => unit >= packs.length).map((unit) => unit - packs.length);
    const free = own
      .filter((buffer) => buffers[buffer]?.kind !== "variable")
      .map((buffer) => memberOf(buffers, buffer))
      .sort((a, b) => a.count - b.count);
    if (own.length - free.length >= device.maxBindings)
      throw new RangeError(`a kernel of ${step.path} reads more variables than the GPU can bind at once`);
    // What this turn has moved already is looked at again in the next one.
    if (free.some(({ buffer }) => taken.has(buffer)) || bound.some((pack) => merged.has(pack))) return;
    const surplus = units.length - device.maxBindings + 1;
    const enough = free.length >= surplus;
    const members = enough ? free.slice(0, surplus) : [...bound.flatMap((pack) => packs[pack] ?? []), ...free];
    if (!enough) for (const pack of bound) merged.add(pack);
    for (const { buffer } of members) taken.add(buffer);
    added.push(members);
  };
  for (const step of steps) visit(step);
  return added.length === 0 ? packs : [...packs.filter((_, pack) => !merged.has(pack)), ...added];
}

/** Gives every unit a memory, shared where lifetimes allow. */
function withMemories(program: KernelProgram, { buffers, steps }: Emitted, packs: Packs): GpuProgram {
  const units = [...packs, ...buffers.map((_, buffer) => [memberOf(buffers, buffer)])];
  const unitOf = (buffer: number): number => {
    const { pack } = placeInPacks(packs, buffer);
    return pack === -1 ? packs.length + buffer : pack;
  };
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
    const early = members.some(({ buffer }) => ["input", "constant"].includes(buffers[buffer]?.kind ?? ""));
    if (early && (used[unit]?.last ?? -1) >= 0) use(unit, -1);
  });

  const memories: Memory[] = [];
  const memoryOf = new Map<number, number>();
  const own: { readonly unit: number; readonly lifetime: Lifetime }[] = [];
  units.forEach((members, unit) => {
    const { first, last } = used[unit] as { first: number; last: number };
    const [{ buffer }] = members as [Member];
    if (last < 0 || unitOf(buffer) !== unit) return;
    const bytes = 4 * totalOf(members) || 16;
    const { kind, name = "" } = buffers[buffer] as Buffer;
    if (kind === "variable") memoryOf.set(unit, memories.push({ kind, name, bytes }) - 1);
    else
      own.push({
        unit,
        lifetime: { bytes, first, last, lasting: members.some((each) => buffers[each.buffer]?.kind === "constant") },
      });
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
    return { memory, offset: 4 * placeInPacks(packs, buffer).offset };
  });
  return { name: program.name, memories, places, steps: steps.map(placed) };
}

const buffersOf = ({ inputs, output }: HostCall): readonly number[] => [...inputs.map(({ buffer }) => buffer), output];

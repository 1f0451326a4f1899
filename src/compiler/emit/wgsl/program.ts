// The door of this folder: a kernel program to the dispatches and memories of a GPU.
import type { DType } from "../../ir/graph.ts";
import type { Buffer, HostCall, Kernel, KernelProgram } from "../../loops/kernel.ts";
import { emitContraction } from "./contraction.ts";
import type { Emission } from "./emission.ts";
import type { DeviceProfile, Dispatch, GpuProgram, Memory, Place, Step } from "./gpu-program.ts";
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
  const emitted = emitKernels(program, device, []);
  const packs = packsFor(emitted, device);
  // Packing changes the code that reads a buffer, and nothing else.
  return withMemories(program, packs.length === 0 ? emitted : emitKernels(program, device, packs), packs);
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
 * Packs with which every dispatch of an emission without any binds few enough memories: of one that binds too many, the smallest
 * buffers go together. Throws `RangeError` where variables alone are too many.
 */
function packsFor({ buffers, steps }: Emitted, device: DeviceProfile): Packs {
  const packs = new Set<Set<number>>();
  const packOf = new Map<number, Set<number>>();
  const join = (into: Set<number>, more: Iterable<number>): void => {
    packs.add(into);
    for (const buffer of more) {
      const before = packOf.get(buffer);
      if (before !== undefined && before !== into) packs.delete(before);
      into.add(buffer);
      packOf.set(buffer, into);
    }
  };
  const isVariable = (buffer: number): boolean => buffers[buffer]?.kind === "variable";
  const count = (buffer: number): number => memberOf(buffers, buffer).count;
  /** Whether the dispatch bound too many. */
  const narrow = ({ bindings, path }: Dispatch): boolean => {
    const bound = bindings.map(({ memory }) => memory);
    const own = new Set(bound.flatMap((buffer) => packOf.get(buffer) ?? []));
    const free = bound.filter((buffer) => !packOf.has(buffer) && !isVariable(buffer)).sort((a, b) => count(a) - count(b));
    const variables = bound.filter(isVariable).length;
    const surplus = own.size + free.length + variables - device.maxBindings;
    if (surplus <= 0) return false;
    if (variables >= device.maxBindings)
      throw new RangeError(`a kernel of ${path} reads more variables than the GPU can bind at once`);
    const [first = new Set<number>(), ...others] = own;
    join(first, free.slice(0, own.size === 0 ? surplus + 1 : surplus));
    if (free.length < surplus) for (const other of others) join(first, [...other]);
    return true;
  };
  const dispatches = dispatchesIn(steps);
  while (dispatches.map(narrow).includes(true));
  return [...packs].map((members) => [...members].map((buffer) => memberOf(buffers, buffer)));
}

function dispatchesIn(steps: readonly Step[]): readonly Dispatch[] {
  return steps.flatMap((step) => (step.kind === "repeat" ? dispatchesIn(step.steps) : step.kind === "dispatch" ? [step] : []));
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

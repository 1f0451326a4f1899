// A schedule as one WebAssembly module: every distinct kernel once, a function for each segment, and the drivers.
import type { Contraction, Kernel, Nest } from "../../loops/kernel.ts";
import type { Schedule, ScheduledKernel, Segment } from "../../loops/schedule.ts";
import type { FunctionHandle, Machine, ModuleBuilder } from "./assembler.ts";
import { contractionKey, emitContraction, scratchBytes } from "./contraction.ts";
import { kernelKey } from "./kernel-key.ts";
import { moduleBuilder } from "./module-builder.ts";
import { emitNest } from "./nest.ts";
import { aloneDriver, togetherDriver, type WorkList } from "./program-driver.ts";
import { type SegmentCode, segmentFunction } from "./program-segments.ts";
import { type KernelFunction, type PlacedHostCall, type StepMaker, stepMaker } from "./program-steps.ts";
import { sharedWork } from "./program-work.ts";

export interface ProgramOptions {
  /** Byte address of a variable. */
  variableAddress(name: string): number;
  /** Byte address of the constant that the schedule has at byte `scheduled` of the workspace. */
  constantAddress(scheduled: number): number;
  /** The memory that the module will be given. */
  readonly memory: { readonly initialPages: number; readonly maximumPages: number; readonly shared: boolean };
  readonly machine?: Machine;
  /** Whether the code calls the import `mmx.mark` before each kernel with its number in the unscheduled program, and with -1 after the last. */
  readonly marked?: boolean;
}

/** What runs between two returns to the caller. Lists of `alone` and `together`: from .. to - 1. */
export type Phase =
  | { readonly kind: "lists"; readonly alone: readonly [from: number, to: number]; readonly together: readonly [number, number] }
  /**
   * The exported function (item, arena, workspace) of this name, to be called for items 0 .. items - 1 by the thread that has
   * the host functions.
   */
  | { readonly kind: "host"; readonly name: string; readonly items: number };

/**
 * The module imports `mmx.memory` and, where there are host calls, the function `mmx.host` (index of the call, arena, workspace).
 * It exports `alone` (from, to, arena, workspace), for shared memory `together` (program-driver.ts), and the functions of host phases.
 */
export interface EmittedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly phases: readonly Phase[];
  readonly hostCalls: readonly PlacedHostCall[];
  /** Bytes of the workspace that all threads share, and of each thread's arena. */
  readonly workspaceBytes: number;
  readonly arenaBytes: number;
  /** Nanoseconds of one thread, roughly, that several threads could share. */
  readonly sharedWork: number;
}

/** The same schedule gives the same code whatever the number of threads: one module serves them all. */
export function emitProgram(schedule: Schedule, options: ProgramOptions): EmittedProgram {
  const builder = moduleBuilder(options.machine);
  builder.importMemory("mmx", "memory", options.memory);
  const { marked = false } = options;
  const callsHost = schedule.segments.some(needsHost);
  const imports = {
    host: callsHost ? builder.importFunction("mmx", "host", ["i32", "i32", "i32"], []) : undefined,
    mark: marked ? builder.importFunction("mmx", "mark", ["i32"], []) : undefined,
  };
  const kernels = kernelFunctions(builder, schedule);
  const maker = stepMaker({ ...options, buffers: schedule.buffers, functionOf: kernels.of, marked });
  const codes = schedule.segments.map((segment) => segmentCode(maker, segment));
  const scratchOffset = aligned(schedule.arenaBytes);
  const segments = schedule.segments.map((segment, at) => {
    const code = codes[at] as SegmentCode;
    const exported = needsHost(segment);
    const target = segmentFunction(builder, `segment${at}`, code, { scratchOffset, imports, exported });
    return { target, items: code.items, exported };
  });
  const lists = workLists(segments);
  aloneDriver(builder, lists.alone);
  if (options.memory.shared) togetherDriver(builder, lists.together);
  return {
    bytes: builder.finish(),
    phases: lists.phases,
    hostCalls: maker.hostCalls,
    workspaceBytes: aligned(schedule.sharedBytes),
    arenaBytes: scratchOffset + aligned(kernels.scratchBytes()),
    sharedWork: sharedWork(schedule.segments),
  };
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Emits a kernel when it is first asked for; kernels that do the same on other memory share a function. */
function kernelFunctions(builder: ModuleBuilder, { buffers }: Schedule) {
  const functions = new Map<string, KernelFunction>();
  let largest = 0;
  const emit = (kernel: Nest | Contraction, name: string): KernelFunction => {
    if (kernel.kind === "nest") return { target: emitNest(builder, name, kernel, buffers), scratchBytes: 0 };
    return { target: emitContraction(builder, name, kernel, buffers), scratchBytes: scratchBytes(kernel, builder.machine) };
  };
  return {
    of(kernel: Nest | Contraction): KernelFunction {
      const text = kernelKey(kernel, buffers);
      let found = functions.get(text);
      if (found !== undefined) return found;
      // Contractions that differ in how they were written down may still be one function.
      const key = kernel.kind === "nest" ? text : contractionKey(kernel, buffers);
      found = functions.get(key) ?? emit(kernel, `${kernel.kind}${functions.size}`);
      functions.set(key, found);
      functions.set(text, found);
      largest = Math.max(largest, found.scratchBytes);
      return found;
    },
    scratchBytes: () => largest,
  };
}

function segmentCode(maker: StepMaker, segment: Segment): SegmentCode {
  const steps = (kernels: readonly ScheduledKernel[]) => maker.steps(segment, kernels);
  if (segment.kind === "host") return { items: 1, lists: [{ upTo: 1, steps: steps([{ kernel: segment.kernel, source: -1 }]) }] };
  if (segment.kind === "tasks") {
    return { items: segment.tasks.length, lists: segment.tasks.map((task, at) => ({ upTo: at + 1, steps: steps(task) })) };
  }
  const { chunks, kernels, last } = segment;
  if (last === undefined) return { items: chunks, lists: [{ upTo: chunks, steps: steps(kernels) }] };
  const whole = { upTo: chunks - 1, steps: steps(kernels) };
  return { items: chunks, lists: [...(chunks > 1 ? [whole] : []), { upTo: chunks, steps: steps(last) }] };
}

/** Whether a segment calls host functions, be it within a loop: then one thread runs it, the session's own. */
function needsHost(segment: Segment): boolean {
  const calls = (kernel: Kernel): boolean => kernel.kind === "host" || (kernel.kind === "loop" && kernel.body.some(calls));
  if (segment.kind === "host") return true;
  const lists = segment.kind === "chunked" ? [segment.kernels] : segment.tasks;
  return lists.some((list) => list.some(({ kernel }) => calls(kernel)));
}

interface EmittedSegment {
  readonly target: FunctionHandle;
  readonly items: number;
  /** Of a segment that the caller runs. */
  readonly exported: boolean;
}

/** Segments of one item that follow one another are one list for several threads: whoever takes it runs them all. */
function workLists(segments: readonly EmittedSegment[]) {
  const alone: WorkList[] = [];
  const together: WorkList[] = [];
  const phases: Phase[] = [];
  let [startAlone, startTogether] = [0, 0];
  const close = (): void => {
    if (alone.length > startAlone) {
      phases.push({ kind: "lists", alone: [startAlone, alone.length], together: [startTogether, together.length] });
    }
    [startAlone, startTogether] = [alone.length, together.length];
  };
  for (const { target, items, exported } of segments) {
    if (exported) {
      close();
      phases.push({ kind: "host", name: target.name, items });
      continue;
    }
    if (items === 0) continue;
    alone.push({ targets: [target], items });
    const previous = together.length > startTogether ? together[together.length - 1] : undefined;
    if (items === 1 && previous?.items === 1) together[together.length - 1] = { targets: [...previous.targets, target], items };
    else together.push({ targets: [target], items });
  }
  close();
  return { alone, together, phases };
}

// What a task does, resolved to functions and places: the kernels of a schedule as calls with pointers, before code is made of them.
import type { Buffer, Contraction, HostCall, Kernel, Nest } from "../../loops/kernel.ts";
import { operandsOf } from "../../loops/operands.ts";
import type { Placement, ScheduledKernel, Segment } from "../../loops/schedule.ts";
import type { FunctionHandle } from "./assembler.ts";

/**
 * The place of a buffer: `offset` bytes after address 0, after the start of the workspace or after that of the thread's arena;
 * for chunk c, `chunkStride` bytes further for each c.
 */
export interface Place {
  readonly from: "memory" | "workspace" | "arena";
  readonly offset: number;
  readonly chunkStride: number;
}

/** A place, further by `steps` bytes for each iteration of the enclosing loops, outermost first. */
export interface Pointer extends Place {
  readonly steps: readonly number[];
}

export type Step =
  | { readonly kind: "call"; readonly target: FunctionHandle; readonly pointers: readonly Pointer[]; readonly scratch: boolean }
  | { readonly kind: "loop"; readonly iterations: number; readonly reverse: boolean; readonly body: readonly Step[] }
  | { readonly kind: "host"; readonly index: number }
  /** What follows is work of this kernel of the unscheduled program; -1: of none. */
  | { readonly kind: "mark"; readonly source: number };

/** A call of a host function and where it finds its inputs and leaves its output. */
export interface PlacedHostCall {
  readonly call: HostCall;
  readonly inputs: readonly Place[];
  readonly output: Place;
}

/** The function of a kernel, and how many bytes of scratch memory it takes a trailing pointer to (0: it takes none). */
export interface KernelFunction {
  readonly target: FunctionHandle;
  readonly scratchBytes: number;
}

export interface StepMaker {
  /** The steps of a list of kernels of this segment. */
  steps(segment: Segment, kernels: readonly ScheduledKernel[]): readonly Step[];
  /** All host calls so far; a step names them by index. */
  readonly hostCalls: readonly PlacedHostCall[];
}

export interface StepContext {
  readonly buffers: readonly Buffer[];
  /** Whether steps say which kernel they are of. */
  readonly marked: boolean;
  functionOf(kernel: Nest | Contraction): KernelFunction;
  variableAddress(name: string): number;
  /** Of a constant that the schedule has at this address. */
  constantAddress(scheduled: number): number;
}

export function stepMaker(context: StepContext): StepMaker {
  const hostCalls: PlacedHostCall[] = [];
  const toStep = (segment: Segment, kernel: Kernel): Step => {
    const place = (buffer: number): Place => placeOf(context, buffer, segment.placements.get(buffer));
    if (kernel.kind === "loop") {
      const { iterations, reverse } = kernel;
      return { kind: "loop", iterations, reverse, body: kernel.body.map((inner) => toStep(segment, inner)) };
    }
    if (kernel.kind === "host") {
      const inputs = kernel.inputs.map(({ buffer }) => place(buffer));
      hostCalls.push({ call: kernel, inputs, output: place(kernel.output) });
      return { kind: "host", index: hostCalls.length - 1 };
    }
    const { target, scratchBytes } = context.functionOf(kernel);
    const pointers = operandsOf(kernel).map(({ buffer, steps = [] }) => ({
      ...place(buffer),
      steps: steps.map((step) => 4 * step),
    }));
    return { kind: "call", target, pointers, scratch: scratchBytes > 0 };
  };
  return {
    steps(segment, kernels) {
      if (!context.marked) return kernels.map(({ kernel }) => toStep(segment, kernel));
      const marked = kernels.flatMap(({ kernel, source }): Step[] => [{ kind: "mark", source }, toStep(segment, kernel)]);
      return [...marked, { kind: "mark", source: -1 }];
    },
    hostCalls,
  };
}

function placeOf(context: StepContext, buffer: number, placement: Placement | undefined): Place {
  const declared = context.buffers[buffer];
  if (declared === undefined || placement === undefined) throw new RangeError(`buffer ${buffer} has no place in its segment`);
  if (placement.kind === "local") return { from: "arena", offset: placement.offset, chunkStride: 0 };
  const chunkStride = placement.kind === "sliced" ? 4 * placement.chunkStride : 0;
  if (declared.kind === "variable") {
    return { from: "memory", offset: context.variableAddress(declared.name ?? "") + placement.address, chunkStride };
  }
  if (declared.kind === "constant") return { from: "memory", offset: context.constantAddress(placement.address), chunkStride };
  return { from: "workspace", offset: placement.address, chunkStride };
}

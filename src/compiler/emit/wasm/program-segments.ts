// The functions of a program's segments: chunk (or task) number, arena and workspace in, kernels called with pointers.
import type { FunctionBuilder, FunctionHandle, Local, ModuleBuilder } from "./assembler.ts";
import type { Pointer, Step } from "./program-steps.ts";

/** A segment as work items that may run at once: item c of `items` runs the steps of the list `lists[c]` or, after its end, of the last list. */
export interface SegmentCode {
  readonly items: number;
  /** One list for each item, or one for all of them and one for the last. */
  readonly lists: readonly { readonly upTo: number; readonly steps: readonly Step[] }[];
}

/** What a segment's function is given, as locals of the function that calls kernels. */
interface Frame {
  readonly f: FunctionBuilder;
  readonly item: Local;
  readonly arena: Local;
  readonly workspace: Local;
  /** Numbers of the iterations of the enclosing loops, outermost first. */
  readonly iterations: readonly Local[];
  /** Bytes of an arena in front of the scratch memory. */
  readonly scratchOffset: number;
  readonly imports: Imports;
}

/** Functions that the module imports where it calls them. */
export interface Imports {
  readonly host: FunctionHandle | undefined;
  readonly mark: FunctionHandle | undefined;
}

/** Adds the function (item, arena, workspace) of a segment. */
export function segmentFunction(
  builder: ModuleBuilder,
  name: string,
  { lists }: SegmentCode,
  options: { readonly scratchOffset: number; readonly imports: Imports; readonly exported: boolean },
): FunctionHandle {
  return builder.function(
    name,
    ["i32", "i32", "i32"],
    [],
    (f) => {
      const [item, arena, workspace] = f.params as readonly [Local, Local, Local];
      const frame: Frame = { f, item, arena, workspace, iterations: [], ...options };
      lists.forEach(({ upTo, steps }, at) => {
        if (at === lists.length - 1) runSteps(frame, steps);
        else {
          f.get(item);
          f.i32(upTo);
          f.op("i32.lt_u");
          f.if(() => {
            runSteps(frame, steps);
            f.return();
          });
        }
      });
    },
    { exported: options.exported },
  );
}

function runSteps(frame: Frame, steps: readonly Step[]): void {
  const { f, imports } = frame;
  for (const step of steps) {
    if (step.kind === "call") {
      for (const pointer of step.pointers) pushPointer(frame, pointer);
      if (step.scratch) pushPointer(frame, { from: "arena", offset: frame.scratchOffset, chunkStride: 0, steps: [] });
      f.call(step.target);
    } else if (step.kind === "loop") runLoop(frame, step);
    else if (step.kind === "mark") {
      f.i32(step.source);
      f.call(imported(imports.mark));
    } else {
      f.i32(step.index);
      f.get(frame.arena);
      f.get(frame.workspace);
      f.call(imported(imports.host));
    }
  }
}

function imported(handle: FunctionHandle | undefined): FunctionHandle {
  if (handle === undefined) throw new RangeError("a step calls a function that the module does not import");
  return handle;
}

function runLoop(frame: Frame, { iterations, reverse, body }: Step & { readonly kind: "loop" }): void {
  if (iterations === 0) return;
  const { f } = frame;
  const iteration = f.local("i32");
  f.i32(reverse ? iterations - 1 : 0);
  f.set(iteration);
  f.loop((again) => {
    runSteps({ ...frame, iterations: [...frame.iterations, iteration] }, body);
    f.get(iteration);
    f.i32(reverse ? -1 : 1);
    f.op("i32.add");
    f.tee(iteration);
    f.i32(reverse ? -1 : iterations);
    f.op("i32.ne");
    f.branchIf(again);
  });
  f.release(iteration);
}

function pushPointer({ f, item, arena, workspace, iterations }: Frame, { from, offset, chunkStride, steps }: Pointer): void {
  // Addresses are unsigned: those beyond 2 GiB are written as negative numbers.
  f.i32(offset | 0);
  if (from !== "memory") {
    f.get(from === "arena" ? arena : workspace);
    f.op("i32.add");
  }
  advance(f, item, chunkStride);
  steps.forEach((step, depth) => {
    const iteration = iterations[depth];
    if (iteration === undefined) throw new RangeError(`a kernel has ${steps.length} steps in ${iterations.length} loops`);
    advance(f, iteration, step);
  });
}

function advance(f: FunctionBuilder, index: Local, bytes: number): void {
  if (bytes === 0) return;
  f.get(index);
  f.i32(bytes | 0);
  f.op("i32.mul");
  f.op("i32.add");
}

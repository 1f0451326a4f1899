// From a kernel program to its schedule: segments that threads run chunk by chunk, and the memory of every buffer.
import type { KernelProgram } from "../kernel.ts";
import type { Schedule, ScheduledKernel } from "../schedule.ts";
import type { DraftSegment } from "./draft.ts";
import { placeSegments } from "./memory.ts";

/** The schedule of a program. It depends on nothing else, in particular not on how many threads will run it. */
export function schedule(program: KernelProgram): Schedule {
  return placeSegments(program, { buffers: program.buffers, segments: inProgramOrder(program), aliases: new Map() });
}

/** One task with everything between two host calls. */
function inProgramOrder(program: KernelProgram): readonly DraftSegment[] {
  const segments: DraftSegment[] = [];
  let run: ScheduledKernel[] = [];
  const finish = (): void => {
    if (run.length > 0) segments.push({ kind: "tasks", tasks: [run] });
    run = [];
  };
  program.kernels.forEach((kernel, source) => {
    if (kernel.kind === "host") {
      finish();
      segments.push({ kind: "host", kernel });
    } else run.push({ kernel, source });
  });
  finish();
  return segments;
}

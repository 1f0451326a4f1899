// How long each kernel of a step takes: the emitted code says where it is, and the time in between is added up. This costs some
// tenths of a microsecond a kernel and runs on one thread, for finding where a step's time goes.
import type { Kernel, KernelProgram } from "../../../compiler/loops/kernel.ts";

export interface KernelTime {
  readonly kernel: Kernel;
  readonly milliseconds: number;
  /** How many times it was run: once a chunk. */
  readonly runs: number;
}

/** Called after every step with the kernels that ran, in program order. */
export type Profile = (program: string, times: readonly KernelTime[]) => void;

export interface Stopwatch {
  /** The import `mmx.mark`. */
  readonly mark: (source: number) => undefined;
  /** The times since it was last asked. */
  take(): readonly KernelTime[];
}

export function stopwatch({ kernels }: KernelProgram): Stopwatch {
  const milliseconds = new Float64Array(kernels.length);
  const runs = new Float64Array(kernels.length);
  let [current, since] = [-1, 0];
  return {
    mark(source) {
      const now = performance.now();
      if (current >= 0) milliseconds[current] = (milliseconds[current] ?? 0) + now - since;
      if (source >= 0) runs[source] = (runs[source] ?? 0) + 1;
      [current, since] = [source, now];
      return undefined;
    },
    take() {
      const times = kernels.map((kernel, at) => ({ kernel, milliseconds: milliseconds[at] ?? 0, runs: runs[at] ?? 0 }));
      milliseconds.fill(0);
      runs.fill(0);
      return times.filter((time) => time.runs > 0);
    },
  };
}

// How many threads a session of the wasm executor uses.
import { ExecutionError } from "../feeds.ts";

/** More threads than this seldom have enough to do: a step's segments have about as many chunks as a batch has groups of samples. */
const most = 8;

/**
 * The number asked for in `MMX_THREADS`, else one for each core that the process may use, at most 8.
 * Throws `ExecutionError` where the variable is no number from 1 to 64.
 */
export function threadCount(environment: Readonly<Record<string, string | undefined>>, cores: number): number {
  const asked = environment.MMX_THREADS;
  if (asked === undefined || asked === "") return Math.max(1, Math.min(cores, most));
  const count = Number(asked);
  if (Number.isInteger(count) && count >= 1 && count <= 64) return count;
  throw new ExecutionError(`MMX_THREADS is ${asked}, where the number of threads is meant: 1 to 64; leave it out for one a core`);
}

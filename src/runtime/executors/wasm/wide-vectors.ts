// Whether V8 can make one instruction on eight lanes of two neighbouring ones on four. It does so ("revectorization") on processors
// with AVX2 behind a flag, in the compiler that Node has used for WebAssembly since version 24.
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

const flag = "--experimental-wasm-revectorize";
/** V8's version in Node 24; before it the flag leaves most code as it is. */
const firstEngine = 13;

/**
 * `used`: V8's flag is set, which must be before the first module is compiled. `newer Node`: the processor has such vectors, and a newer
 * Node would use them.
 */
export type WideVectors = "used" | "newer Node" | "none";

export function useWideVectors(): WideVectors {
  const { arch, config, versions } = process;
  if (arch !== "x64" || !hasAvx2()) return "none";
  const built = (config?.variables as Readonly<Record<string, unknown>> | undefined)?.v8_enable_wasm_simd256_revec === 1;
  if (!built || Number.parseInt(versions.v8, 10) < firstEngine) return "newer Node";
  setFlagsFromString(flag);
  return "used";
}

/** Elsewhere than on Linux nothing says so without another process; processors have had it since 2013. Without it steps are slower. */
function hasAvx2(): boolean {
  if (process.platform !== "linux") return true;
  try {
    return / avx2( |$)/m.test(readFileSync("/proc/cpuinfo", "latin1"));
  } catch {
    // No /proc, as in some containers: the narrow code is right everywhere.
    return false;
  }
}

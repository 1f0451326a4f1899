// What the emitters of one program share: the device, scratch buffers, and the list that dispatches go to.
import type { DType } from "../../ir/graph.ts";
import type { DeviceProfile, Step } from "./gpu-program.ts";
import type { Shader } from "./shader.ts";

export interface Emission {
  readonly device: DeviceProfile;
  /** Entries of a buffer. */
  count(buffer: number): number;
  /** A new buffer for what one dispatch leaves for the next. */
  scratch(dtype: DType, count: number, path: string): number;
  shader(vectors?: ReadonlySet<number>): Shader;
  push(step: Step): void;
}

/** Writes the numbers of the loops' iterations at `flat`, counted in this order, the last loop fastest, under these names. */
export function writeIndices(
  shader: Shader,
  flat: string,
  loops: readonly { readonly name: string; readonly size: number }[],
): void {
  let rest = flat;
  for (let at = loops.length - 1; at >= 0; at -= 1) {
    const { name, size } = loops[at] as { name: string; size: number };
    if (at === 0) shader.line(`let ${name} = ${rest};`);
    else {
      shader.line(`let ${name} = ${rest} % ${size}u;`);
      const left = shader.name();
      shader.line(`let ${left} = ${rest} / ${size}u;`);
      rest = left;
    }
  }
}

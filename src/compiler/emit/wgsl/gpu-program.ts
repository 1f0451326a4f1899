// What the WGSL emitter makes of a kernel program: compute dispatches over memories, in order. The webgpu executor creates
// the memories and pipelines once and encodes the dispatches every step.
import type { HostCall } from "../../loops/kernel.ts";

/** What generated code may rely on; from the device's limits and features. */
export interface DeviceProfile {
  /** Storage buffers of one dispatch. */
  readonly maxBindings: number;
  readonly maxWorkgroups: number;
  readonly maxInvocations: number;
  readonly workgroupBytes: number;
  /** Invocations of a subgroup where every subgroup has as many and takes them in order; undefined: subgroups are not used. */
  readonly subgroupSize: number | undefined;
}

/** Memory on the device. Variables belong to the session, the others to the program. */
export type Memory =
  | { readonly kind: "variable"; readonly name: string; readonly bytes: number }
  | { readonly kind: "program"; readonly bytes: number };

/** A memory as `@group(0) @binding(k)` for the k-th of a dispatch. */
export interface Binding {
  readonly memory: number;
  readonly writable: boolean;
}

/** One compute dispatch. The numbers of the iterations of `depth` enclosing loops are u32 uniforms, `@group(1) @binding(d)`. */
export interface Dispatch {
  readonly kind: "dispatch";
  /** A WGSL module with the entry point `main`. */
  readonly code: string;
  readonly bindings: readonly Binding[];
  readonly depth: number;
  readonly workgroups: readonly [number, number];
  /** The module path of the kernel, for profiles and messages. */
  readonly path: string;
}

export interface Repeat {
  readonly kind: "repeat";
  readonly iterations: number;
  readonly reverse: boolean;
  readonly steps: readonly Step[];
}

export interface HostStep {
  readonly kind: "host";
  readonly call: HostCall;
}

export type Step = Dispatch | Repeat | HostStep;

/** Where a buffer of the kernel program lies: bytes from the start of a memory. */
export interface Place {
  readonly memory: number;
  readonly offset: number;
}

export interface GpuProgram {
  readonly name: string;
  readonly memories: readonly Memory[];
  /** For each buffer of the kernel program its place; undefined where nothing uses it. */
  readonly places: readonly (Place | undefined)[];
  readonly steps: readonly Step[];
}

// Calls of host functions from a running program: numbers out of the session's memory, the function, its numbers back in.

import type { Place, PlacedHostCall } from "../../../compiler/emit/wasm/program-steps.ts";
import type { Buffer } from "../../../compiler/loops/kernel.ts";
import { extension } from "../../../compiler/ops/extension.op.ts";
import type { HostExtension, Reference, ReferenceContext } from "../../../compiler/ops/operation.ts";
import { ExecutionError } from "../feeds.ts";
import type { SessionMemory } from "./memory.ts";
import { copyIn, copyOut } from "./variables.ts";

/** The function that a module imports as `mmx.host`: (index of the call, arena, workspace). Throws `ExecutionError`. */
export function hostCaller(
  memory: SessionMemory,
  calls: readonly PlacedHostCall[],
  buffers: readonly Buffer[],
  lookUp: (name: string) => HostExtension,
): (index: number, arena: number, workspace: number) => undefined {
  const context: ReferenceContext = {
    extension: lookUp,
    runBody() {
      throw new RangeError("a host function has no body");
    },
  };
  return (index, arena, workspace) => {
    const placed = calls[index];
    const output = buffers[placed?.call.output ?? -1];
    if (placed === undefined || output === undefined) throw new RangeError(`there is no host call ${index}`);
    const { call } = placed;
    // Addresses come from WebAssembly as signed numbers.
    const address = ({ from, offset }: Place): number =>
      offset + (from === "memory" ? 0 : (from === "arena" ? arena : workspace) >>> 0);
    const inputs = call.inputs.map(({ shape, dtype }, at): Reference => {
      const place = placed.inputs[at];
      if (place === undefined) throw new RangeError(`input ${at} of a host call has no place`);
      return { shape: [...shape], dtype, data: Float64Array.from(copyOut(memory, address(place), dtype, shape).data) };
    });
    const { shape, dtype } = output;
    const origin = { span: undefined, path: call.path };
    const node = { op: extension.name, inputs: [], attributes: { ...call.attributes, name: call.name }, shape, dtype, origin };
    copyIn(memory, address(placed.output), dtype, evaluate(call.path, () => extension.reference(inputs, node, context)).data);
    return undefined;
  };
}

function evaluate(path: string, compute: () => Reference | readonly Reference[]): Reference {
  try {
    const value = compute();
    if (!Array.isArray(value)) return value as Reference;
  } catch (error) {
    if (error instanceof ExecutionError) throw error;
    const where = path === "" ? "" : ` in ${path}`;
    throw new ExecutionError(`extension${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  throw new RangeError("a host function gave several values");
}

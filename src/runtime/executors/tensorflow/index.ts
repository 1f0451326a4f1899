// The native TensorFlow executor: every plan is one TensorFlow graph, every step one session call, through tfjs-node's addon.
import type { Executor } from "../executor.ts";
import { type Extensions, extensionLookup } from "../extensions.ts";
import { type Binding, loadBinding } from "./binding.ts";
import { compilesSteps } from "./probe.ts";
import { openSession } from "./session.ts";

export { bindingFile } from "./binding.ts";

export interface TensorflowOptions {
  readonly extensions?: Extensions;
  /** Whether XLA compiles each step as a whole; default: where this TensorFlow can. */
  readonly compile?: boolean;
}

/** `file` is the addon, as `bindingFile` finds it. Throws what the dynamic loader throws. */
export function tensorflowExecutor(file: string, options: TensorflowOptions = {}): Executor & { readonly binding: Binding } {
  const binding = loadBinding(file);
  const extension = extensionLookup(options.extensions ?? {});
  const compiles = options.compile ?? compilesSteps(binding);
  return { name: "tensorflow", binding, open: async () => openSession("tensorflow", { binding, compiles, extension }) };
}

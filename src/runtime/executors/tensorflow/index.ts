// The native TensorFlow executor: every plan is one TensorFlow graph, every step one session call, through tfjs-node's addon.
import type { Executor } from "../executor.ts";
import { type Extensions, extensionLookup } from "../extensions.ts";
import { type Binding, loadBinding } from "./binding.ts";
import type { Compilation } from "./program.ts";
import { openSession } from "./session.ts";

export { bindingFile } from "./binding.ts";

export interface TensorflowOptions {
  readonly extensions?: Extensions;
  /** Which plans XLA compiles as a whole; default: `training`, or `none` where the environment says MMX_XLA=0. */
  readonly compile?: Compilation;
}

/** `file` is the addon, as `bindingFile` finds it. Throws what the dynamic loader throws. */
export function tensorflowExecutor(file: string, options: TensorflowOptions = {}): Executor & { readonly binding: Binding } {
  const binding = loadBinding(file);
  const extension = extensionLookup(options.extensions ?? {});
  const compile = options.compile ?? (process.env.MMX_XLA === "0" ? "none" : "training");
  return { name: "tensorflow", binding, open: async () => openSession("tensorflow", { binding, compile, extension }) };
}

// The native TensorFlow executor: every plan is one TensorFlow graph, every step one session call, through tfjs-node's addon.
import type { Executor } from "../executor.ts";
import { type Extensions, extensionLookup } from "../extensions.ts";
import { type Binding, loadBinding } from "./binding.ts";
import { compilesSteps } from "./probe.ts";
import { openSession } from "./session.ts";

export { bindingFile } from "./binding.ts";

export interface TensorflowOptions {
  readonly extensions?: Extensions;
  /**
   * Which plans XLA compiles as a whole. Default: those that assign variables, since a step of training runs often enough to
   * repay seconds of compiling; none where this TensorFlow lacks XLA, or where the environment says MMX_XLA=0.
   */
  readonly compile?: "all" | "none";
}

/** `file` is the addon, as `bindingFile` finds it. Throws what the dynamic loader throws. */
export function tensorflowExecutor(file: string, options: TensorflowOptions = {}): Executor & { readonly binding: Binding } {
  const binding = loadBinding(file);
  const extension = extensionLookup(options.extensions ?? {});
  const able = (): boolean => process.env.MMX_XLA !== "0" && compilesSteps(binding);
  const compile = options.compile ?? (able() ? "training" : "none");
  return { name: "tensorflow", binding, open: async () => openSession("tensorflow", { binding, compile, extension }) };
}

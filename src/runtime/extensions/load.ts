// Loads the TypeScript operations that a spec calls, for the executors to call in turn. Checking, showing and editing a spec
// never come here: a file's code runs only where a model is about to be trained, tested or asked for predictions.
import type { CompiledSpec } from "../../compiler/compiled.ts";
import { positionAt } from "../../compiler/source/span.ts";
import type { Extensions } from "../executors/extensions.ts";
import { ExtensionError } from "./extension-error.ts";
import type { DeclaredOperation } from "./operation.ts";
import type { ExtensionModule } from "./run-module.ts";
import { type ExtensionUse, extensionUses } from "./uses.ts";

export interface LoadOptions {
  /** Whether gradients will be asked for. */
  readonly training: boolean;
}

/**
 * The spec's operations by `PATH#NAME`, from the texts that `spec.files` holds, so that a recorded run computes what it did.
 * Throws `ExtensionError` for a file that fails, or an operation that is not there or lacks the gradient that training needs.
 */
export async function loadExtensions(spec: CompiledSpec, { training }: LoadOptions): Promise<Extensions> {
  const uses = extensionUses(spec, training);
  if (uses.length === 0) return {};
  const { runModule } = await import("./run-module.ts");
  const { hostFunction } = await import("./host-function.ts");
  const modules = new Map<string, ExtensionModule>();
  for (const { path } of uses) {
    const text = spec.files.find((file) => file.path === path)?.text;
    if (text === undefined)
      throw new ExtensionError(`the spec calls an operation of ${path}, but does not use that file`, "Add it to `use`.");
    if (!modules.has(path)) modules.set(path, runModule(path, text));
  }
  const loaded: Record<string, Extensions[string]> = {};
  for (const use of uses) {
    const module = modules.get(use.path);
    const declared = module?.exports[use.name];
    if (module === undefined || !isOperation(declared)) {
      throw new ExtensionError(
        `${use.path} exports no operation ${use.name} when it runs`,
        `Declare it as: export const ${use.name} = operation("${use.name}(x: f32[...]) -> f32[...]", { forward(x) { … } });`,
      );
    }
    requireRules(use, declared, spec);
    loaded[use.key] = hostFunction(use.name, declared, module);
  }
  return loaded;
}

function requireRules(use: ExtensionUse, declared: DeclaredOperation, spec: CompiledSpec): void {
  const called = `${use.name} (${use.path})`;
  if (typeof declared.forward !== "function") {
    throw new ExtensionError(`${called} has no forward rule`, "Add forward(x) { … }, which gives the result's numbers.");
  }
  if (use.differentiated === undefined || declared.gradient !== undefined) return;
  const { span } = use.differentiated;
  const text = spec.files.find((file) => file.path === span?.file)?.text;
  const where = span === undefined || text === undefined ? "" : ` at ${span.file}:${positionAt(text, span.start).line}`;
  throw new ExtensionError(
    `${called} has no gradient, and training needs one${where}`,
    `Add gradient(x, result, g) { … } to it, or write stop(${use.name}(…)) where nothing before it is to be trained through it.`,
  );
}

function isOperation(value: unknown): value is DeclaredOperation {
  return typeof value === "object" && value !== null && "signature" in value && "tensors" in value;
}

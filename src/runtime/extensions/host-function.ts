// A declared operation as the function that executors call: the same rules, with what they give checked on every call.
import type { HostArray, HostExtension } from "../../compiler/ops/operation.ts";
import { ExtensionError } from "./extension-error.ts";
import type { DeclaredOperation } from "./operation.ts";
import type { ExtensionModule } from "./run-module.ts";

/** Its functions throw `ExtensionError` where the file's code throws or gives numbers that do not fill the shape. */
export function hostFunction(name: string, declared: DeclaredOperation, module: ExtensionModule): HostExtension {
  const called = `${name} (${module.path})`;
  const run = (rule: string, compute: () => unknown): unknown => {
    try {
      return compute();
    } catch (error) {
      throw new ExtensionError(`${rule} of ${called} failed: ${module.describe(error)}`, "Mend it there and train again.");
    }
  };
  const forward: HostExtension["forward"] = (inputs) => {
    const [first = scalar] = inputs;
    return numbers(
      called,
      "forward",
      run("forward", () => declared.forward(...inputs)),
      first.shape,
    );
  };
  const { gradient } = declared;
  if (gradient === undefined) return { forward };
  return {
    forward,
    backward(inputs, result, g) {
      const given = run("gradient", () => gradient(...inputs, result, g));
      const all = declared.tensors === 1 ? [given] : given;
      if (!Array.isArray(all) || all.length !== inputs.length) {
        throw new ExtensionError(
          `gradient of ${called} gave ${Array.isArray(all) ? `a list of ${all.length}` : kindOf(all)}, where its ${inputs.length} tensors need a list with a gradient each`,
          "Return [gradient of the first, gradient of the second, …], undefined where none flows.",
        );
      }
      return inputs.map(({ shape }, at) =>
        all[at] === undefined && declared.tensors > 1 ? undefined : numbers(called, "gradient", all[at], shape),
      );
    },
  };
}

const scalar: HostArray = { shape: [], dtype: "f32", data: [] };

function numbers(called: string, rule: string, given: unknown, shape: readonly number[]): ArrayLike<number> {
  const count = shape.reduce((product, size) => product * size, 1);
  if (isNumbers(given) && given.length === count) return given;
  throw new ExtensionError(
    `${rule} of ${called} gave ${kindOf(given)}, where the shape [${shape.join(", ")}] holds ${count}`,
    "Return one number an entry in a flat array, the last axis varying fastest: a typed array or a list.",
  );
}

function isNumbers(given: unknown): given is ArrayLike<number> {
  if (given instanceof BigInt64Array || given instanceof BigUint64Array) return false;
  return (
    (ArrayBuffer.isView(given) && !(given instanceof DataView)) ||
    (Array.isArray(given) && given.every((entry) => typeof entry === "number"))
  );
}

function kindOf(given: unknown): string {
  if (isNumbers(given)) return `${given.length} ${given.length === 1 ? "number" : "numbers"}`;
  if (Array.isArray(given)) return "a list that holds something else than numbers";
  if (given instanceof Promise) return "a promise";
  return given === undefined ? "nothing" : `something else than numbers (${typeof given})`;
}

// Mends tfjs-wasm's matrix product. Its XNNPACK path keeps an operator with b's packed weights under the id of b's data
// alone. Reshapes share data, so a product with the same data in another shape (a [D, 1] head and, in its gradient, the
// [1, D] transpose) reuses the wrong operator: garbage, or reads and writes outside of b.
import type { DataId } from "@tensorflow/tfjs-core";
import type { Tfjs } from "../../../../compiler/ops/operation.ts";
import { inputNamed, replaceKernel } from "./wasm.ts";

/** Gives the stock kernel a copy of b wherever its data were used in another shape before. */
export function mendMatMul(tf: Tfjs): void {
  const shapes = new WeakMap<DataId, string>();
  replaceKernel(tf, "BatchMatMul", (call) => {
    const { backend } = call;
    const { dataId, shape, dtype } = inputNamed(call, "b");
    const matrix = shape.slice(-2).join();
    const known = shapes.get(dataId);
    if (known === undefined) shapes.set(dataId, matrix);
    if (known === undefined || known === matrix) return call.stock();
    const copy = backend.write(backend.readSync(dataId), shape, dtype);
    const result = call.stock({ b: { dataId: copy, shape, dtype } });
    backend.disposeData(copy);
    return result;
  });
}

// Mends tfjs-wasm's matrix product. Its XNNPACK path keeps an operator with b's packed weights under the id of b's data
// alone. Reshapes share data, so a product with the same data in another shape (a [D, 1] head and, in its gradient, the
// [1, D] transpose) reuses the wrong operator: garbage, or reads and writes outside of b.
import type { DataId, KernelConfig, TensorInfo } from "@tensorflow/tfjs-core";
import type { Tfjs } from "../../../../compiler/ops/operation.ts";

/** The part of the wasm backend that is used here. */
interface WasmBackend {
  readSync(data: DataId): Float32Array;
  write(values: Float32Array, shape: number[], dtype: "float32"): DataId;
  disposeData(data: DataId): boolean;
}

/** Replaces the kernel by one that gives stock's a copy of b wherever its data were used in another shape before. */
export function mendMatMul(tf: Tfjs): void {
  const stock = tf.getKernel("BatchMatMul", "wasm");
  const shapes = new WeakMap<DataId, string>();
  const mended: KernelConfig = {
    ...stock,
    kernelFunc(args) {
      const b = args.inputs.b as TensorInfo;
      const backend = args.backend as WasmBackend;
      const shape = b.shape.slice(-2).join();
      const known = shapes.get(b.dataId);
      if (known === undefined) shapes.set(b.dataId, shape);
      if (known === undefined || known === shape) return stock.kernelFunc(args);
      const copy = backend.write(backend.readSync(b.dataId), b.shape, "float32");
      const result = stock.kernelFunc({ ...args, inputs: { ...args.inputs, b: { dataId: copy, shape: b.shape, dtype: b.dtype } } });
      backend.disposeData(copy);
      return result;
    },
  };
  tf.unregisterKernel("BatchMatMul", "wasm");
  tf.registerKernel(mended);
}

// What the kernels that mend tfjs-wasm share: the part of its backend that they use, and the way they are put in place.
import type { DataId, DataType, KernelConfig, NamedTensorInfoMap, TensorInfo } from "@tensorflow/tfjs-core";
import type { Tfjs } from "../../../../compiler/ops/operation.ts";

export interface WasmBackend {
  makeOutput(shape: readonly number[], dtype: DataType): TensorInfo;
  /** The values in place. Making an output may move the heap and leave earlier views stale. */
  typedArrayFromHeap(info: TensorInfo): Float32Array;
  write(values: Float32Array, shape: readonly number[], dtype: DataType): DataId;
  readSync(data: DataId): Float32Array;
  disposeData(data: DataId): boolean;
}

/** Puts a kernel in the place of tfjs-wasm's own, which it may call as `stock`. */
export function replaceKernel(tf: Tfjs, name: string, kernel: (call: KernelCall) => TensorInfo): void {
  const stock = tf.getKernel(name, "wasm");
  const replacement: KernelConfig = {
    ...stock,
    kernelFunc: ({ inputs, backend, attrs }) =>
      kernel({
        inputs: inputs as Readonly<Record<string, TensorInfo>>,
        backend: backend as WasmBackend,
        stock(changed) {
          const all = { ...inputs, ...changed } as NamedTensorInfoMap;
          return stock.kernelFunc({ inputs: all, backend, ...(attrs === undefined ? {} : { attrs }) }) as TensorInfo;
        },
      }),
  };
  tf.unregisterKernel(name, "wasm");
  tf.registerKernel(replacement);
}

export interface KernelCall {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly backend: WasmBackend;
  /** The stock kernel on the inputs, some of them changed. */
  stock(changed?: Readonly<Record<string, TensorInfo>>): TensorInfo;
}

export function inputNamed(call: KernelCall, name: string): TensorInfo {
  const input = call.inputs[name];
  if (input === undefined) throw new RangeError(`the kernel is not given its input ${name}`);
  return input;
}

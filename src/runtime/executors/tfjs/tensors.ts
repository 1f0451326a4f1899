// Values in and out of a tfjs backend. Always by copy: the cpu backend keeps the very array it is given, so that a
// batcher reusing its buffers, or a caller writing into a result, would otherwise change tensors.
import type * as tfjs from "@tensorflow/tfjs-core";
import type { DType } from "../../../compiler/ir/graph.ts";
import type { Tfjs } from "../../../compiler/ops/operation.ts";
import type { HostTensor } from "../executor.ts";
import { checkHostTensor } from "../feeds.ts";

/** Throws `ExecutionError` where the data do not fill the shape. */
export function toTensor(tf: Tfjs, name: string, value: HostTensor): tfjs.Tensor {
  checkHostTensor(name, value);
  const data = value.dtype === "i32" ? new Int32Array(value.data) : new Float32Array(value.data);
  return tf.tensor(data, [...value.shape], value.dtype === "i32" ? "int32" : "float32");
}

export async function toHost(tensor: tfjs.Tensor, dtype: DType): Promise<HostTensor> {
  const values = await tensor.data();
  return { dtype, shape: [...tensor.shape], data: dtype === "i32" ? new Int32Array(values) : new Float32Array(values) };
}

// Small bridges between graphs and tfjs, over types only: the compiler never loads tfjs itself.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { DType } from "../../ir/graph.ts";
import type { Tfjs } from "../operation.ts";

export function tfjsDType(dtype: DType): "float32" | "int32" {
  return dtype === "f32" ? "float32" : "int32";
}

/** A tensor of values computed on the host. */
export function tfjsTensor(tf: Tfjs, values: ArrayLike<number>, shape: readonly number[], dtype: DType): Tensor {
  const data = dtype === "f32" ? Float32Array.from(values) : Int32Array.from(values);
  return tf.tensor(data, [...shape], tfjsDType(dtype));
}

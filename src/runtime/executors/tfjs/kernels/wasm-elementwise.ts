// Mends elementwise kernels of tfjs-wasm: maximum and minimum drop a NaN in their second input, log1p is log(1 + x) and
// gives 0 for small x, and sin and cos lose digits outside of -π .. π.
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Tfjs } from "../../../../compiler/ops/operation.ts";
import { inputNamed, type KernelCall, replaceKernel } from "./wasm.ts";

export function mendElementwise(tf: Tfjs): void {
  for (const name of ["Maximum", "Minimum"]) replaceKernel(tf, name, keepNaN);
  const exact = { Log1p: Math.log1p, Sin: Math.sin, Cos: Math.cos };
  for (const [name, compute] of Object.entries(exact)) replaceKernel(tf, name, (call) => inJavaScript(call, compute));
}

/** The stock kernel keeps a NaN of its first input: run with the inputs swapped it tells where b has one. */
function keepNaN(call: KernelCall): TensorInfo {
  const { backend } = call;
  const [a, b] = [inputNamed(call, "a"), inputNamed(call, "b")];
  const result = call.stock();
  if (result.dtype !== "float32" || !hasNaN(backend.typedArrayFromHeap(b))) return result;
  const swapped = call.stock({ a: b, b: a });
  const values = backend.typedArrayFromHeap(result);
  backend.typedArrayFromHeap(swapped).forEach((value, at) => {
    if (Number.isNaN(value)) values[at] = value;
  });
  backend.disposeData(swapped.dataId);
  return result;
}

function hasNaN(values: Float32Array): boolean {
  for (let at = 0; at < values.length; at += 1) if (Number.isNaN(values[at])) return true;
  return false;
}

function inJavaScript(call: KernelCall, compute: (x: number) => number): TensorInfo {
  const { backend } = call;
  const x = inputNamed(call, "x");
  const result = backend.makeOutput(x.shape, x.dtype);
  const values = backend.typedArrayFromHeap(result);
  const from = backend.typedArrayFromHeap(x);
  for (let at = 0; at < from.length; at += 1) values[at] = compute(from[at] as number);
  return result;
}

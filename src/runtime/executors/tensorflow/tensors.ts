// Values in and out of a native TensorFlow session.
import type { DType } from "../../../compiler/ir/graph.ts";
import type { HostTensor } from "../executor.ts";
import type { Binding } from "./binding.ts";

/** One native run: `feeds` by name, in; the fetched values, in the order of `fetches`, out as arrays of their own. */
export function runSession(
  binding: Binding,
  session: number,
  feeds: ReadonlyMap<string, HostTensor>,
  fetches: readonly string[],
): readonly (Float32Array | Int32Array)[] {
  const fed: number[] = [];
  try {
    for (const { dtype, shape, data } of feeds.values()) {
      fed.push(binding.createTensor(shape, dtype === "i32" ? binding.TF_INT32 : binding.TF_FLOAT, nativeData(dtype, data)));
    }
    const written = (names: Iterable<string>): string => Array.from(names, (name) => `${name}:0`).join(",");
    const infos = binding.runSavedModel(session, fed, written(feeds.keys()), written(fetches));
    try {
      return infos.map(({ id }) => binding.tensorDataSync(id));
    } finally {
      for (const { id } of infos) binding.deleteTensor(id);
    }
  } finally {
    for (const id of fed) binding.deleteTensor(id);
  }
}

/** The array itself where it is of TensorFlow's type already. */
function nativeData(dtype: DType, data: HostTensor["data"]): Float32Array | Int32Array {
  if (dtype === "i32") return data instanceof Int32Array ? data : Int32Array.from(data);
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

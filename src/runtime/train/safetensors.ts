// The safetensors format (https://huggingface.co/docs/safetensors): eight bytes of header length, a JSON header that names
// every tensor with its type, shape and place, then the bytes, little-endian and without gaps.
import type { JsonSchema } from "../../compiler/schemas/validate.ts";
import { parseJson } from "../../compiler/schemas/validate.ts";
import type { HostTensor } from "../executors/executor.ts";
import { TrainError } from "./train-error.ts";

export interface Safetensors {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

type Stored = "F32" | "F64" | "I32";
interface Entry {
  readonly dtype: Stored;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const width: Readonly<Record<Stored, number>> = { F32: 4, F64: 8, I32: 4 };

const headerSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  properties: { __metadata__: { type: "object", additionalProperties: { type: "string" } } },
  additionalProperties: {
    type: "object",
    additionalProperties: false,
    required: ["dtype", "shape", "data_offsets"],
    properties: {
      dtype: { enum: ["F32", "F64", "I32"] },
      shape: { type: "array", items: { type: "integer", minimum: 0 } },
      data_offsets: { type: "array", minItems: 2, maxItems: 2, items: { type: "integer", minimum: 0 } },
    },
  },
};

function storedType(tensor: HostTensor): Stored {
  if (tensor.data instanceof Float64Array) return "F64";
  return tensor.data instanceof Int32Array ? "I32" : "F32";
}

/** Tensors as one file's bytes; equal tensors and metadata give equal bytes. */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  // eight-byte values first, so that every tensor starts at a multiple of its width
  const order = [...tensors].sort(([, a], [, b]) => width[storedType(b)] - width[storedType(a)]);
  const header: Record<string, Entry | Readonly<Record<string, string>>> = { __metadata__: metadata };
  let at = 0;
  for (const [name, tensor] of order) {
    const end = at + tensor.data.byteLength;
    header[name] = { dtype: storedType(tensor), shape: tensor.shape, data_offsets: [at, end] };
    at = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  bytes.fill(0x20, 8 + json.length, 8 + headerLength);
  let position = 8 + headerLength;
  for (const [, { data }] of order) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/** Reads a safetensors file's bytes. Raises `TrainError` or `JsonError` naming `file` where they are damaged. */
export async function decodeSafetensors(bytes: Uint8Array, file: string): Promise<Safetensors> {
  const damaged = (what: string): TrainError =>
    new TrainError(`${file} is damaged: ${what}`, "Take another checkpoint of the run, or train again.");
  if (bytes.length < 8) throw damaged(`it has ${bytes.length} bytes, less than a header`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerLength > bytes.length - 8)
    throw damaged(`its header claims ${headerLength} bytes, but ${bytes.length - 8} are there`);
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
  const header = await parseJson<Readonly<Record<string, unknown>>>(headerSchema, text, `${file} (header)`);
  const { __metadata__: metadata = {}, ...entries } = header as { readonly __metadata__?: Readonly<Record<string, string>> };
  const body = bytes.subarray(8 + headerLength);
  const tensors = new Map<string, HostTensor>();
  let total = 0;
  for (const [name, entry] of Object.entries(entries as Readonly<Record<string, Entry>>)) {
    const [start, end] = entry.data_offsets;
    const count = entry.shape.reduce((product, size) => product * size, 1);
    const needed = count * width[entry.dtype];
    if (end - start !== needed) throw damaged(`${name} takes ${end - start} bytes, but its shape needs ${needed}`);
    if (end > body.length) throw damaged(`it is cut off: ${name} ends at byte ${end} of ${body.length}`);
    tensors.set(name, tensorOf(entry, new Uint8Array(body.subarray(start, end))));
    total += end - start;
  }
  if (total !== body.length) throw damaged(`its tensors take ${total} bytes, but ${body.length} are there`);
  return { tensors, metadata };
}

/** `bytes` is a copy with a buffer of its own (a Buffer's `slice` would share), so any element width is aligned. */
function tensorOf(entry: Entry, bytes: Uint8Array): HostTensor {
  if (entry.dtype === "I32") return { dtype: "i32", shape: entry.shape, data: new Int32Array(bytes.buffer) };
  return {
    dtype: "f32",
    shape: entry.shape,
    data: entry.dtype === "F64" ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer),
  };
}

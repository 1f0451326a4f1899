// The head of an npy array (NumPy enhancement proposal 1): magic, version, and a Python dictionary literal with the
// element type, the memory order and the shape.
import type { ColumnType } from "../../../compiler/data/header.ts";
import { FormatError } from "./format.ts";

export interface NpyHeader {
  readonly type: ColumnType;
  /** Bytes of one element; a text element is `size` bytes of UTF-32 (`U`) or of bytes (`S`). */
  readonly size: number;
  readonly kind: "number" | "unicode" | "bytes";
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the payload starts. */
  readonly start: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const numeric: Readonly<Record<string, ColumnType>> = {
  f2: "f16",
  f4: "f32",
  f8: "f64",
  i1: "i8",
  i2: "i16",
  i4: "i32",
  i8: "i64",
  u1: "u8",
  u2: "u16",
  u4: "u32",
  u8: "u64",
  b1: "bool",
};

/** Bytes of the head, or undefined where `bytes` is too short to say; throws where this is no npy array. */
export function npyHeaderLength(bytes: Uint8Array, place: string): number | undefined {
  if (magic.some((byte, at) => at < bytes.length && bytes[at] !== byte)) {
    throw new FormatError(place, "it does not start like a NumPy array", "Write it again with numpy.save or numpy.savez");
  }
  if (bytes.length < 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = view.getUint8(6);
  if (major < 1 || major > 3) {
    throw new FormatError(place, `version ${major} of the npy format is not known`, "Write it again with numpy.save");
  }
  return major === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
}

/** Reads the head; `bytes` holds at least all of it. */
export function parseNpyHeader(bytes: Uint8Array, place: string): NpyHeader {
  const start = npyHeaderLength(bytes, place);
  if (start === undefined || bytes.length < start) {
    throw new FormatError(place, "the file ends inside the array's head", "It was cut off: copy or write it again");
  }
  const text = new TextDecoder("latin1").decode(bytes.subarray(bytes[6] === 1 ? 10 : 12, start));
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  if (descr === undefined && /'descr'\s*:\s*\[/.test(text)) {
    throw new FormatError(place, "it is a structured array (records)", "Save each of its fields as an array of its own");
  }
  if (order === undefined || shape === undefined || descr === undefined) {
    throw new FormatError(place, "the array's head cannot be read", "Write it again with numpy.save or numpy.savez");
  }
  const sizes = shape.split(",").flatMap((part) => (part.trim() === "" ? [] : [Number.parseInt(part, 10)]));
  return { ...parseDescription(descr, place), fortranOrder: order === "True", shape: sizes, start };
}

function parseDescription(descr: string, place: string): Pick<NpyHeader, "type" | "size" | "kind" | "bigEndian"> {
  const [, endian = "", code = "", digits = ""] = /^([<>|=]?)([a-zA-Z])(\d*)/.exec(descr) ?? [];
  const bigEndian = endian === ">";
  const size = Number(digits);
  if (code === "O") {
    throw new FormatError(
      place,
      "it holds pickled Python objects (dtype=object), which mmx never loads",
      "Save it as numbers, or strings with .astype(str); ragged sequences as one padded array and an integer array of lengths",
    );
  }
  if (code === "U") return { type: "text", kind: "unicode", size: size * 4, bigEndian };
  if (code === "S" || code === "a") return { type: "text", kind: "bytes", size, bigEndian };
  const type = numeric[`${code}${digits}`];
  if (type === undefined) {
    throw new FormatError(
      place,
      `its element type ${descr} is not one that mmx reads`,
      "Save it as float32, int32, bool or strings, e.g. with .astype('float32')",
    );
  }
  return { type, kind: "number", size, bigEndian };
}

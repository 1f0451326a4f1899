// npy arrays: bytes to columns and back, and the format of a lone `.npy` file (one column named after the file).
import { open, readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { ColumnType } from "../../../compiler/data/header.ts";
import { type Column, columnsOf, type DataFormat, elementCount, FormatError, type NumericArray, noSuchColumn } from "./format.ts";
import { narrowHalf, widenHalf } from "./half.ts";
import { type NpyHeader, npyHeaderLength, parseNpyHeader } from "./npy-header.ts";

/** Decodes a whole npy array; `place` names it in errors. Fortran order is turned into row-major. */
export function decodeNpy(name: string, bytes: Uint8Array, place: string): Column {
  const header = parseNpyHeader(bytes, place);
  const count = elementCount(header.shape);
  const end = header.start + count * header.size;
  if (bytes.length < end) {
    throw new FormatError(
      place,
      `it is cut off: ${count} elements need ${end - header.start} bytes, and ${bytes.length - header.start} are there`,
      "Copy or write the file again",
    );
  }
  const payload = bytes.slice(header.start, end);
  if (header.bigEndian) swapBytes(payload, header.kind === "unicode" ? 4 : header.size);
  const values = header.kind === "number" ? numbers(header, payload, place) : strings(header, payload, count);
  const ordered = header.fortranOrder && header.shape.length > 1 ? rowMajor(values, header.shape) : values;
  return { name, type: header.type, shape: header.shape, values: ordered };
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; width > 1 && at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

function numbers(header: NpyHeader, payload: Uint8Array, place: string): NumericArray {
  const { buffer } = payload;
  switch (header.type) {
    case "f16":
      return widenHalf(new Uint16Array(buffer));
    case "f32":
      return new Float32Array(buffer);
    case "f64":
      return new Float64Array(buffer);
    case "i8":
      return new Int8Array(buffer);
    case "i16":
      return new Int16Array(buffer);
    case "i32":
      return new Int32Array(buffer);
    case "u16":
      return new Uint16Array(buffer);
    case "u32":
      return new Uint32Array(buffer);
    case "i64":
      return safeIntegers(new BigInt64Array(buffer), place);
    case "u64":
      return safeIntegers(new BigUint64Array(buffer), place);
    default:
      return payload;
  }
}

function safeIntegers(wide: BigInt64Array | BigUint64Array, place: string): Float64Array {
  const values = new Float64Array(wide.length);
  for (let at = 0; at < wide.length; at += 1) {
    const value = Number(wide[at]);
    if (!Number.isSafeInteger(value)) {
      throw new FormatError(
        place,
        `element ${at} is ${wide[at]}, beyond the whole numbers a double holds exactly`,
        "Save it as strings if it is an identifier",
      );
    }
    values[at] = value;
  }
  return values;
}

function strings(header: NpyHeader, payload: Uint8Array, count: number): string[] {
  const texts: string[] = [];
  const decoder = new TextDecoder("utf-8");
  const wide = header.kind === "unicode" ? new Uint32Array(payload.buffer) : undefined;
  const width = header.kind === "unicode" ? header.size / 4 : header.size;
  for (let at = 0; at < count; at += 1) {
    const element = (wide ?? payload).subarray(at * width, (at + 1) * width);
    let length = width;
    while (length > 0 && element[length - 1] === 0) length -= 1;
    const trimmed = element.subarray(0, length);
    texts.push(trimmed instanceof Uint32Array ? String.fromCodePoint(...trimmed) : decoder.decode(trimmed));
  }
  return texts;
}

function rowMajor(values: NumericArray | readonly string[], shape: readonly number[]): NumericArray | readonly string[] {
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape) {
    strides.push(stride);
    stride *= size;
  }
  const index = shape.map(() => 0);
  const sources = new Uint32Array(values.length);
  let source = 0;
  for (let at = 0; at < values.length; at += 1) {
    sources[at] = source;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const step = strides[axis] as number;
      index[axis] = (index[axis] as number) + 1;
      source += step;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      source -= step * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  if (!ArrayBuffer.isView(values)) return Array.from(sources, (from) => values[from] as string);
  const ordered = values.slice();
  for (let at = 0; at < sources.length; at += 1) ordered[at] = values[sources[at] as number] as number;
  return ordered;
}

const codes: Readonly<Record<Exclude<ColumnType, "text">, string>> = {
  f16: "<f2",
  f32: "<f4",
  f64: "<f8",
  i8: "|i1",
  i16: "<i2",
  i32: "<i4",
  i64: "<i8",
  u8: "|u1",
  u16: "<u2",
  u32: "<u4",
  u64: "<u8",
  bool: "|b1",
};

/** The npy bytes of a column: version 1, little-endian, row-major, text as `<U`. */
export function encodeNpy(column: Column): Uint8Array {
  const [descr, payload] = encodePayload(column);
  const sizes = column.shape.length === 1 ? `${column.shape[0]},` : column.shape.join(", ");
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + payload.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(length - 11)}\n`), 10);
  bytes.set(payload, length);
  return bytes;
}

function encodePayload(column: Column): readonly [string, Uint8Array] {
  const { values } = column;
  if (!ArrayBuffer.isView(values)) {
    const points = values.map((text) => Array.from(text, (character) => character.codePointAt(0) as number));
    const width = Math.max(1, ...points.map((codes) => codes.length));
    const wide = new Uint32Array(width * values.length);
    points.forEach((codes, at) => {
      wide.set(codes, at * width);
    });
    return [`<U${width}`, bytesOf(wide)];
  }
  if (column.type === "text") throw new TypeError(`${column.name} is a text column with numeric values`);
  const descr = codes[column.type];
  if (column.type === "f16") return [descr, bytesOf(narrowHalf(values))];
  if (column.type === "i64" || column.type === "u64") {
    return [descr, bytesOf(BigInt64Array.from(values, (value) => BigInt(value)))];
  }
  return [descr, bytesOf(values)];
}

const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

const columnName = (path: string): string => basename(path, extname(path));

export const npyFormat: DataFormat = {
  name: "npy",
  extensions: [".npy"],
  async header(path) {
    const file = await open(path);
    try {
      let bytes = new Uint8Array(0);
      for (let wanted: number | undefined = 256; bytes.length < wanted; wanted = npyHeaderLength(bytes, path) ?? wanted) {
        const { bytesRead, buffer } = await file.read(new Uint8Array(wanted), 0, wanted, 0);
        bytes = buffer.slice(0, bytesRead);
        if (bytesRead < wanted) break;
      }
      const { type, shape } = parseNpyHeader(bytes, path);
      return { path, format: "npy", columns: [{ name: columnName(path), type, shape }] };
    } finally {
      await file.close();
    }
  },
  async read(path, columns) {
    const name = columnName(path);
    for (const wanted of columns ?? []) if (wanted !== name) throw noSuchColumn(path, wanted, [name]);
    return columnsOf([decodeNpy(name, new Uint8Array(await readFile(path)), path)]);
  },
};

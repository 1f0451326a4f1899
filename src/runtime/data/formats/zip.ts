// Just enough of the zip container for npz: the central directory (zip64 too), and one entry's bytes, whole or the first
// few. An entry is read by range, so the head of a 10 GB file costs a few kilobytes.
import type { FileHandle } from "node:fs/promises";
import { Inflate, inflateSync } from "fflate";
import { FormatError } from "./format.ts";

export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflate. */
  readonly method: number;
  readonly checksum: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly offset: number;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;

const cutOff = (path: string): FormatError =>
  new FormatError(
    path,
    "it is not a whole zip archive (an npz file is one)",
    "It was cut off or is another format: copy or write it again",
  );

async function readRange(file: FileHandle, path: string, from: number, length: number): Promise<DataView> {
  const buffer = new Uint8Array(length);
  const { bytesRead } = await file.read(buffer, 0, length, from);
  if (bytesRead < length) throw cutOff(path);
  return new DataView(buffer.buffer);
}

/** The entries, in the directory's order. */
export async function readDirectory(file: FileHandle, path: string): Promise<readonly ZipEntry[]> {
  const { start, length, count } = await findDirectory(file, path);
  const view = await readRange(file, path, start, length);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let entry = 0; entry < count; entry += 1) {
    if (at + 46 > length || view.getUint32(at, true) !== centralSignature) throw cutOff(path);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > length) throw cutOff(path);
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameLength));
    if (view.getUint16(at + 8, true) & 1) {
      throw new FormatError(`${path}: ${name}`, "it is encrypted", "Write the archive without a password");
    }
    const wide = zip64Fields(view, at, at + 46 + nameLength, extraLength);
    entries.push({ name, method: view.getUint16(at + 10, true), checksum: view.getUint32(at + 16, true), ...wide });
    at = next;
  }
  return entries;
}

async function findDirectory(file: FileHandle, path: string): Promise<{ start: number; length: number; count: number }> {
  const { size } = await file.stat();
  const tailLength = Math.min(size, 22 + 0xffff + 20);
  const tail = await readRange(file, path, size - tailLength, tailLength);
  let end = tailLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== endSignature) end -= 1;
  if (end < 0) throw cutOff(path);
  const count = tail.getUint16(end + 10, true);
  const length = tail.getUint32(end + 12, true);
  const start = tail.getUint32(end + 16, true);
  if (count !== 0xffff && length !== 0xffffffff && start !== 0xffffffff) return { start, length, count };
  if (end < 20 || tail.getUint32(end - 20, true) !== locator64Signature) throw cutOff(path);
  const record = await readRange(file, path, Number(tail.getBigUint64(end - 12, true)), 56);
  if (record.getUint32(0, true) !== end64Signature) throw cutOff(path);
  const wide = (at: number): number => Number(record.getBigUint64(at, true));
  return { count: wide(32), length: wide(40), start: wide(48) };
}

/** Sizes and offset, taken from the zip64 extra field where the plain ones are full. */
function zip64Fields(
  view: DataView,
  entry: number,
  extra: number,
  extraLength: number,
): Pick<ZipEntry, "compressedSize" | "size" | "offset"> {
  const plain = [view.getUint32(entry + 24, true), view.getUint32(entry + 20, true), view.getUint32(entry + 42, true)];
  for (let at = extra; at + 4 <= extra + extraLength; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let field = at + 4;
    plain.forEach((value, index) => {
      if (value !== 0xffffffff) return;
      plain[index] = Number(view.getBigUint64(field, true));
      field += 8;
    });
  }
  const [size = 0, compressedSize = 0, offset = 0] = plain;
  return { size, compressedSize, offset };
}

async function payloadStart(file: FileHandle, path: string, entry: ZipEntry): Promise<number> {
  const local = await readRange(file, path, entry.offset, 30);
  if (local.getUint32(0, true) !== localSignature) throw cutOff(path);
  if (entry.method !== 0 && entry.method !== 8) {
    throw new FormatError(
      `${path}: ${entry.name}`,
      `compression method ${entry.method} is not one that mmx reads`,
      "Write it with numpy.savez or numpy.savez_compressed",
    );
  }
  return entry.offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
}

/** At least the first `wanted` bytes of an entry (fewer where it is shorter), without reading the rest. */
export async function readEntryHead(file: FileHandle, path: string, entry: ZipEntry, wanted: number): Promise<Uint8Array> {
  const start = await payloadStart(file, path, entry);
  if (entry.method === 0) {
    const view = await readRange(file, path, start, Math.min(wanted, entry.size));
    return new Uint8Array(view.buffer);
  }
  const head = new Uint8Array(wanted);
  let filled = 0;
  const inflate = new Inflate((chunk) => {
    const part = chunk.subarray(0, wanted - filled);
    head.set(part, filled);
    filled += part.length;
  });
  const step = 4096;
  try {
    for (let at = 0; at < entry.compressedSize && filled < wanted; at += step) {
      const length = Math.min(step, entry.compressedSize - at);
      const view = await readRange(file, path, start + at, length);
      inflate.push(new Uint8Array(view.buffer), at + length === entry.compressedSize);
    }
  } catch (cause) {
    throw damaged(path, entry, cause);
  }
  return head.subarray(0, filled);
}

/** All bytes of an entry, checked against its checksum. */
export async function readEntry(file: FileHandle, path: string, entry: ZipEntry): Promise<Uint8Array> {
  const start = await payloadStart(file, path, entry);
  const stored = new Uint8Array((await readRange(file, path, start, entry.compressedSize)).buffer);
  let bytes = stored;
  if (entry.method === 8) {
    try {
      bytes = inflateSync(stored, { out: new Uint8Array(entry.size) });
    } catch (cause) {
      throw damaged(path, entry, cause);
    }
  }
  if (bytes.length !== entry.size || crc32(bytes) !== entry.checksum) throw damaged(path, entry);
  return bytes;
}

function damaged(path: string, entry: ZipEntry, cause?: unknown): FormatError {
  if (cause instanceof FormatError) return cause;
  const error = new FormatError(
    `${path}: ${entry.name}`,
    "its bytes are damaged (they do not agree with the archive's checksum)",
    "Copy or write the file again",
  );
  error.cause = cause;
  return error;
}

let crcTable: Uint32Array | undefined;

/** CRC-32 as zip uses it (ISO 3309, reflected polynomial 0xEDB88320). */
function crc32(bytes: Uint8Array): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
  });
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) {
    crc = (crcTable[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

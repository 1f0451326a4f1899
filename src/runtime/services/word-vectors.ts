// Word vectors on disk, and a text as their mean: what two small services read texts with.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export interface WordVectors {
  readonly width: number;
  readonly checksum: string;
  /** Mean of the vectors of the words that are known; zeros where none is. */
  readonly mean: (text: string) => Float32Array;
}

export interface WordVectorFiles {
  /** A word a line. */
  readonly words: string;
  /** Little-endian float16, a row a word. */
  readonly vectors: string;
}

/** Members of a binding that names word vectors. */
export const wordVectorProperties = {
  words: { type: "string", minLength: 1 },
  vectors: { type: "string", minLength: 1 },
};

export function loadWordVectors(files: WordVectorFiles, folder: string): WordVectors {
  const bytes = readFileSync(resolve(folder, files.vectors));
  const words = readFileSync(resolve(folder, files.words), "utf8")
    .split("\n")
    .filter((word) => word !== "");
  const rows = new Map(words.map((word, row) => [word, row]));
  const width = bytes.length / 2 / words.length;
  if (!Number.isInteger(width))
    throw new Error(`${files.vectors} has no whole number of values for each of the ${words.length} words`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mean = (text: string): Float32Array => {
    const known = tokens(text).flatMap((word) => rows.get(word) ?? []);
    const sum = new Float32Array(width);
    for (const row of known) {
      for (let at = 0; at < width; at += 1) sum[at] = (sum[at] ?? 0) + halfAt(view, 2 * (row * width + at)) / known.length;
    }
    return sum;
  };
  return { width, checksum: createHash("sha256").update(bytes).digest("hex"), mean };
}

/** Lower-case words; `n't` is `not`, and other contractions lose their tails. */
function tokens(text: string): readonly string[] {
  return (
    text
      .toLowerCase()
      .replaceAll("’", "'")
      .replaceAll("n't", " not")
      .replaceAll(/'[a-z]+/g, " ")
      .match(/[a-z]+/g) ?? []
  );
}

/** IEEE 754 binary16. */
function halfAt(view: DataView, offset: number): number {
  const bits = view.getUint16(offset, true);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

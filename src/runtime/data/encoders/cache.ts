// Encodings kept on disk, so that a model runs once over a sample: blocks of samples, each under the hash of the model's files, of
// the samples and of the options. A block is two files, its values and a note that is written last.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type EncodedBlock, encodedBlockSchema } from "../../../compiler/schemas/encoder.schema.ts";
import { JsonError, parseJson } from "../../../compiler/schemas/validate.ts";

/** What one block holds: a row, or a sequence of rows, for each of its samples. */
export interface Block {
  readonly width: number;
  readonly lengths: readonly number[];
  /** [sum of lengths, width]. */
  readonly values: Float32Array;
}

export type BlockOrigin = Pick<EncodedBlock, "model" | "checksum" | "modality" | "pool">;

/** Where encodings are kept: `$MMX_ENCODED`, else `~/.cache/mmx/encoded`. */
export const encodedFolder = (): string => process.env.MMX_ENCODED ?? join(homedir(), ".cache", "mmx", "encoded");

const digest = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** The key of a block: everything that decides its values. `samples` are hashes of the samples' contents. */
export function blockKey(checksum: string, options: readonly (string | number)[], samples: readonly string[]): string {
  return digest(JSON.stringify([1, checksum, options, samples]));
}

const filesOf = (key: string): { readonly note: string; readonly values: string } => {
  const stem = join(encodedFolder(), key.slice(0, 2), key);
  return { note: `${stem}.json`, values: `${stem}.f32` };
};

/** A kept block; undefined where there is none, or where its files are not whole: it is then made anew. */
export async function readBlock(key: string): Promise<Block | undefined> {
  const files = filesOf(key);
  if (!existsSync(files.note) || !existsSync(files.values)) return undefined;
  let note: EncodedBlock;
  try {
    note = await parseJson<EncodedBlock>(encodedBlockSchema, await readFile(files.note, "utf8"), files.note);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
  const bytes = await readFile(files.values);
  const rows = note.lengths.reduce((sum, length) => sum + length, 0);
  if (bytes.length !== rows * note.width * 4 || digest(bytes) !== note.values) return undefined;
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  return { width: note.width, lengths: note.lengths, values };
}

/** Keeps a block. */
export async function writeBlock(key: string, block: Block, origin: BlockOrigin): Promise<void> {
  const files = filesOf(key);
  const bytes = new Uint8Array(block.values.buffer, block.values.byteOffset, block.values.byteLength);
  const { width, lengths } = block;
  const note: EncodedBlock = { format: 1, ...origin, width, lengths, values: digest(bytes) };
  await replace(files.values, bytes);
  await replace(files.note, `${JSON.stringify(note)}\n`);
}

/** Beside its place and then renamed, but not forced to the disk, which takes longer than to encode: what is not whole is made anew. */
async function replace(path: string, content: Uint8Array | string): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(partial, content);
  await rename(partial, path);
}

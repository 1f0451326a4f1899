// Memories: records from a JSON Lines file, looked up by likeness, by key, or at random.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { MemorySchema } from "../../compiler/pipeline/graph.ts";
import { parseJson } from "../../compiler/schemas/validate.ts";
import { isFile, ServiceError, type WireRecord, type WireValue } from "./service.ts";
import { fieldsSchema, readFields, type WireDeclarations } from "./wire-json.ts";

export interface Memory {
  readonly identity: string;
  /** Entries whose embeddings are most like that of the text, the nearest first; equal ones in their order. */
  nearest(text: string, count: number): Promise<readonly WireRecord[]>;
  /** The first entry with these values; undefined where there is none. */
  find(keys: ReadonlyMap<string, WireValue>): WireRecord | undefined;
  /** Different entries, the same for the same seed. */
  draw(count: number, seed: number): readonly WireRecord[];
}

export interface MemorySource {
  readonly schema: MemorySchema;
  /** undefined: the memory is empty. */
  readonly path: string | undefined;
  readonly declarations: WireDeclarations;
  /** Embeds one text; undefined where the memory has no measure of likeness. */
  readonly embed: ((text: string) => Promise<WireValue>) | undefined;
}

/** Throws `JsonError` with the line of an entry that does not fit its record. */
export async function openMemory({ schema, path, declarations, embed }: MemorySource): Promise<Memory> {
  const fields = declarations.records.find(({ name }) => name === schema.record)?.fields ?? [];
  const entries: WireRecord[] = [];
  const text = path === undefined ? "" : readFileSync(path, "utf8");
  const entrySchema = fieldsSchema(fields, declarations);
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const value = await parseJson<Readonly<Record<string, unknown>>>(entrySchema, line, path ?? schema.name, index + 1);
    entries.push(readFields(value, fields, declarations, dirname(path ?? "")));
  }
  let embeddings: Promise<readonly Float32Array[]> | undefined;
  const vectorOf = async (words: string): Promise<Float32Array> => {
    const value = embed === undefined ? undefined : await embed(words);
    if (value instanceof Float32Array) return normalised(value);
    throw new ServiceError(schema.by?.service ?? schema.name, `gave no vector for the memory ${schema.name}`);
  };
  const embedAll = async (): Promise<readonly Float32Array[]> => {
    const all: Float32Array[] = [];
    for (const entry of entries) all.push(await vectorOf(String(entry.get(schema.by?.field ?? ""))));
    return all;
  };
  return {
    identity:
      path === undefined ? "empty" : `${entries.length} entries sha256:${createHash("sha256").update(text).digest("hex")}`,
    async nearest(words, count) {
      if (count <= 0 || entries.length === 0) return [];
      embeddings ??= embedAll();
      const query = await vectorOf(words);
      const likeness = (await embeddings).map((each) => each.reduce((sum, value, at) => sum + value * (query[at] ?? 0), 0));
      return ranked(likeness, count).map((at) => entries[at] as WireRecord);
    },
    find: (keys) => entries.find((entry) => [...keys].every(([name, value]) => sameValue(entry.get(name), value))),
    draw(count, seed) {
      const order = entries.map((_, at) => at);
      const random = randomFrom(seed);
      const wanted = Math.min(Math.max(0, Math.floor(count)), order.length);
      for (let at = 0; at < wanted; at += 1) {
        const other = at + Math.floor(random() * (order.length - at));
        [order[at], order[other]] = [order[other] as number, order[at] as number];
      }
      return order.slice(0, wanted).map((at) => entries[at] as WireRecord);
    },
  };
}

/** Places of the largest values, the largest first. */
function ranked(values: readonly number[], count: number): readonly number[] {
  const places = values.map((_, at) => at);
  return places.sort((one, other) => (values[other] ?? 0) - (values[one] ?? 0) || one - other).slice(0, Math.floor(count));
}

function normalised(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
}

function sameValue(one: WireValue, other: WireValue): boolean {
  if (isFile(one) && isFile(other)) return Buffer.compare(one.bytes, other.bytes) === 0;
  return one === other;
}

/** Uniform numbers in 0 .. 1: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

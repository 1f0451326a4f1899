// Made-up texts for columns that a frozen encoder reads: a few words that say what a sample's hidden causes are.
import type { FieldSchema } from "../../compiler/compiled.ts";
import { rawOffsetsOf } from "../../compiler/data/companions.ts";
import type { RandomSequence } from "../../compiler/ir/random.ts";
import type { Column } from "./formats/format.ts";

/** The words of a cause, below and above 0. */
const words = [
  ["sad", "happy"],
  ["cold", "warm"],
  ["dark", "bright"],
  ["slow", "quick"],
] as const;

export interface TextContext {
  readonly samples: number;
  /** [samples, causes], as many causes as there are pairs of words. */
  readonly hidden: Float64Array;
  readonly random: RandomSequence;
  /** Texts of each sample, where it has several. */
  readonly lengths: Int32Array | undefined;
  readonly absent: Uint8Array | undefined;
}

/** The raw column of an encoded field, with its offsets where a sample has several texts. An absent sample's text is "". */
export function textColumns(field: FieldSchema, column: string, context: TextContext): readonly Column[] {
  const { samples, hidden, random, absent } = context;
  const offsetsName = rawOffsetsOf(field);
  const counts = offsetsName === undefined ? undefined : context.lengths;
  const offsets = new Int32Array(samples + 1);
  const texts: string[] = [];
  for (let row = 0; row < samples; row += 1) {
    const count = counts?.[row] ?? 1;
    for (let each = 0; each < count; each += 1) {
      // Now and then a word is left out, so that texts differ in length.
      const said = words.flatMap((pair, cause) =>
        random.uniform() < 0.2 ? [] : [pair[(hidden[row * words.length + cause] as number) > 0 ? 1 : 0]],
      );
      texts.push(absent?.[row] === 1 ? "" : `it is ${said.join(" and ") || "so"}`);
    }
    offsets[row + 1] = texts.length;
  }
  const raw: Column = { name: column, type: "text", shape: [texts.length], values: texts };
  return offsetsName === undefined ? [raw] : [raw, { name: offsetsName, type: "i32", shape: [samples + 1], values: offsets }];
}

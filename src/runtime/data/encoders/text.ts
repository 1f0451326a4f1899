// Frozen encoders of text: a tokenizer and a network that gives a row of features a token.
import type { EncodingSchema } from "../../../compiler/compiled.ts";
import type { Encoder } from "./encoder.ts";
import { loading, loadWeights, placeOf } from "./load-model.ts";
import type { ModelFiles } from "./model-files.ts";
import { readOutputs } from "./outputs.ts";
import type { ModelTensor, Transformers } from "./transformers.ts";

/** Texts are cut to `length` tokens, special ones among them, and never beyond the model's positions. */
export async function openText(transformers: Transformers, files: ModelFiles, encoding: EncodingSchema): Promise<Encoder> {
  const tokenizer = await loading(files, "the tokenizer", () =>
    transformers.AutoTokenizer.from_pretrained(placeOf(transformers, files), { local_files_only: true }),
  );
  const model = await loadWeights(transformers, files);
  const longest = Math.min(encoding.length ?? Number.POSITIVE_INFINITY, files.positions ?? Number.POSITIVE_INFINITY);
  const empty = idsOf(tokenizer([""]));
  return {
    async encode(text) {
      // One text at a time: in a batch the others' lengths, and the range of int8 weights' inputs, would tell on the result.
      const tokens = tokenizer([text]);
      const ids = idsOf(tokens);
      return readOutputs(await model(ids.length <= longest ? tokens : cut(transformers, tokens, longest, closing(ids, empty))));
    },
    close: async () => {
      await model.dispose();
    },
  };
}

const idsOf = ({ input_ids }: Readonly<Record<string, ModelTensor>>): readonly number[] =>
  Array.from(input_ids?.data ?? [], (id) => Number(id));

/** How many special tokens end a text: those of the empty text that do not begin this one. */
function closing(ids: readonly number[], empty: readonly number[]): number {
  const opening = empty.findIndex((id, at) => id !== ids[at]);
  return opening === -1 ? 0 : empty.length - opening;
}

/** The first tokens and the closing ones, as the Python tokenizers cut; transformers.js drops what closes a text. */
function cut(
  { Tensor }: Transformers,
  tokens: Readonly<Record<string, ModelTensor>>,
  longest: number,
  closed: number,
): Readonly<Record<string, ModelTensor>> {
  const kept = Object.entries(tokens).map(([name, { data }]) => {
    const values = Array.from(data, BigInt);
    const most = Math.max(0, longest - closed);
    const some = [...values.slice(0, most), ...values.slice(values.length - (longest - most))];
    return [name, new Tensor("int64", BigInt64Array.from(some), [1, some.length])] as const;
  });
  return Object.fromEntries(kept);
}

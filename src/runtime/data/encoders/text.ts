// Frozen encoders of text: a tokenizer and a network that gives a row of features a token.
import type { EncodingSchema } from "../../../compiler/compiled.ts";
import type { Encoder } from "./encoder.ts";
import { loading, loadWeights, placeOf } from "./load-model.ts";
import type { ModelFiles } from "./model-files.ts";
import { readOutputs } from "./outputs.ts";
import type { Transformers } from "./transformers.ts";

/** Texts are cut to `length` tokens, special ones among them, and never beyond the model's positions. */
export async function openText(transformers: Transformers, files: ModelFiles, encoding: EncodingSchema): Promise<Encoder> {
  const tokenizer = await loading(files, "the tokenizer", () =>
    transformers.AutoTokenizer.from_pretrained(placeOf(transformers, files), { local_files_only: true }),
  );
  const model = await loadWeights(transformers, files);
  const longest = Math.min(encoding.length ?? Number.POSITIVE_INFINITY, files.positions ?? Number.POSITIVE_INFINITY);
  const cut = Number.isFinite(longest) ? { truncation: true, max_length: longest } : { truncation: true };
  return {
    // One text at a time: in a batch the others' lengths, and the range of int8 weights' inputs, would tell on the result.
    encode: async (text) => readOutputs(await model(tokenizer([text], cut))),
    close: async () => {
      await model.dispose();
    },
  };
}

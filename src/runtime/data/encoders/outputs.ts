// Takes from a model's outputs the one that describes the sample, entry by entry where there is such a one.
import { type Encoded, EncoderError } from "./encoder.ts";
import type { ModelOutputs, ModelTensor } from "./transformers.ts";

/** Outputs of one row a sample, for models that give no sequence. */
const rows = ["image_embeds", "text_embeds", "audio_embeds", "embeddings", "sentence_embedding", "pooler_output", "logits"];

/** Reads the outputs for a batch of one. Throws `EncoderError` where none of them is known. */
export function readOutputs(outputs: ModelOutputs): Encoded {
  const states = outputs.last_hidden_state;
  if (states !== undefined) return readStates(states);
  const row = rows.map((name) => outputs[name]).find((output) => output !== undefined);
  if (row === undefined) {
    throw new EncoderError(
      `the model gives ${Object.keys(outputs).join(", ") || "nothing"}, of which mmx knows none as features`,
      "Take a model exported for feature extraction: it gives last_hidden_state",
    );
  }
  const values = Float32Array.from(row.data as ArrayLike<number>);
  return { values, length: 1, width: values.length, pooled: true };
}

/** [1, length, width], or [1, width, height, breadth] of a convolutional network, whose places are the entries. */
function readStates({ dims, data }: ModelTensor): Encoded {
  const numbers = data as ArrayLike<number>;
  if (dims.length !== 4) {
    const width = dims.at(-1) ?? 1;
    return { values: Float32Array.from(numbers), length: numbers.length / width, width, pooled: dims.length === 2 };
  }
  const width = dims[1] ?? 1;
  const length = numbers.length / width;
  const values = new Float32Array(numbers.length);
  for (let feature = 0; feature < width; feature += 1) {
    for (let place = 0; place < length; place += 1) values[place * width + feature] = numbers[feature * length + place] as number;
  }
  return { values, length, width, pooled: false };
}

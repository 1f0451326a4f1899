// Frozen encoders of sound: a wav file at the model's rate, usually 16 kHz, to a row of features a frame.
import { readFile } from "node:fs/promises";
import { type Encoder, EncoderError } from "./encoder.ts";
import { loading, loadWeights, placeOf } from "./load-model.ts";
import type { ModelFiles } from "./model-files.ts";
import { readOutputs } from "./outputs.ts";
import type { Transformers } from "./transformers.ts";
import { readWav } from "./wav.ts";

export async function openAudio(transformers: Transformers, files: ModelFiles): Promise<Encoder> {
  const prepare = await loading(files, "the feature extractor", () =>
    transformers.AutoFeatureExtractor.from_pretrained(placeOf(transformers, files), { local_files_only: true }),
  );
  const model = await loadWeights(transformers, files);
  const rate = files.rate ?? 16_000;
  return {
    async encode(path) {
      const sound = readWav(await readFile(path), path);
      if (sound.rate !== rate) {
        throw new EncoderError(
          `${path} has ${sound.rate} samples a second, the model wants ${rate}`,
          `Convert it: ffmpeg -i IN.wav -ar ${rate} -ac 1 OUT.wav`,
        );
      }
      return readOutputs(await model(await prepare(sound.samples)));
    },
    close: async () => {
      await model.dispose();
    },
  };
}

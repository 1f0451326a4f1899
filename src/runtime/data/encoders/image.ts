// Frozen encoders of images: a file in a format that sharp reads (png, jpeg, webp, …) to a row of features a patch.
import { type Encoder, EncoderError } from "./encoder.ts";
import { loading, loadWeights, placeOf } from "./load-model.ts";
import type { ModelFiles } from "./model-files.ts";
import { readOutputs } from "./outputs.ts";
import type { Transformers } from "./transformers.ts";

export async function openImage(transformers: Transformers, files: ModelFiles): Promise<Encoder> {
  const prepare = await loading(files, "the image processor", () =>
    transformers.AutoImageProcessor.from_pretrained(placeOf(transformers, files), { local_files_only: true }),
  );
  const model = await loadWeights(transformers, files);
  return {
    async encode(path) {
      const image = await readImage(transformers, path);
      const { pixel_values } = await prepare(image);
      return readOutputs(await model({ pixel_values }));
    },
    close: async () => {
      await model.dispose();
    },
  };
}

async function readImage({ RawImage }: Transformers, path: string): Promise<unknown> {
  try {
    return await RawImage.read(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EncoderError(`${path} cannot be read as an image: ${why}`, "Give png, jpeg or webp files");
  }
}

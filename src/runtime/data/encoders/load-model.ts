// Loads a model's weights for one of the encoders, from its folder alone and on the processor.
import { basename, dirname, sep } from "node:path";
import { EncoderError } from "./encoder.ts";
import type { ModelFiles } from "./model-files.ts";
import type { LoadedModel, Transformers } from "./transformers.ts";

/** How transformers.js finds the folder. */
export function placeOf(transformers: Transformers, { folder }: ModelFiles): string {
  transformers.env.localModelPath = `${dirname(folder)}${sep}`;
  return basename(folder);
}

/** Loads the weights. Throws `EncoderError` where they are none that can be run. */
export async function loadWeights(transformers: Transformers, files: ModelFiles): Promise<LoadedModel> {
  const threads = Number(process.env.MMX_THREADS);
  const session_options = {
    intraOpNumThreads: Number.isInteger(threads) && threads > 0 ? threads : 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  };
  return loading(files, "the model's weights", () =>
    transformers.AutoModel.from_pretrained(placeOf(transformers, files), {
      dtype: files.dtype,
      subfolder: files.weights,
      device: "cpu",
      local_files_only: true,
      session_options,
    }),
  );
}

/** Loads a part of a model; what the package says against it becomes the reason. */
export async function loading<Part>(files: ModelFiles, what: string, load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (cause) {
    const [why = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    throw new EncoderError(`${what} in ${files.folder} cannot be loaded: ${why}`, "Fetch the model anew, or take another one");
  }
}

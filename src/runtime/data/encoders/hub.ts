// Fetches a model that a spec names from a hub, once, into the folder of models; afterwards no network is needed. The hub is
// that of `$HF_ENDPOINT`, else Hugging Face's.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import type { EncodingSchema } from "../../../compiler/compiled.ts";
import { type HubModel, hubModelSchema } from "../../../compiler/schemas/encoder.schema.ts";
import { JsonError, parseJson } from "../../../compiler/schemas/validate.ts";
import { EncoderError } from "./encoder.ts";
import { modelsFolder } from "./model-files.ts";

const weightFiles = { f32: "model.onnx", f16: "model_fp16.onnx", int8: "model_quantized.onnx" };
const offlineNames = ["MMX_OFFLINE", "HF_HUB_OFFLINE"];

/** Fetches a model's files and returns their folder. Throws `EncoderError` where that is not possible. */
export async function fetchModel(encoding: EncodingSchema, tell: (text: string) => void): Promise<string> {
  const { model } = encoding;
  const folder = join(modelsFolder(), model);
  const offline = offlineNames.find((name) => (process.env[name] ?? "") !== "" && process.env[name] !== "0");
  if (offline !== undefined) {
    throw new EncoderError(`there is no model ${model} in ${modelsFolder()}, and ${offline} forbids the network`, remedy(folder));
  }
  const hub = (process.env.HF_ENDPOINT ?? "https://huggingface.co").replace(/\/+$/, "");
  const described = await request(`${hub}/api/models/${model}`, model, folder);
  const { sha, siblings } = await readDescription(await described.text(), hub, model);
  const names = siblings.map(({ rfilename }) => rfilename);
  const weights = `onnx/${weightFiles[encoding.weights ?? "f32"]}`;
  if (!names.includes(weights)) {
    throw new EncoderError(`${model} on ${hub} has no ${weights}`, "Take a model that is exported for transformers.js");
  }
  const wanted = names.filter((name) => /^[\w-]+\.json$/.test(name) || name.startsWith(weights));
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  for (const name of wanted) {
    tell(`fetching ${model}/${name}`);
    await fetchFile(`${hub}/${model}/resolve/${sha}/${name}`, join(partial, name), { model, folder });
  }
  await mkdir(dirname(folder), { recursive: true });
  await rename(partial, folder);
  return folder;
}

const remedy = (folder: string): string => `Put the model's folder at ${folder}, or name its path in the spec`;

async function request(url: string, model: string, folder: string): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url);
  } catch (cause) {
    const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const why = inner instanceof Error ? inner.message : String(inner);
    throw new EncoderError(`there is no model ${model} on this machine, and ${url} cannot be reached: ${why}`, remedy(folder));
  }
  if (answer.ok) return answer;
  throw new EncoderError(
    `there is no model ${model} on this machine, and ${url} answers ${answer.status} ${answer.statusText}`,
    `Check the model's name. ${remedy(folder)}`,
  );
}

async function readDescription(text: string, hub: string, model: string): Promise<HubModel> {
  try {
    return await parseJson<HubModel>(hubModelSchema, text, `${hub}/api/models/${model}`);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new EncoderError(error.message, "Is HF_ENDPOINT the address of a hub?");
  }
}

/** Large files come with their SHA-256 as the tag of their contents, which is then verified. */
async function fetchFile(url: string, path: string, named: { readonly model: string; readonly folder: string }): Promise<void> {
  const answer = await request(url, named.model, named.folder);
  if (answer.body === null) throw new EncoderError(`${url} answers with nothing`, remedy(named.folder));
  const hash = createHash("sha256");
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(undefined, chunk);
    },
  });
  await mkdir(dirname(path), { recursive: true });
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), hashed, createWriteStream(path));
  const promised = (answer.headers.get("x-linked-etag") ?? "").replaceAll('"', "");
  const found = hash.digest("hex");
  if (/^[0-9a-f]{64}$/.test(promised) && promised !== found) {
    throw new EncoderError(`${url} came with another checksum than promised: ${found}, not ${promised}`, "Try again");
  }
}

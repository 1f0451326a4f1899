// Any endpoint that speaks OpenAI's protocol: chat completions for a text, embeddings for a vector. The key is read from an
// environment variable and stands in no file.
import type { ServiceSchema } from "../../../compiler/pipeline/graph.ts";
import { parseJson } from "../../../compiler/schemas/validate.ts";
import { ffmpegVersion, framesOf } from "../film.ts";
import { post } from "../post.ts";
import {
  type FileValue,
  fileArgument,
  parameterOf,
  requiredParameter,
  requireResult,
  ServiceError,
  type ServiceKind,
  textArgument,
  type WireValue,
} from "../service.ts";
import { type ChatSettings, chatProperties, defaultTemperature } from "./chat-settings.ts";

interface OpenAiBinding extends ChatSettings {
  readonly url: string;
  /** Name of the environment variable with the key. */
  readonly key?: string;
  /** Whether the model hears: the service's audio is sent along. */
  readonly hears?: boolean;
  /** Whether the model sees: the service's image is sent along, and frames of its film. */
  readonly sees?: boolean;
  /** How many frames of a film, evenly spaced from its first to its last; fewer where it has fewer. */
  readonly frames?: number;
}

/** As many as E3RG's model is shown. */
const mostFrames = 64;

const answerSchema = {
  type: "object",
  required: ["choices"],
  properties: {
    choices: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["message"],
        properties: { message: { type: "object", required: ["content"], properties: { content: { type: "string" } } } },
      },
    },
  },
};
const embeddingSchema = {
  type: "object",
  required: ["data"],
  properties: {
    data: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["embedding"],
        properties: { embedding: { type: "array", minItems: 1, items: { type: "number" } } },
      },
    },
  },
};

export const openAi: ServiceKind<OpenAiBinding> = {
  kind: "openai",
  properties: {
    url: { type: "string", minLength: 1 },
    key: { type: "string", minLength: 1 },
    ...chatProperties,
    hears: { type: "boolean" },
    sees: { type: "boolean" },
    frames: { type: "integer", minimum: 1, maximum: mostFrames },
  },
  required: ["url", "model"],
  async open(binding, { schema }) {
    const prompt = requiredParameter(schema, "text", "a language model");
    requireResult(schema, ["text", "vector"], "a language model");
    const { model, temperature = defaultTemperature, max_tokens = 1024, system } = binding;
    const base = binding.url.replace(/\/+$/, "");
    const key = binding.key === undefined ? undefined : process.env[binding.key];
    if (binding.key !== undefined && key === undefined) {
      throw new ServiceError(schema.name, `needs the environment variable ${binding.key}`, `Set ${binding.key} to the key.`);
    }
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const ask = (path: string, body: object): Promise<string> => post(schema.name, `${base}${path}`, headers, body);
    if (schema.result.base.kind === "vector") {
      return {
        identity: `openai embeddings ${base} ${model}`,
        async call(given) {
          const text = await ask("/embeddings", { model, input: textArgument(given, prompt) });
          type Answer = { readonly data: readonly { readonly embedding: readonly number[] }[] };
          const answer = await parseJson<Answer>(embeddingSchema, text, `${base}/embeddings`);
          return Float32Array.from(answer.data[0]?.embedding ?? []);
        },
      };
    }
    const senses = await openSenses(binding, schema);
    return {
      identity: `openai chat ${base} ${model} temperature ${temperature} max_tokens ${max_tokens}${senses.identity}`,
      async call(given, seed) {
        const words = textArgument(given, prompt);
        const parts = await senses.parts(given);
        const content = parts.length === 0 ? words : [{ type: "text", text: words }, ...parts];
        const messages = [...(system === undefined ? [] : [{ role: "system", content: system }]), { role: "user", content }];
        const text = await ask("/chat/completions", { model, messages, temperature, max_tokens, seed });
        type Answer = { readonly choices: readonly { readonly message: { readonly content: string } }[] };
        const answer = await parseJson<Answer>(answerSchema, text, `${base}/chat/completions`);
        return (answer.choices[0]?.message.content ?? "").trim();
      },
    };
  },
};

interface Senses {
  /** What the trace says of them. */
  readonly identity: string;
  /** What goes with the words: pictures, then sound, of what there is. */
  readonly parts: (given: Readonly<Record<string, WireValue>>) => Promise<readonly object[]>;
}

/** Which of the service's files the model is sent, and how: pictures as `image_url`, sound as `input_audio`, both in base64. */
async function openSenses(binding: OpenAiBinding, schema: ServiceSchema): Promise<Senses> {
  const { hears = false, sees = false, frames: count = mostFrames } = binding;
  const audio = hears ? parameterOf(schema, "audio") : undefined;
  const [image, video] = sees ? [parameterOf(schema, "image"), parameterOf(schema, "video")] : [];
  const seen = video === undefined ? "" : ` of at most ${count} frames by ffmpeg ${await ffmpegVersion(schema.name)}`;
  return {
    identity: `${hears ? " hears" : ""}${sees ? ` sees${seen}` : ""}`,
    async parts(given) {
      const [picture, film, sound] = [image, video, audio].map((name) => fileArgument(given, name));
      const frames = film === undefined ? [] : await framesOf(schema.name, film, count);
      const pictures = [...(picture === undefined ? [] : [picture]), ...frames];
      return [
        ...pictures.map((each) => ({ type: "image_url", image_url: { url: dataUri(each) } })),
        ...(sound === undefined ? [] : [{ type: "input_audio", input_audio: { data: base64(sound), format: sound.extension } }]),
      ];
    },
  };
}

const base64 = ({ bytes }: FileValue): string => Buffer.from(bytes).toString("base64");

const dataUri = (picture: FileValue): string =>
  `data:image/${picture.extension === "jpg" ? "jpeg" : picture.extension};base64,${base64(picture)}`;

// Any endpoint that speaks OpenAI's protocol: chat completions for a text, embeddings for a vector. The key is read from an
// environment variable and stands in no file.
import { parseJson } from "../../../compiler/schemas/validate.ts";
import {
  fileArgument,
  parameterOf,
  requiredParameter,
  requireResult,
  ServiceError,
  type ServiceKind,
  textArgument,
} from "../service.ts";

interface OpenAiBinding {
  readonly url: string;
  readonly model: string;
  /** Name of the environment variable with the key. */
  readonly key?: string;
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly system?: string;
  /** Whether the model hears: the service's audio is sent along. */
  readonly hears?: boolean;
}

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
    model: { type: "string", minLength: 1 },
    key: { type: "string", minLength: 1 },
    temperature: { type: "number", minimum: 0 },
    max_tokens: { type: "integer", minimum: 1 },
    system: { type: "string" },
    hears: { type: "boolean" },
  },
  required: ["url", "model"],
  async open(binding, { schema }) {
    const prompt = requiredParameter(schema, "text", "a language model");
    requireResult(schema, ["text", "vector"], "a language model");
    const { model, temperature = 0.2, max_tokens = 1024, system } = binding;
    const base = binding.url.replace(/\/+$/, "");
    const key = binding.key === undefined ? undefined : process.env[binding.key];
    if (binding.key !== undefined && key === undefined) {
      throw new ServiceError(schema.name, `needs the environment variable ${binding.key}`, `Set ${binding.key} to the key.`);
    }
    const headers = { "content-type": "application/json", ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
    const ask = (path: string, body: object): Promise<string> => post(schema.name, `${base}${path}`, headers, body);
    const close = async (): Promise<void> => undefined;
    if (schema.result.base.kind === "vector") {
      return {
        identity: `openai embeddings ${base} ${model}`,
        async call(given) {
          const text = await ask("/embeddings", { model, input: textArgument(given, prompt) });
          type Answer = { readonly data: readonly { readonly embedding: readonly number[] }[] };
          const answer = await parseJson<Answer>(embeddingSchema, text, `${base}/embeddings`);
          return Float32Array.from(answer.data[0]?.embedding ?? []);
        },
        close,
      };
    }
    const audio = binding.hears === true ? parameterOf(schema, "audio") : undefined;
    return {
      identity: `openai chat ${base} ${model} temperature ${temperature} max_tokens ${max_tokens}`,
      async call(given, seed) {
        const words = textArgument(given, prompt);
        const heard = fileArgument(given, audio);
        const content =
          heard === undefined
            ? words
            : [
                { type: "text", text: words },
                {
                  type: "input_audio",
                  input_audio: { data: Buffer.from(heard.bytes).toString("base64"), format: heard.extension },
                },
              ];
        const messages = [...(system === undefined ? [] : [{ role: "system", content: system }]), { role: "user", content }];
        const text = await ask("/chat/completions", { model, messages, temperature, max_tokens, seed });
        type Answer = { readonly choices: readonly { readonly message: { readonly content: string } }[] };
        const answer = await parseJson<Answer>(answerSchema, text, `${base}/chat/completions`);
        return (answer.choices[0]?.message.content ?? "").trim();
      },
      close,
    };
  },
};

/** The body of the answer. Throws a `ServiceError` where nobody answers or the answer is a refusal. */
export async function post(
  service: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): Promise<string> {
  let response: Response;
  try {
    response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new ServiceError(
      service,
      `does not answer at ${url}: ${cause}`,
      "Start it, or correct its `url` in the bindings file.",
    );
  }
  const text = await response.text();
  if (!response.ok) throw new ServiceError(service, `refused: ${url} answered ${response.status}: ${text.slice(0, 200)}`);
  return text;
}

// A generator behind HTTP: one POST with the arguments, one answer with the value. OpenVoice, DICE-Talk or whatever else needs
// its own machine goes behind this contract; docs/services.md has it.
import { parseJson } from "../../../compiler/schemas/validate.ts";
import { post } from "../post.ts";
import { type FileValue, isFile, ServiceError, type ServiceKind, type WireValue } from "../service.ts";

interface HttpBinding {
  readonly url: string;
  /** Name of the version that answers there, for the trace. */
  readonly version?: string;
}

const fileSchema = {
  type: "object",
  additionalProperties: false,
  required: ["extension", "base64"],
  properties: { extension: { type: "string", pattern: "^[a-z0-9]+$" }, base64: { type: "string" } },
};

/** What a service must answer, by what it gives. */
const answerSchemas = {
  text: { type: "object", required: ["value"], properties: { value: { type: "string" } } },
  label: { type: "object", required: ["value"], properties: { value: { type: "string" } } },
  vector: {
    type: "object",
    required: ["value"],
    properties: { value: { type: "array", minItems: 1, items: { type: "number" } } },
  },
  audio: { type: "object", required: ["value"], properties: { value: fileSchema } },
  image: { type: "object", required: ["value"], properties: { value: fileSchema } },
  video: { type: "object", required: ["value"], properties: { value: fileSchema } },
} as const;

export const http: ServiceKind<HttpBinding> = {
  kind: "http",
  properties: { url: { type: "string", minLength: 1 }, version: { type: "string" } },
  required: ["url"],
  async open({ url, version }, { schema, labelsOf }) {
    const { base } = schema.result;
    if (!(base.kind in answerSchemas)) {
      throw new ServiceError(
        schema.name,
        `cannot be bound to HTTP: it gives ${base.kind}`,
        "Bind it to another kind of service.",
      );
    }
    const answerSchema = answerSchemas[base.kind as keyof typeof answerSchemas];
    return {
      identity: `http ${url}${version === undefined ? "" : ` ${version}`}`,
      async call(given, seed) {
        const values = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, wireJson(value)]));
        const body = { service: schema.name, seed, arguments: values };
        const text = await post(schema.name, url, {}, body);
        type Answer = { readonly value: string | readonly number[] | { readonly extension: string; readonly base64: string } };
        const { value } = await parseJson<Answer>(answerSchema, text, url);
        if (typeof value === "string") {
          if (base.kind !== "label" || labelsOf(base.set).includes(value)) return value;
          throw new ServiceError(schema.name, `answered ${JSON.stringify(value)}, which is no label of ${base.set}`);
        }
        if (!("base64" in value)) return Float32Array.from(value);
        const file: FileValue = { kind: "file", extension: value.extension, bytes: Buffer.from(value.base64, "base64") };
        return file;
      },
    };
  },
};

function wireJson(value: WireValue): unknown {
  if (isFile(value)) return { extension: value.extension, base64: Buffer.from(value.bytes).toString("base64") };
  if (value instanceof Float32Array) return [...value];
  if (Array.isArray(value)) return value.map((item: WireValue) => wireJson(item));
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, item]) => [name, wireJson(item)]));
  return value ?? null;
}

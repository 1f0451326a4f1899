// The kinds of service there are, and the schema of the file that binds a pipeline's services to them.
import type { JsonSchema } from "../../../compiler/schemas/validate.ts";
import type { ServiceKind } from "../service.ts";
import { espeak } from "./espeak.ts";
import { face } from "./face.ts";
import { gguf } from "./gguf.ts";
import { glove } from "./glove.ts";
import { http } from "./http.ts";
import { trainedModel } from "./model.ts";
import { openAi } from "./openai.ts";

/** A kind takes bindings of its own schema only; the schema has checked them before it is opened. */
type AnyKind = ServiceKind<never>;

export const serviceKinds: readonly AnyKind[] = [openAi, gguf, trainedModel, http, espeak, face, glove];

export interface Bindings {
  /** By the service's name; `kind` says which of the kinds it is. */
  readonly services: Readonly<Record<string, { readonly kind: string }>>;
  /** By the memory's name: a JSON Lines file, relative to the bindings file. A memory without one is empty. */
  readonly memories?: Readonly<Record<string, { readonly file: string }>>;
}

export const bindingsSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "mmx services",
  type: "object",
  additionalProperties: false,
  required: ["services"],
  properties: {
    services: {
      type: "object",
      additionalProperties: {
        type: "object",
        discriminator: { propertyName: "kind" },
        required: ["kind"],
        oneOf: serviceKinds.map(({ kind, properties, required }) => ({
          additionalProperties: false,
          required: ["kind", ...required],
          properties: { kind: { const: kind }, ...properties },
        })),
      },
    },
    memories: {
      type: "object",
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        required: ["file"],
        properties: { file: { type: "string", minLength: 1 } },
      },
    },
  },
};

// The schema of a sweep's index, `sweep.json`: which trainings it is made of and how far each is.
import type { JsonSchema } from "./validate.ts";

const text = { type: "string", minLength: 1 } as const;
const texts = { type: "object", additionalProperties: { type: "string" } } as const;
const numbers = { type: "object", additionalProperties: { type: ["number", "null"] } } as const;
const closed = (properties: Readonly<Record<string, unknown>>) => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
});

export const sweepSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "mmx sweep",
  ...closed({
    format: { const: "mmx-sweep" },
    version: { const: 1 },
    created: text,
    spec: closed({ path: text, sha256: { type: "string", pattern: "^[0-9a-f]{64}$" } }),
    data: texts,
    configurations: { type: "array", minItems: 1, items: closed({ name: text, overrides: texts }) },
    runs: {
      type: "array",
      items: closed({
        configuration: text,
        seed: { type: "integer", minimum: 0 },
        folder: text,
        status: { enum: ["waiting", "running", "done", "failed", "interrupted"] },
        seconds: { type: ["number", "null"] },
        problem: { type: ["string", "null"] },
        test: { anyOf: [numbers, { type: "null" }] },
      }),
    },
  }),
};

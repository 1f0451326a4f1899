// The schema of a run directory's `run.json`: everything that recreates the run.
import type { JsonSchema } from "./validate.ts";

const text = { type: "string" } as const;
const count = { type: "integer", minimum: 0 } as const;

export const runSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "mmx run",
  type: "object",
  additionalProperties: false,
  required: [
    "format",
    "version",
    "created",
    "spec",
    "overrides",
    "model",
    "seeds",
    "executor",
    "planHash",
    "versions",
    "data",
    "sizes",
    "parameters",
  ],
  properties: {
    format: { const: "mmx-run" },
    version: { const: 1 },
    created: text,
    spec: {
      type: "object",
      additionalProperties: false,
      required: ["path", "files"],
      properties: {
        path: text,
        files: {
          type: "array",
          items: {
            type: "object",
            additionalProperties: false,
            required: ["path", "text"],
            properties: { path: text, text: text },
          },
        },
      },
    },
    overrides: { type: "object", additionalProperties: text },
    model: text,
    seeds: { type: "array", minItems: 1, items: { type: "integer" } },
    executor: text,
    planHash: { type: "string", pattern: "^[0-9a-f]{64}$" },
    versions: { type: "object", additionalProperties: text },
    data: {
      type: "object",
      additionalProperties: {
        type: "object",
        additionalProperties: false,
        required: ["path", "sha256", "parts"],
        properties: {
          path: text,
          sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
          parts: { type: "object", additionalProperties: count },
        },
      },
    },
    sizes: { type: "object", additionalProperties: count },
    parameters: count,
  },
};

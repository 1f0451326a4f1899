// The schema of one line of a run directory's `metrics.jsonl`.
import type { JsonSchema } from "./validate.ts";

const text = { type: "string" } as const;
const count = { type: "integer", minimum: 0 } as const;
const numbers = { type: "object", additionalProperties: { type: ["number", "null"] } } as const;

const place = { seed: { type: "integer" }, stage: text, epoch: count, step: count } as const;

export const metricsRowSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "mmx metrics row",
  type: "object",
  required: ["kind"],
  discriminator: { propertyName: "kind" },
  oneOf: [
    {
      additionalProperties: false,
      required: ["kind", "seed", "stage", "epoch", "step", "total", "losses", "gradientNorm", "rate"],
      properties: {
        kind: { const: "step" },
        ...place,
        total: { type: "number" },
        losses: numbers,
        gradientNorm: { type: ["number", "null"] },
        rate: { type: "number" },
      },
    },
    {
      additionalProperties: false,
      required: ["kind", "seed", "stage", "epoch", "step", "total", "losses", "metrics"],
      properties: {
        kind: { const: "epoch" },
        ...place,
        total: { type: "number" },
        losses: numbers,
        metrics: { type: "object", additionalProperties: numbers },
      },
    },
    {
      additionalProperties: false,
      required: ["kind", "seed", "split", "metrics", "missing"],
      properties: {
        kind: { const: "test" },
        seed: { type: "integer" },
        split: text,
        metrics: numbers,
        missing: {
          type: "array",
          items: {
            type: "object",
            additionalProperties: false,
            required: ["protocol", "condition", "metrics"],
            properties: { protocol: { enum: ["rates", "subsets"] }, condition: text, metrics: numbers },
          },
        },
      },
    },
  ],
};

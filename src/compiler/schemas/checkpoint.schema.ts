// The schema of what a checkpoint's safetensors header carries beside the tensors: where the training stood.
import type { JsonSchema } from "./validate.ts";

const text = { type: "string" } as const;
const count = { type: "integer", minimum: 0 } as const;
const numberOrNull = { type: ["number", "null"] } as const;
const numbers = { type: "object", additionalProperties: { type: "number" } } as const;

const tracker = {
  type: "object",
  additionalProperties: false,
  required: ["best", "bestEpoch", "since"],
  properties: { best: numberOrNull, bestEpoch: count, since: count },
} as const;

export const checkpointSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "mmx checkpoint",
  type: "object",
  additionalProperties: false,
  required: ["format", "version", "model", "seed", "planHash", "executor", "position", "statistics"],
  properties: {
    format: { const: "mmx-checkpoint" },
    version: { const: 1 },
    model: text,
    seed: { type: "integer" },
    planHash: { type: "string", pattern: "^[0-9a-f]{64}$" },
    executor: text,
    position: {
      type: "object",
      additionalProperties: false,
      required: ["stage", "epoch", "batch", "stageStep", "runStep", "finished", "stop", "keep", "running", "metricsBytes"],
      properties: {
        stage: count,
        epoch: { type: "integer", minimum: 1 },
        batch: count,
        stageStep: count,
        runStep: count,
        finished: { type: "boolean" },
        stop: tracker,
        keep: tracker,
        running: {
          type: "object",
          additionalProperties: false,
          required: ["samples", "sums"],
          properties: { samples: count, sums: numbers },
        },
        metricsBytes: count,
      },
    },
    statistics: {
      type: "object",
      additionalProperties: {
        type: "object",
        additionalProperties: {
          type: "object",
          additionalProperties: false,
          required: ["mean", "scale"],
          properties: {
            mean: { type: "array", items: { type: "number" } },
            scale: { type: "array", items: { type: "number" } },
          },
        },
      },
    },
  },
};

// The schema of the events that `mmx train --json` prints, one a line: for tools that read them.
import type { JsonSchema } from "./validate.ts";

const text = { type: "string" } as const;
const number = { type: "number" } as const;
const count = { type: "integer", minimum: 0 } as const;
const numberOrNull = { type: ["number", "null"] } as const;
const values = { type: "object", additionalProperties: numberOrNull } as const;

const spread = {
  type: "object",
  additionalProperties: false,
  required: ["mean", "std"],
  properties: { mean: number, std: number },
} as const;
const summary = { type: "object", additionalProperties: { anyOf: [numberOrNull, spread] } } as const;

const conditions = (metrics: JsonSchema): JsonSchema => ({
  type: "array",
  items: {
    type: "object",
    additionalProperties: false,
    required: ["protocol", "condition", "metrics"],
    properties: { protocol: { enum: ["rates", "subsets"] }, condition: text, metrics },
  },
});

/** An event has all of its properties and no others. */
function event(name: string, properties: Readonly<Record<string, unknown>>): JsonSchema {
  return {
    additionalProperties: false,
    required: ["event", ...Object.keys(properties)],
    properties: { event: { const: name }, ...properties },
  };
}

const seed = { type: "integer" } as const;
const epochPlace = { seed, stage: text, epoch: count, epochs: count, step: count } as const;
const kept = {
  type: "object",
  additionalProperties: false,
  required: ["epoch", "on", "value"],
  properties: { epoch: count, on: { type: ["string", "null"] }, value: numberOrNull },
} as const;

export const eventsSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "mmx training event",
  type: "object",
  required: ["event"],
  discriminator: { propertyName: "event" },
  oneOf: [
    event("run", {
      run: text,
      model: text,
      executor: text,
      seeds: { type: "array", items: seed },
      parameters: count,
      stages: { type: "array", items: text },
    }),
    event("resume", { seed, stage: text, epoch: count, step: count }),
    event("stage-start", { seed, stage: text, epochs: count, stepsPerEpoch: count, samples: count, batch: count }),
    event("step", {
      ...epochPlace,
      steps: count,
      total: number,
      losses: { type: "object", additionalProperties: number },
      gradientNorm: numberOrNull,
      rate: number,
      samplesPerSecond: number,
      secondsLeft: number,
    }),
    event("epoch", {
      ...epochPlace,
      total: number,
      losses: { type: "object", additionalProperties: number },
      metrics: { type: "object", additionalProperties: values },
      improved: { type: "boolean" },
      seconds: number,
    }),
    event("checkpoint", {
      seed,
      path: text,
      reason: { enum: ["start", "interval", "epoch", "best", "stage", "interrupt"] },
    }),
    event("early-stop", { seed, stage: text, epoch: count, on: text, best: numberOrNull, bestEpoch: count }),
    event("stage-end", { seed, stage: text, epochs: count, steps: count, kept, seconds: number }),
    event("test", { seed, split: text, metrics: values, missing: conditions(values) }),
    event("note", { message: text }),
    event("interrupted", { run: text, seed, stage: text, step: count }),
    event("done", { run: text, report: text, test: summary, missing: conditions(summary), seconds: number }),
  ],
};

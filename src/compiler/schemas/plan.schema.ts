// The JSON schema of a plan (draft-07): what is checked before an executor believes a plan that was read from a file.
// Numbers that JSON cannot write stand as the strings "Infinity", "-Infinity", "NaN" and "-0" in attributes.

const nonNegative = { type: "integer", minimum: 0 } as const;
const shape = { type: "array", items: nonNegative } as const;
const dtype = { enum: ["f32", "i32"] } as const;
const held = { name: { type: "string" }, shape, dtype } as const;

export const planSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $id: "plan.schema.json",
  title: "A plan: one static graph with lifetimes, memory slots and costs",
  type: "object",
  required: ["version", "name", "sizes", "graph", "inputs", "variables", "lastUse", "slots", "slotBytes", "flops", "peakBytes"],
  additionalProperties: false,
  properties: {
    version: { const: 1 },
    name: { type: "string" },
    sizes: { type: "object", additionalProperties: nonNegative },
    graph: { $ref: "#/definitions/graph" },
    inputs: {
      type: "array",
      items: { type: "object", required: ["name", "shape", "dtype"], additionalProperties: false, properties: held },
    },
    variables: {
      type: "array",
      items: {
        type: "object",
        required: ["name", "shape", "dtype", "written"],
        additionalProperties: false,
        properties: { ...held, written: { type: "boolean" } },
      },
    },
    lastUse: { type: "array", items: nonNegative },
    slots: { type: "array", items: { type: "integer", minimum: -1 } },
    slotBytes: { type: "array", items: nonNegative },
    flops: { type: "number", minimum: 0 },
    peakBytes: nonNegative,
  },
  definitions: {
    graph: {
      type: "object",
      required: ["nodes", "outputs", "assignments"],
      additionalProperties: false,
      properties: {
        nodes: { type: "array", items: { $ref: "#/definitions/node" } },
        outputs: { type: "object", additionalProperties: nonNegative },
        assignments: {
          type: "array",
          items: {
            type: "object",
            required: ["variable", "value"],
            additionalProperties: false,
            properties: { variable: { type: "string" }, value: nonNegative },
          },
        },
      },
    },
    node: {
      type: "object",
      required: ["op", "inputs", "attributes", "shape", "dtype", "origin"],
      additionalProperties: false,
      properties: {
        op: { type: "string" },
        inputs: { type: "array", items: nonNegative },
        attributes: { type: "object" },
        shape,
        dtype,
        origin: {
          type: "object",
          required: ["path"],
          additionalProperties: false,
          properties: {
            path: { type: "string" },
            span: {
              type: "object",
              required: ["file", "start", "end"],
              additionalProperties: false,
              properties: { file: { type: "string" }, start: nonNegative, end: nonNegative },
            },
          },
        },
        body: { $ref: "#/definitions/graph" },
      },
    },
  },
} as const;

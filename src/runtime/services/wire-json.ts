// JSON as values on wires: the schema that a pipeline's types make, and reading what fits it. Files are named by their paths.
import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { printWire, type RecordSchema, type WireField, type WireType } from "../../compiler/pipeline/graph.ts";
import type { JsonSchema } from "../../compiler/schemas/validate.ts";
import type { WireRecord, WireValue } from "./service.ts";

export interface WireDeclarations {
  readonly records: readonly RecordSchema[];
  readonly labels: readonly { readonly name: string; readonly labels: readonly string[] }[];
}

/** The schema of an object with these fields. */
export function fieldsSchema(fields: readonly WireField[], declarations: WireDeclarations): JsonSchema {
  return {
    type: "object",
    additionalProperties: false,
    required: fields.flatMap(({ name, type }) => (type.optional ? [] : [name])),
    properties: Object.fromEntries(fields.map(({ name, type }) => [name, typeSchema(type, declarations)])),
  };
}

function typeSchema({ base }: WireType, declarations: WireDeclarations): JsonSchema {
  switch (base.kind) {
    case "number":
      return { type: "number" };
    case "vector":
      return { type: "array", items: { type: "number" } };
    case "label":
      return { type: "string", enum: declarations.labels.find(({ name }) => name === base.set)?.labels ?? [] };
    case "record":
      return fieldsSchema(declarations.records.find(({ name }) => name === base.name)?.fields ?? [], declarations);
    case "list":
      return { type: "array", items: typeSchema(base.item, declarations) };
    default:
      return { type: "string" };
  }
}

/** A checked object as a record. Throws where a file that it names cannot be read. */
export function readFields(
  value: Readonly<Record<string, unknown>>,
  fields: readonly WireField[],
  declarations: WireDeclarations,
  folder: string,
): WireRecord {
  return new Map(fields.map(({ name, type }) => [name, readValue(value[name], type, declarations, folder)]));
}

function readValue(value: unknown, type: WireType, declarations: WireDeclarations, folder: string): WireValue {
  if (value === undefined) return undefined;
  const { base } = type;
  switch (base.kind) {
    case "audio":
    case "image":
    case "video": {
      const path = resolve(folder, value as string);
      return { kind: "file", extension: extname(path).slice(1).toLowerCase(), bytes: readFileSync(path) };
    }
    case "vector":
      return Float32Array.from(value as readonly number[]);
    case "record": {
      const record = declarations.records.find(({ name }) => name === base.name);
      if (record === undefined) throw new Error(`there is no record ${printWire(type)}`);
      return readFields(value as Readonly<Record<string, unknown>>, record.fields, declarations, folder);
    }
    case "list":
      return (value as readonly unknown[]).map((item) => readValue(item, base.item, declarations, folder));
    default:
      return value as string | number;
  }
}

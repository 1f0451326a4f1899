// Warns where samples of one named group (speaker, video) stand both in training and in another part.
import type { DataSchema } from "../../compiler/compiled.ts";
import { type Diagnostic, diagnose } from "../../compiler/diagnostics/diagnostic.ts";
import { groupLeak } from "../../compiler/diagnostics/records/data/group-leak.ts";
import { type FieldData, trainingPart } from "./dataset.ts";
import type { Parts } from "./split.ts";

/** Looks at text ids only: a number such as a segment's place in its video repeats without meaning the same thing. */
export function findGroupLeaks(schema: DataSchema, fields: ReadonlyMap<string, FieldData>, parts: Parts): readonly Diagnostic[] {
  const train = trainingPart(parts);
  const diagnostics: Diagnostic[] = [];
  for (const { field, values } of fields.values()) {
    if (field.role !== "id" || field.element !== "text") continue;
    const seen = new Set(valuesOf(values as readonly string[], parts[train]));
    if (seen.size < 2) continue;
    for (const [part, rows] of Object.entries(parts)) {
      if (part === train) continue;
      const shared = [...new Set(valuesOf(values as readonly string[], rows))].filter((value) => seen.has(value));
      const [example] = shared;
      if (example === undefined) continue;
      const situation = { span: schema.span, field: field.name, first: train, second: part, shared: shared.length, example };
      diagnostics.push(diagnose(groupLeak, situation));
      break;
    }
  }
  return diagnostics;
}

const valuesOf = (values: readonly string[], rows: Int32Array | undefined): string[] =>
  Array.from(rows ?? [], (row) => values[row] as string).filter((value) => value !== "");

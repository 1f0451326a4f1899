import { join } from "node:path";
import { expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import type { Diagnostic, TextEdit } from "../../src/compiler/diagnostics/diagnostic.ts";
import { dataDiagnostics } from "../../src/compiler/diagnostics/records/data/index.ts";
import type { FixtureColumn } from "../../src/compiler/diagnostics/records/data/record.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { DataProblem } from "../../src/runtime/data/dataset.ts";
import { type Column, columnsOf } from "../../src/runtime/data/formats/format.ts";
import { writeColumns } from "../../src/runtime/data/formats/write.ts";
import { loadDataset } from "../../src/runtime/data/load.ts";
import { temporaryFolder } from "./schemas.ts";

function fixtureColumn([name, { type, shape, values }]: readonly [string, FixtureColumn]): Column {
  const count = shape.reduce((product, size) => product * size, 1);
  if (type === "text") return { name, type, shape, values: (values ?? []).map(String) };
  const numbers = Float64Array.from({ length: count }, (_, at) => Number(values?.[at] ?? 0));
  return {
    name,
    type,
    shape,
    values: type === "f64" || type === "i64" ? numbers : type === "f32" ? Float32Array.from(numbers) : whole(type, numbers),
  };
}

function applied(text: string, edits: readonly TextEdit[]): string {
  return edits.reduce(
    (mended, { span, replacement }) => mended.slice(0, span.start) + replacement + mended.slice(span.end),
    text,
  );
}

const whole = (type: Column["type"], numbers: Float64Array): Column["values"] =>
  type === "i32" ? Int32Array.from(numbers) : Uint8Array.from(numbers);

/** Everything that checking the spec and loading its file finds. */
async function findings(text: string, file: Readonly<Record<string, FixtureColumn>> | undefined): Promise<readonly Diagnostic[]> {
  const { diagnostics, compiled } = checkSpec(memoryHost({ "clips.mmx": text }), "clips.mmx");
  const [schema] = compiled?.data ?? [];
  if (compiled === undefined || schema?.file === undefined) return diagnostics;
  const path = join(await temporaryFolder(), schema.file);
  if (file !== undefined) await writeColumns(path, columnsOf(Object.entries(file).map(fixtureColumn)));
  try {
    const { warnings } = await loadDataset(schema, path, { dimensions: compiled.dimensions });
    return [...diagnostics, ...warnings];
  } catch (cause) {
    if (!(cause instanceof DataProblem)) throw cause;
    return [...diagnostics, ...cause.diagnostics];
  }
}

test.each(dataDiagnostics.map((record) => [record.slug, record] as const))(
  "%s: the bad spec gives it, the good one is clean",
  async (_, record) => {
    const found = await findings(record.bad, record.file);
    expect(found.map(({ code }) => code)).toEqual([record.code]);
    expect(await findings(record.good, record.file)).toEqual([]);
    for (const { edits } of found[0]?.fixes ?? []) {
      if (edits.length > 0) expect(await findings(applied(record.bad, edits), record.file)).toEqual([]);
    }
  },
);

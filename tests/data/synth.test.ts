import { join } from "node:path";
import { expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import type { Dataset } from "../../src/runtime/data/dataset.ts";
import { writeNpz } from "../../src/runtime/data/formats/write.ts";
import { loadDataset } from "../../src/runtime/data/load.ts";
import { synthesise } from "../../src/runtime/data/synth.ts";
import { temporaryFolder } from "./schemas.ts";

const spec = `mmx 1
dim T <= 6 ragged
dim D = 3
labels Feeling = happy | sad | angry
data clips {
  text: f32[B, T, Ft]
  audio: f32[B, T, 2*D] optional
  video: f32[B, Fv] optional
  level: i32[B]
  spoken: bool[B]
  mood: target f32[B] in -3 .. 3
  kind: target Feeling[B]
  clip: id text[B]
  split by fold { train: [0, 1], valid: 2, test: 3 }
  standardise video
}
`;

async function made(text: string, samples: number): Promise<Dataset> {
  const { compiled, diagnostics } = checkSpec(memoryHost({ "clips.mmx": text }), "clips.mmx");
  const [schema] = compiled?.data ?? [];
  if (compiled === undefined || schema === undefined) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  const path = join(await temporaryFolder(), "made.npz");
  await writeNpz(path, synthesise(schema, { Ft: 5 }, { samples, seed: 1, dimensions: compiled.dimensions }));
  return loadDataset(schema, path, { dimensions: compiled.dimensions });
}

test("made data load without a finding, with every kind of field", async () => {
  const dataset = await made(spec, 200);
  expect(dataset.sizes).toEqual({ Ft: 5, Fv: 8 });
  expect(dataset.warnings).toEqual([]);
  const lengths = [...(dataset.lengths.get("T") ?? [])];
  expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([1, 6]);
  for (const name of ["audio", "video"]) {
    const absent = dataset.fields.get(name)?.present?.filter((each) => each === 0).length ?? 0;
    expect(absent).toBeGreaterThan(10);
    expect(absent).toBeLessThan(60);
  }
  expect(new Set(dataset.fields.get("kind")?.values as Int32Array).size).toBe(3);
  expect((dataset.parts.train?.length ?? 0) / 200).toBeGreaterThan(0.6);
});

test("a random split finds its groups and strata", async () => {
  const grouped = spec.replace(/split by.*/, "split random { train: 80%, test: 20% } seed 1 stratify kind group speaker");
  const dataset = await made(grouped, 100);
  expect(dataset.parts.train).toHaveLength(80);
});

/** Least squares with a bias by Gaussian elimination on the normal equations; gives the fitted values. */
function fitted(inputs: readonly (readonly number[])[], targets: readonly number[]): readonly number[] {
  const rows = inputs.map((row) => [1, ...row]);
  const size = rows[0]?.length ?? 0;
  const system = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_unused, j) =>
      rows.reduce((sum, row) => sum + (row[i] as number) * (row[j] as number), i === j ? 1e-9 : 0),
    ),
    rows.reduce((sum, row, at) => sum + (row[i] as number) * (targets[at] as number), 0),
  ]);
  for (let pivot = 0; pivot < size; pivot += 1) {
    const head = system[pivot] as number[];
    for (const [other, row] of system.entries()) {
      if (other === pivot) continue;
      const factor = (row[pivot] as number) / (head[pivot] as number);
      for (let at = pivot; at <= size; at += 1) row[at] = (row[at] as number) - factor * (head[at] as number);
    }
  }
  const weights = system.map((row, at) => (row[size] as number) / (row[at] as number));
  return rows.map((row) => row.reduce((sum, value, at) => sum + value * (weights[at] as number), 0));
}

test("the planted signal can be learnt: inputs explain most of the target", async () => {
  const dataset = await made("mmx 1\ndata clips {\n  text: f32[B, Ft]\n  video: f32[B, 8]\n  mood: target f32[B]\n}\n", 400);
  const row = (name: string, width: number, at: number): number[] =>
    Array.from((dataset.fields.get(name)?.values ?? []) as ArrayLike<number>).slice(at * width, (at + 1) * width);
  const inputs = Array.from({ length: 400 }, (_, at) => [...row("text", 5, at), ...row("video", 8, at)]);
  const targets = Array.from(dataset.fields.get("mood")?.values as Float32Array);
  const mean = targets.reduce((sum, value) => sum + value, 0) / 400;
  const predicted = fitted(inputs, targets);
  const left = targets.reduce((sum, value, at) => sum + (value - (predicted[at] as number)) ** 2, 0);
  const total = targets.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  expect(1 - left / total).toBeGreaterThan(0.6);
});

// Samples that hold several texts: each is encoded by itself, and the rows lie along the ragged dimension. What a model made of the
// texts is put where encodings are kept, so no model runs here.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import type { DataSchema } from "../../src/compiler/compiled.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { DataProblem } from "../../src/runtime/data/dataset.ts";
import { blockKey, writeBlock } from "../../src/runtime/data/encoders/cache.ts";
import type { Column } from "../../src/runtime/data/formats/format.ts";
import { writeNpz } from "../../src/runtime/data/formats/write.ts";
import { loadDataset } from "../../src/runtime/data/load.ts";
import { column, columns, ragged, temporaryFolder } from "./schemas.ts";

const checksum = "ab".repeat(32);
const spec = (axes: string, settings: string): string => `mmx 1
dim U <= 3 ragged
data talks {
  text: f32[${axes}] from encode(raw.said, "no-such-model"${settings})
  mood: target f32[B]
}
model Probe(clip: talks) {
  score = clip.text |> Linear(1) |> squeeze()${axes === "B, U, F" ? " |> mean(over: U)" : ""}
  predict mood = score
  loss task = mse(score, clip.mood)
}
`;
const said = ["ONE", "TWO", "THREE"];
const texts: Column = { name: "said", type: "text", shape: [3], values: said };
const moods = column("mood", [2], [1, -1]);

function block(text: string): DataSchema {
  const { compiled, diagnostics } = checkSpec(memoryHost({ "talks.mmx": text }), "talks.mmx");
  const [data] = compiled?.data ?? [];
  if (data === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return data;
}

async function load(data: DataSchema, list: readonly Column[]) {
  const path = join(await temporaryFolder(), "talks.npz");
  await writeNpz(path, columns(...list));
  return loadDataset(data, path, { dimensions: [ragged("U", 3)] });
}

test("each text of a sample gives a row along the ragged dimension", async () => {
  vi.stubEnv("MMX_ENCODED", await temporaryFolder());
  onTestFinished(() => void vi.unstubAllEnvs());
  const hashes = said.map((text) => createHash("sha256").update(text).digest("hex"));
  const made = { width: 2, lengths: [1, 1, 1], values: Float32Array.of(1, 2, 3, 4, 5, 6) };
  await writeBlock(blockKey(checksum, ["text", "mean", 0], hashes), made, {
    model: "no-such-model",
    checksum,
    modality: "text",
    pool: "mean",
  });
  const dataset = await load(block(spec("B, U, F", `, pool: mean, checksum: "${checksum}"`)), [
    texts,
    column("said_offsets", [3], [0, 1, 3]),
    moods,
  ]);
  const field = dataset.fields.get("text");
  expect(field?.shape).toEqual([2, 2, 2]);
  expect(Array.from(field?.values as Float32Array)).toEqual([1, 2, 0, 0, 3, 4, 5, 6]);
  expect(dataset.sizes.F).toBe(2);
});

test("without offsets nobody knows whose the texts are", async () => {
  const data = block(spec("B, U, F", ", pool: mean"));
  const problems = await load(data, [texts, moods]).then(
    () => [],
    (cause: unknown) => (cause instanceof DataProblem ? cause.diagnostics.map(({ message }) => message) : [String(cause)]),
  );
  expect(problems.join("\n")).toContain("the file has no said_offsets");
});

test("one row a sample needs no ragged dimension, and one for each text needs one", () => {
  expect(block(spec("B, F", "")).fields[0]?.encoding?.pool).toBe("mean");
  expect(() => block(spec("B, U, 3, F", ", pool: mean"))).toThrow("f32[B, U, F]");
});

import { join } from "node:path";
import { expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { type Column, columnsOf } from "../../src/runtime/data/formats/format.ts";
import { writeColumns } from "../../src/runtime/data/formats/write.ts";
import { inspect } from "../../src/runtime/data/inspect.ts";
import { loadDataset } from "../../src/runtime/data/load.ts";
import { column, sharedData, temporaryFolder } from "./schemas.ts";

async function inspected(name: string, list: readonly Column[]): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeColumns(path, columnsOf(list));
  return inspect(path);
}

const text = (name: string, values: readonly string[]): Column => ({ name, type: "text", shape: [values.length], values });

test("a data block: names, types, guesses and what stands behind them", async () => {
  const block = await inspected("my clips.npz", [
    column(
      "text",
      [3, 4, 2],
      Array.from({ length: 24 }, (_, at) => at),
    ),
    column("text_length", [3], [4, 2, 3]),
    column("audio", [3, 2], [1, 2, Number.NaN, Number.NaN, 3, 4]),
    column("data", [3], [1, 2, 3]),
    column(
      "face-box",
      [3, 2, 2],
      Array.from({ length: 12 }, (_, at) => at),
    ),
    column("valence", [3], [-2.5, 0, 2.5]),
    text("emotion", ["sad", "very happy", "sad"]),
    text("speaker", ["ann", "bob", "ann"]),
    text("words", ["well it is", "so it was", "no more of it"]),
    { name: "fold", type: "u8", shape: [3], values: Uint8Array.of(0, 2, 1) },
    text("split_official", ["train", "test", "dev"]),
  ]);
  expect(block).toBe(`dim T_text <= 4 ragged
labels Emotion = sad | "very happy"
data my_clips { // 3 samples
  file "my clips.npz"
  text: f32[B, T_text, F_text] // F_text is 2
  audio: f32[B, F_audio] optional // F_audio is 2; all NaN in 1 of 3 samples
  data_: f32[B] from "data"
  face_box: f32[B, 2, 2] from "face-box" // if 2 is padded time, add a column face-box_length and a ragged dimension
  valence: target f32[B] in -3 .. 3 // a target, by its name
  emotion: target Emotion[B] // a target, by its name
  speaker: id text[B] // 2 different of 3
  words: id text[B] // text: turn it into features to train on it
  split by fold { train: 0, valid: 1, test: 2 } // which value is which is a guess
  // or: split by split_official { train: "train", valid: "dev", test: "test" }
}
`);
});

const files = [
  "mosi/mosi_utterance.npz",
  "mosi/utterances.csv",
  "mfeat/mfeat.npz",
  "av_digits/av_digits.npz",
  "av_digits/pairs.csv",
  "office_caltech/office_caltech10.npz",
  "meld/meld.csv",
];

for (const name of files) {
  test(`real files: the block for ${name} checks, and its file loads`, async (context) => {
    const path = sharedData(name);
    if (path === undefined) return context.skip("the shared data folder is not there");
    const { compiled, diagnostics } = checkSpec(memoryHost({ "it.mmx": `mmx 1\n${await inspect(path)}` }), "it.mmx");
    expect(diagnostics).toEqual([]);
    for (const schema of compiled?.data ?? []) {
      const dataset = await loadDataset(schema, path, { dimensions: compiled?.dimensions ?? [] });
      expect(dataset.count).toBeGreaterThan(100);
    }
  });
}

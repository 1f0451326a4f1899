// Frozen encoders on three tiny models (models/make_models.py), which the real packages run: what comes out is worked out by hand.
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { DataProblem, type Dataset } from "../../src/runtime/data/dataset.ts";
import type { EncodeProgress } from "../../src/runtime/data/encoders/encode.ts";
import { findModel } from "../../src/runtime/data/encoders/model-files.ts";
import { hasTransformers } from "../../src/runtime/data/encoders/transformers.ts";
import { readWav } from "../../src/runtime/data/encoders/wav.ts";
import { loadDataset } from "../../src/runtime/data/load.ts";
import { temporaryFolder } from "../data/schemas.ts";
import { png, wav } from "./files.ts";

const models = fileURLToPath(new URL("models", import.meta.url));
const installed = hasTransformers();
if (!installed) console.warn("frozen encoders are not run: @huggingface/transformers is not installed (npm run encoders)");

/** A data block, with its file, in a folder of its own. */
interface Case {
  readonly fields: string;
  readonly csv: string;
  readonly folder: string;
}

async function load(
  { fields, csv, folder }: Case,
  report: (progress: EncodeProgress) => void = () => undefined,
): Promise<Dataset> {
  const text = `mmx 1\ndim T <= 4 ragged\ndata clips {\n${fields}\n}\n`;
  const { diagnostics, compiled } = checkSpec(memoryHost({ "clips.mmx": text }), "clips.mmx");
  expect(diagnostics).toEqual([]);
  const schema = compiled?.data[0];
  if (compiled === undefined || schema === undefined) throw new Error("the spec does not compile");
  await writeFile(join(folder, "clips.csv"), csv);
  const options = { dimensions: compiled.dimensions, specFolder: models, encoding: report };
  return loadDataset(schema, join(folder, "clips.csv"), options);
}

/** What loading complains of, as one text. */
async function complaint(wanted: Case): Promise<string> {
  try {
    await load(wanted);
  } catch (cause) {
    if (!(cause instanceof DataProblem)) throw cause;
    return cause.diagnostics.map(({ code, message, fixes = [] }) => `${code} ${message} ${fixes[0]?.title}`).join("\n");
  }
  return "";
}

const valuesOf = (dataset: Dataset, name: string): number[] => Array.from(dataset.fields.get(name)?.values as Float32Array);

let folder = "";
beforeEach(async () => {
  folder = await temporaryFolder();
  vi.stubEnv("MMX_ENCODED", join(folder, "encoded"));
  vi.stubEnv("MMX_MODELS", join(folder, "models"));
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
});

describe.runIf(installed)("text", () => {
  // Tokens: [CLS] 2, [SEP] 3, fine 5, good 6, bad 7, film 8, not 9. Token t is (t, t/2, -t, 1).
  const csv = 'words\n"good film"\nfine\n"not bad film good fine"\n';

  test("the mean over a text's tokens, special ones among them", async () => {
    const dataset = await load({ fields: '  text: f32[B, F] from encode(raw.words, "./text")', csv, folder });
    const means = [(2 + 6 + 8 + 3) / 4, (2 + 5 + 3) / 3, (2 + 9 + 7 + 8 + 6 + 5 + 3) / 7];
    expect(dataset.fields.get("text")?.shape).toEqual([3, 4]);
    expect(dataset.sizes.F).toBe(4);
    const wanted = means.flatMap((mean) => [mean, mean / 2, -mean, 1]);
    for (const [at, value] of valuesOf(dataset, "text").entries()) expect(value).toBeCloseTo(wanted[at] as number, 6);
  });

  test("the first token, and no more tokens than asked for", async () => {
    const dataset = await load({
      fields: `  first: f32[B, 4] from encode(raw.words, "./text", pool: first)
  short: f32[B, 4] from encode(raw.words, "./text", length: 3)`,
      csv,
      folder,
    });
    expect(valuesOf(dataset, "first")).toEqual([2, 1, -2, 1, 2, 1, -2, 1, 2, 1, -2, 1]);
    expect(valuesOf(dataset, "short").filter((_, at) => at % 4 === 0)).toEqual(
      [(2 + 6 + 3) / 3, (2 + 5 + 3) / 3, (2 + 9 + 3) / 3].map(Math.fround),
    );
  });

  test("a sequence of tokens has each text's length, up to the ragged dimension's bound", async () => {
    const dataset = await load({ fields: '  text: f32[B, T, F] from encode(raw.words, "./text")', csv, folder });
    expect(dataset.fields.get("text")?.shape).toEqual([3, 4, 4]);
    expect(Array.from(dataset.lengths.get("T") ?? [])).toEqual([4, 3, 4]);
    expect(valuesOf(dataset, "text").filter((_, at) => at % 4 === 0)).toEqual([2, 6, 8, 3, 2, 5, 3, 0, 2, 9, 7, 3]);
  });

  test("an empty cell is an absent sample where the field is optional", async () => {
    const some = 'words,mood\ngood,1\n"",2\n';
    const dataset = await load({
      fields: '  text: f32[B, F] optional from encode(raw.words, "./text")\n  mood: target f32[B]',
      csv: some,
      folder,
    });
    expect(Array.from(dataset.fields.get("text")?.present ?? [])).toEqual([1, 0]);
  });

  test("what was encoded is kept: the model is not run again, and new samples cost only themselves", async () => {
    const many = `words\n${Array.from({ length: 70 }, (_, at) => `good ${"film ".repeat(at % 12)}${at}`).join("\n")}\n`;
    const fields = '  text: f32[B, F] from encode(raw.words, "./text")';
    const seen: number[] = [];
    const first = await load({ fields, csv: many, folder }, ({ done }) => seen.push(done));
    expect(seen.at(-1)).toBe(70);
    const again: number[] = [];
    const second = await load({ fields, csv: many, folder }, ({ done }) => again.push(done));
    expect(again).toEqual([]);
    expect(valuesOf(second, "text")).toEqual(valuesOf(first, "text"));
    const more: number[] = [];
    await load({ fields, csv: `${many}bad\n`, folder }, ({ done }) => more.push(done));
    expect(Math.min(...more)).toBe(64);
  });

  test("a damaged block is made anew", async () => {
    const fields = '  text: f32[B, F] from encode(raw.words, "./text")';
    const first = await load({ fields, csv, folder });
    const kept = (await readdir(join(folder, "encoded"), { recursive: true })).find((name) => name.endsWith(".f32"));
    await writeFile(join(folder, "encoded", kept ?? ""), "short");
    expect(valuesOf(await load({ fields, csv, folder }), "text")).toEqual(valuesOf(first, "text"));
  });

  test("with its checksum in the spec, what was kept needs no model; another model is refused", async () => {
    const own = join(folder, "models", "mine");
    await cp(join(models, "text"), own, { recursive: true });
    const pinned = (checksum: string): string => `  text: f32[B, 4] from encode(raw.words, "mine", checksum: "${checksum}")`;
    const wrong = "0".repeat(64);
    const message = await complaint({ fields: pinned(wrong), csv, folder });
    const checksum = /its checksum is ([0-9a-f]{64})/.exec(message)?.[1] ?? "";
    expect(message).toContain("is another than the spec's");
    const first = await load({ fields: pinned(checksum), csv, folder });
    await rm(own, { recursive: true });
    expect(valuesOf(await load({ fields: pinned(checksum), csv, folder }), "text")).toEqual(valuesOf(first, "text"));
  });
});

describe.runIf(installed)("sounds and images", () => {
  test("a wav file of 16 kHz, frame by frame", async () => {
    const samples = Array.from({ length: 480 }, (_, at) => (at < 160 ? 0.25 : at < 320 ? -0.5 : 0.125));
    await writeFile(join(folder, "a.wav"), wav(samples, 16_000));
    const dataset = await load({
      fields: '  sound: f32[B, T, F] from encode(raw.path, "./audio")',
      csv: "path\na.wav\n",
      folder,
    });
    expect(valuesOf(dataset, "sound").map((value) => Number(value.toFixed(4)))).toEqual([0.25, 0.5, -0.5, -1, 0.125, 0.25]);
  });

  test("a sound at another rate is refused, with the command that converts it", async () => {
    await writeFile(join(folder, "a.wav"), wav([0, 0.5, 0, 0.5], 44_100));
    const message = await complaint({
      fields: '  sound: f32[B, F] from encode(raw.path, "./audio")',
      csv: "path\na.wav\n",
      folder,
    });
    expect(message).toContain("a.wav has 44100 samples a second, the model wants 16000");
    expect(message).toContain("ffmpeg -i IN.wav -ar 16000");
  });

  test("an image, patch by patch", async () => {
    const red = [255, 0, 0];
    const blue = [0, 0, 51];
    const pixels = Array.from({ length: 64 }, (_, at) => (at % 8 < 4 ? red : blue)).flat();
    await writeFile(join(folder, "a.png"), png(8, 8, pixels));
    const dataset = await load({ fields: '  face: f32[B, T, F] from encode(raw.path, "./image")', csv: "path\na.png\n", folder });
    const found = valuesOf(dataset, "face").map((value) => Number(value.toFixed(4)));
    expect(found).toEqual([1, 0, 0, 0, 0, 0.2, 1, 0, 0, 0, 0, 0.2]);
  });

  test("texts for a model of sounds are refused", async () => {
    const message = await complaint({
      fields: '  sound: f32[B, F] from encode(raw.path, "./audio")',
      csv: "path\nhello there\n",
      folder,
    });
    expect(message).toContain('"hello there" is no file');
    expect(message).toContain("the model reads a sound from a file");
  });
});

describe("what is missing is said before anything runs", () => {
  const csv = "words\ngood\n";

  test("a folder that is not there, one that is no model, weights it has not, another kind of sample", async () => {
    const fields = (call: string): string => `  text: f32[B, F] from encode(raw.words, ${call})`;
    expect(await complaint({ fields: fields('"./nowhere"'), csv, folder })).toContain("there is no model in");
    expect(await complaint({ fields: fields('"."'), csv, folder })).toContain("holds no config.json");
    const int8 = await complaint({ fields: fields('"./text", weights: int8'), csv, folder });
    expect(int8).toContain("holds no model_quantized.onnx");
    expect(int8).toContain("`weights: f32`");
    const audio = await complaint({ fields: fields('"./text", modality: audio'), csv, folder });
    expect(audio).toContain("is for text, not for audio");
  });

  test("the declared width is compared with the model's", async () => {
    const fields = '  text: f32[B, 5] from encode(raw.words, "./text")';
    expect(await complaint({ fields, csv, folder })).toMatch(/^MMX4003 /);
  });

  test("without the package the message says how to install it", async () => {
    vi.stubEnv("MMX_ENCODERS", folder);
    const message = await complaint({ fields: '  text: f32[B, F] from encode(raw.words, "./text")', csv, folder });
    expect(message).toContain("@huggingface/transformers, which runs frozen encoders, is not installed");
    expect(message).toContain("npm run encoders");
  });

  test("without a network the message says where to put the model", async () => {
    vi.stubEnv("MMX_OFFLINE", "1");
    const message = await complaint({ fields: '  text: f32[B, F] from encode(raw.words, "some/model")', csv, folder });
    expect(message).toContain("MMX_OFFLINE forbids the network");
    expect(message).toContain(join(folder, "models", "some", "model"));
  });
});

describe("wav files", () => {
  test("8, 16, 24 and 32 bits and floats give the same sound, channels averaged", () => {
    const samples = [0, 0.5, -0.5, 0.25];
    for (const [tag, bits] of [
      [1, 8],
      [1, 16],
      [1, 24],
      [1, 32],
      [3, 32],
      [3, 64],
    ] as const) {
      const sound = readWav(wav(samples, 16_000, { tag, bits, channels: 2 }), "a.wav");
      expect(sound.rate).toBe(16_000);
      expect(Array.from(sound.samples)).toEqual(samples);
    }
  });

  test("what is no wav file, or an unknown kind of one, is refused", () => {
    expect(() => readWav(Buffer.from("ID3 music"), "a.mp3")).toThrow("a.mp3 is no wav file");
    expect(() => readWav(wav([0], 8000, { tag: 6, bits: 8, channels: 1 }), "a.wav")).toThrow("format 6 with 8 bits");
    expect(() => readWav(wav([], 8000), "a.wav")).toThrow("holds no sound");
  });
});

test("the example of docs/encoders.md checks", async () => {
  const page = await readFile(new URL("../../docs/encoders.md", import.meta.url), "utf8");
  const [, body = ""] = /```mmx items\n([\s\S]*?)```/.exec(page) ?? [];
  const { diagnostics, compiled } = checkSpec(memoryHost({ "clips.mmx": `mmx 1\n${body}` }), "clips.mmx");
  expect(diagnostics).toEqual([]);
  expect(compiled?.data[0]?.fields.map(({ encoding }) => encoding?.pool)).toEqual(["mean", "none", "mean", "first", undefined]);
});

// The real model of `npm run encoders`. Of these pairs, reworded against unrelated, every one is far apart in what it means.
const real = findModel("all-MiniLM-L6-v2", models);
if (real === undefined) console.warn("the real encoder is not run: all-MiniLM-L6-v2 is not on this machine (npm run encoders)");
test.runIf(installed && real !== undefined)("MiniLM puts what means the same together", async () => {
  vi.stubEnv("MMX_MODELS", dirname(real ?? ""));
  const csv = "words\nI loved this movie\nthe film was wonderful\nthe train leaves at noon\nit departs at twelve by rail\n";
  const dataset = await load({ fields: '  text: f32[B, F] from encode(raw.words, "all-MiniLM-L6-v2")', csv, folder });
  expect(dataset.sizes.F).toBe(384);
  const values = valuesOf(dataset, "text");
  const row = (at: number): number[] => values.slice(at * 384, (at + 1) * 384);
  const product = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x, at) => sum + x * (b[at] as number), 0);
  const cosine = (a: number, b: number): number =>
    product(row(a), row(b)) / Math.sqrt(product(row(a), row(a)) * product(row(b), row(b)));
  for (const unlike of [cosine(0, 2), cosine(0, 3), cosine(1, 2), cosine(1, 3)]) {
    expect(cosine(0, 1)).toBeGreaterThan(unlike + 0.2);
    expect(cosine(2, 3)).toBeGreaterThan(unlike + 0.2);
  }
});

// Speech, face and language model where the machine has their programs; the measures and drawings that need none always.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { distinct, hit, projectionOf } from "../../examples/e3rg/evaluate.mjs";
import type { WireType } from "../../src/compiler/pipeline/graph.ts";
import { drawFace, type Looks, size } from "../../src/runtime/services/face/draw.ts";
import { expressions } from "../../src/runtime/services/face/expression.ts";
import { espeak } from "../../src/runtime/services/kinds/espeak.ts";
import { face } from "../../src/runtime/services/kinds/face.ts";
import { type FileValue, type OpenEnvironment, ServiceError, type WireValue } from "../../src/runtime/services/service.ts";
import { ownPitch, pitchSetting, prosodies } from "../../src/runtime/services/speech/prosody.ts";
import { mouths } from "../../src/runtime/services/speech/visemes.ts";
import { loudness, median, pitches, readWave, type Sound } from "../../src/runtime/services/speech/wave.ts";
import { inFolder, mmx } from "../cli/command.ts";
import { hasProgram } from "./programs.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const example = join(root, "examples/e3rg");

const speaks = hasProgram("espeak-ng", "--version");
const films = hasProgram("ffmpeg", "-version") && speaks;
const model = join(example, "data/SmolLM2-135M-Instruct.Q4_1.gguf");
const talks = existsSync(model) && existsSync(join(example, "node_modules/node-llama-cpp"));
if (!talks)
  console.warn("examples/e3rg has no language model (its README says how to get it): the tests that need it are skipped");

const labels = Object.keys(expressions);
const type = (base: WireType["base"]): WireType => ({ base, optional: false });
const label = type({ kind: "label", set: "Feeling" });

function environment(name: string, parameters: Readonly<Record<string, WireType>>, result: WireType): OpenEnvironment {
  const schema = {
    name,
    doc: undefined,
    result,
    parameters: Object.entries(parameters).map(([each, of]) => ({ name: each, type: of })),
  };
  const openClassifier = () => Promise.reject(new Error("no classifier here"));
  return { schema, labelsOf: () => labels, folder: example, openClassifier, shared: new Map() };
}
const text = type({ kind: "text" });
const audio = type({ kind: "audio" });
const speaking = environment("speak", { words: text, voice: audio, feeling: label }, audio);
const showing = environment("animate", { speech: audio, words: text, feeling: label }, type({ kind: "video" }));

function tone(hertz: number, seconds: number, amplitude = 0.3, rate = 22050): Sound {
  return {
    rate,
    samples: Float32Array.from({ length: rate * seconds }, (_, at) => amplitude * Math.sin((2 * Math.PI * hertz * at) / rate)),
  };
}

describe("E3RG's measures, by hand", () => {
  const spec = readFileSync(join(example, "e3rg.mmx"), "utf8");

  test("the projection is the authors': 36 words, as many in each class", () => {
    const projection = projectionOf(spec);
    expect(projection.size).toBe(36);
    const counts = new Map<string, number>();
    for (const of of projection.values()) counts.set(of, (counts.get(of) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      neutral: 1,
      happy: 13,
      surprised: 2,
      angry: 3,
      fear: 4,
      sad: 9,
      disgusted: 2,
      contempt: 2,
    });
    expect([projection.get("embarrassed"), projection.get("jealous"), projection.get("anxious")]).toEqual([
      "disgusted",
      "contempt",
      "sad",
    ]);
  });

  test("HIT counts classes, not words", () => {
    expect(hit(["joyful", "sad", "neutral", "furious"], ["proud", "lonely", "sad", "afraid"], projectionOf(spec))).toBe(0.5);
  });

  test("Dist-n is the mean over texts of distinct n-grams / n-grams", () => {
    expect(distinct(["The cat the dog", "one"], 1)).toBe((3 / 4 + 1) / 2);
    expect(distinct(["a b a b", "one"], 2)).toBe(2 / 3);
  });
});

describe("sound", () => {
  test("pitch, loudness and the wav they are read from", () => {
    expect(median(pitches(tone(120, 1)))).toBeCloseTo(120, 0);
    expect(median(pitches(tone(210, 1)))).toBeCloseTo(210, -1);
    expect(pitches({ rate: 22050, samples: new Float32Array(22050) })).toEqual([]);
    expect(loudness(tone(200, 1, 0.5), 1)[0]).toBeCloseTo(0.5 / Math.SQRT2, 3);
    expect(readWave(readFileSync(join(example, "voice.wav"))).rate).toBe(22050);
    expect(() => readWave(new Uint8Array(100))).toThrow("no wav file");
  });

  test("the setting for a pitch is found between those measured", () => {
    expect(pitchSetting(ownPitch)).toBe(50);
    expect([pitchSetting(10), pitchSetting(1000)]).toEqual([0, 99]);
    expect(pitchSetting(131)).toBeGreaterThan(65);
    expect(pitchSetting(131)).toBeLessThan(80);
  });

  test("lips close for m and open for a, and rest in silence", () => {
    const { rate, samples } = tone(150, 1);
    const sound = { rate, samples: Float32Array.from([...new Float32Array(rate), ...samples, ...new Float32Array(rate)]) };
    const shapes = mouths("m_'A:\n", sound, 25);
    expect(shapes).toHaveLength(75);
    expect(shapes[10]).toEqual({ open: 0, wide: 0, round: 0 });
    expect(shapes[28]?.open).toBeLessThan(0.05);
    expect(shapes[42]?.open).toBeGreaterThan(0.6);
    expect(shapes[70]?.open).toBe(0);
  });
});

describe("the drawn face", () => {
  const looks: Looks = { skin: [233, 196, 168], hair: [92, 66, 50], background: [214, 222, 230] };
  const rest = { open: 0, wide: 0, round: 0 };
  const frame = (feeling: string, mouth = rest, blink = 0): Uint8Array => {
    const expression = expressions[feeling];
    if (expression === undefined) throw new Error(feeling);
    return drawFace(looks, { expression, mouth, blink, sway: [0, 0] });
  };
  /** How many pixels differ inside the face's outline, between two rows. */
  const changed = (one: Uint8Array, other: Uint8Array, top: number, bottom: number): number => {
    let count = 0;
    for (let at = 3 * size * top; at < 3 * size * bottom; at += 3) {
      const column = (at / 3) % size;
      if (one[at] !== other[at] && column > 70 && column < 186) count += 1;
    }
    return count;
  };

  test("every feeling has its own face and its own prosody", () => {
    expect(Object.keys(prosodies)).toEqual(labels);
    const frames = labels.map((feeling) => frame(feeling));
    for (const [at, one] of frames.entries()) {
      for (const other of frames.slice(at + 1)) expect(changed(one, other, 0, size)).toBeGreaterThan(100);
    }
  });

  test("speech moves the mouth alone; a blink the eyes alone", () => {
    const open = frame("neutral", { open: 1, wide: 0.3, round: 0 });
    expect(changed(frame("neutral"), open, 100, 150)).toBe(0);
    expect(changed(frame("neutral"), open, 170, 240)).toBeGreaterThan(500);
    const shut = frame("neutral", rest, 1);
    expect(changed(frame("neutral"), shut, 100, 140)).toBeGreaterThan(300);
    expect(changed(frame("neutral"), shut, 150, 240)).toBe(0);
  });
});

describe.skipIf(!speaks)("espeak-ng", () => {
  const words = "I am so sorry about your dog. You must miss him very much.";
  const say = async (feeling: string, voice?: FileValue): Promise<FileValue> => {
    const service = await espeak.open({}, speaking);
    return (await service.call({ words, feeling, voice }, 1)) as FileValue;
  };
  const seconds = ({ bytes }: FileValue): number => {
    const { rate, samples } = readWave(bytes);
    return samples.length / rate;
  };

  test("speaks sadly slower, lower and softer than happily, and the same way again", async () => {
    const [sad, happy, again] = [await say("sad"), await say("happy"), await say("sad")];
    expect(Buffer.compare(sad.bytes, again.bytes)).toBe(0);
    expect(seconds(sad)).toBeGreaterThan(1.2 * seconds(happy));
    const pitch = (value: FileValue): number => median(pitches(readWave(value.bytes))) ?? 0;
    expect(pitch(sad)).toBeLessThan(0.85 * pitch(happy));
    const level = (value: FileValue): number => Math.max(...loudness(readWave(value.bytes), 0.1));
    expect(level(sad)).toBeLessThan(level(happy));
  });

  test("takes over the pitch of the reference voice", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mmx-voice-"));
    try {
      const path = join(folder, "high.wav");
      execFileSync("espeak-ng", ["-p", "90", "-w", path, "Hello there, how are you today?"]);
      const high = await say("neutral", { kind: "file", extension: "wav", bytes: readFileSync(path) });
      const [own, taken] = [await say("neutral"), high].map(({ bytes }) => median(pitches(readWave(bytes))) ?? 0);
      expect(taken).toBeGreaterThan(1.2 * (own ?? 0));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.skipIf(!films)(
    "a film of the face has the length of the speech, and the same bytes again",
    { timeout: 60_000 },
    async () => {
      const speech = await say("happy");
      const service = await face.open({}, showing);
      const film = async () => (await service.call({ speech, words, feeling: "happy" }, 1)) as FileValue;
      const [one, other] = [await film(), await film()];
      expect(Buffer.compare(one.bytes, other.bytes)).toBe(0);
      const folder = mkdtempSync(join(tmpdir(), "mmx-film-"));
      try {
        const path = join(folder, "film.mp4");
        writeFileSync(path, one.bytes);
        const told = execFileSync("ffprobe", [
          "-v",
          "error",
          "-show_entries",
          "stream=codec_name,nb_frames",
          "-of",
          "json",
          path,
        ]);
        const { streams } = JSON.parse(told.toString());
        expect(streams.map((stream: { codec_name: string }) => stream.codec_name)).toEqual(["h264", "aac"]);
        expect(Math.abs(Number(streams[0].nb_frames) / 25 - seconds(speech))).toBeLessThan(0.1);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

test("a label set that a face does not know is refused when it is opened", async () => {
  const strange = { ...speaking, labelsOf: () => ["neutral", "hungry"] };
  await expect(espeak.open({}, strange)).rejects.toThrow(ServiceError);
  await expect(espeak.open({}, strange)).rejects.toThrow("it does not know hungry");
});

test.skipIf(!talks || !films)("E3RG's example answers in text, sound and film", { timeout: 300_000 }, async () => {
  await inFolder(async (folder) => {
    const input = join(example, "dialogue.json");
    const done = await mmx(["run", join(example, "e3rg.mmx"), "--input", input, "--out", "reply"], { folder });
    expect([done.exit, done.error]).toEqual([0, ""]);
    const bytes = (name: string): Buffer => readFileSync(join(folder, "reply", name));
    expect(bytes("reply.txt").length).toBeGreaterThan(1);
    expect(readWave(bytes("reply.wav")).samples.length).toBeGreaterThan(10_000);
    expect(bytes("reply.mp4").subarray(4, 8).toString()).toBe("ftyp");
    const trace = JSON.parse(bytes("trace.json").toString()) as { readonly services: Readonly<Record<string, WireValue>> };
    expect(trace.services.chat).toContain("SmolLM2-135M");
  });
});

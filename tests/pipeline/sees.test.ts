// What a language model is shown and played: frames of a film, a picture and a sound, over HTTP to a server on this machine.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { WireType } from "../../src/compiler/pipeline/graph.ts";
import { evenlySpaced } from "../../src/runtime/services/film.ts";
import { openAi } from "../../src/runtime/services/kinds/openai.ts";
import type { FileValue, OpenEnvironment, WireValue } from "../../src/runtime/services/service.ts";
import { hasProgram } from "./programs.ts";
import { withServer } from "./servers.ts";

const optional = (kind: "audio" | "image" | "video"): WireType => ({ base: { kind }, optional: true });
const text: WireType = { base: { kind: "text" }, optional: false };
const environment: OpenEnvironment = {
  schema: {
    name: "understand",
    doc: undefined,
    result: text,
    parameters: [
      { name: "prompt", type: text },
      { name: "face", type: optional("image") },
      { name: "film", type: optional("video") },
      { name: "sound", type: optional("audio") },
    ],
  },
  labelsOf: () => [],
  folder: ".",
  openClassifier: () => Promise.reject(new Error("no classifier here")),
  shared: new Map(),
};

/** An mp4 of 32 × 32 pixels whose n-th frame is all of luma 30 + 10 n. */
function stairs(frames: number): FileValue {
  const folder = mkdtempSync(join(tmpdir(), "mmx-stairs-"));
  const path = join(folder, "stairs.mp4");
  try {
    const source = `nullsrc=s=32x32:r=10,geq=lum=30+10*N:cb=128:cr=128`;
    const coded = ["-frames:v", `${frames}`, "-c:v", "libx264", "-crf", "4", "-pix_fmt", "yuv420p"];
    execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source, ...coded, path]);
    return { kind: "file", extension: "mp4", bytes: readFileSync(path) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Which frame of the stairs a picture is: a luma of 16 to 235 becomes a grey of 0 to 255. */
function stepOf(uri: string): number {
  const [head, data = ""] = uri.split(",");
  expect(head).toBe("data:image/jpeg;base64");
  const grey = ["-v", "error", "-i", "-", "-f", "rawvideo", "-pix_fmt", "gray", "-"];
  const pixels = execFileSync("ffmpeg", grey, { input: Buffer.from(data, "base64") });
  expect(pixels).toHaveLength(32 * 32);
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  return ((mean * 219) / 255 + 16 - 30) / 10;
}

interface Part {
  readonly type: string;
  readonly text?: string;
  readonly image_url?: { readonly url: string };
  readonly input_audio?: { readonly data: string; readonly format: string };
}

/** What the model was sent beside its name, and the service's identity. */
function sent(
  binding: object,
  given: Readonly<Record<string, WireValue>>,
): Promise<[content: string | Part[], identity: string]> {
  return withServer(
    () => ({ body: { choices: [{ message: { content: "calm" } }] } }),
    async (url, seen) => {
      const service = await openAi.open({ url: `${url}/v1`, model: "eyes", ...binding }, environment);
      expect(await service.call(given, 3)).toBe("calm");
      expect(seen).toHaveLength(1);
      const [message] = (seen[0]?.body.messages ?? []) as readonly { readonly content: string | Part[] }[];
      return [message?.content ?? "", service.identity];
    },
  );
}

test("frames are taken from the first to the last, evenly apart", () => {
  expect(evenlySpaced(20, 4)).toEqual([0, 6, 13, 19]);
  expect(evenlySpaced(3, 64)).toEqual([0, 1, 2]);
  expect(evenlySpaced(5, 1)).toEqual([0]);
  const many = evenlySpaced(200, 64);
  expect([many.length, new Set(many).size, many[0], many.at(-1)]).toEqual([64, 64, 0, 199]);
});

const sound: FileValue = { kind: "file", extension: "wav", bytes: Buffer.from("sound") };
const face: FileValue = { kind: "file", extension: "png", bytes: Buffer.from("face") };

describe.skipIf(!hasProgram("ffmpeg", "-version"))("a model that sees", () => {
  test("is sent evenly spaced frames of the film after the words, the picture before them and the sound last", async () => {
    const given = { prompt: "What is felt?", face, film: stairs(20), sound };
    const [content, identity] = await sent({ sees: true, frames: 4, hears: true }, given);
    const parts = content as Part[];
    expect(parts.map(({ type }) => type)).toEqual(["text", ...Array.from({ length: 5 }, () => "image_url"), "input_audio"]);
    expect(parts[0]?.text).toBe("What is felt?");
    expect(parts[1]?.image_url?.url).toBe(`data:image/png;base64,${Buffer.from("face").toString("base64")}`);
    const steps = parts.slice(2, 6).map(({ image_url }) => stepOf(image_url?.url ?? ""));
    for (const [at, step] of [0, 6, 13, 19].entries()) expect(steps[at]).toBeCloseTo(step, 0);
    expect(parts[6]?.input_audio).toEqual({ data: Buffer.from("sound").toString("base64"), format: "wav" });
    expect(identity).toMatch(/ hears sees of at most 4 frames by ffmpeg \S+$/);
  });

  test("is sent all frames of a short film, 64 of a long one, and the same bytes each time", async () => {
    expect((await sent({ sees: true }, { prompt: "?", film: stairs(3) }))[0]).toHaveLength(1 + 3);
    const long = { prompt: "?", film: stairs(70) };
    const [content] = await sent({ sees: true }, long);
    expect(content).toHaveLength(1 + 64);
    expect((await sent({ sees: true }, long))[0]).toEqual(content);
  });

  test("is sent words alone where there is no film; one that does not see, too", async () => {
    expect((await sent({ sees: true, hears: true }, { prompt: "?" }))[0]).toBe("?");
    expect(await sent({}, { prompt: "?", film: stairs(2), face, sound })).toEqual(["?", expect.not.stringContaining("sees")]);
  });

  test("says so where the film cannot be read", async () => {
    const broken = { prompt: "?", film: { ...sound, extension: "mp4" } };
    await expect(sent({ sees: true }, broken)).rejects.toThrow(/the service understand failed: ffmpeg ended with \d+/);
  });
});

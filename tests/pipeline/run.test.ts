// Runs pipelines through the command, against real services: HTTP servers on this machine and word vectors on disk.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inFolder, mmx } from "../cli/command.ts";
import { chatAnswer, type Exchange, withServer } from "./servers.ts";
import { answerSpec } from "./spec.ts";

const talk = (id: string, words: string): string =>
  JSON.stringify({
    id,
    turns: [
      { speaker: "A", words: "hello dear" },
      { speaker: "B", words },
    ],
  });

const episodes = [
  { dialogue: "A: the dog died", mood: "sad", reply: "Poor dog." },
  { dialogue: "A: the cat purrs", mood: "joyful", reply: "Lovely cat." },
  { dialogue: "A: I won a prize", mood: "proud", reply: "Well done." },
];

/** Everything that a run needs, in a folder: the spec, two-dimensional word vectors, a memory, a voice. */
function lay(folder: string, services: Readonly<Record<string, unknown>>): void {
  writeFileSync(join(folder, "answer.mmx"), answerSpec);
  writeFileSync(join(folder, "default.wav"), "default voice");
  writeFileSync(join(folder, "other.wav"), "other voice");
  writeFileSync(join(folder, "talk.json"), talk("t1", "my dog is ill"));
  writeFileSync(join(folder, "words.txt"), "dog\ncat\nprize\n");
  // float16: dog (1, 0), cat (0.5, 1), prize (0, 1).
  writeFileSync(join(folder, "vectors.f16"), Uint8Array.from([0, 0x3c, 0, 0, 0, 0x38, 0, 0x3c, 0, 0, 0, 0x3c]));
  writeFileSync(join(folder, "past.jsonl"), episodes.map((each) => `${JSON.stringify(each)}\n`).join(""));
  writeFileSync(join(folder, "voices.jsonl"), `${JSON.stringify({ talk: "t2", sound: "other.wav" })}\n`);
  const memories = { past: { file: "past.jsonl" }, voices: { file: "voices.jsonl" } };
  writeFileSync(join(folder, "services.json"), JSON.stringify({ services, memories }));
}

const bindings = (url: string) => ({
  chat: { kind: "openai", url: `${url}/v1`, model: "small" },
  embed: { kind: "glove", words: "words.txt", vectors: "vectors.f16" },
  speak: { kind: "http", url: `${url}/speak`, version: "1" },
});

const answer = (exchange: Exchange): { readonly status?: number; readonly body: unknown } => {
  if (exchange.path === "/other") return { body: { choices: [] } };
  if (exchange.path !== "/speak") return chatAnswer(exchange);
  const { words, voice, mood } = exchange.body.arguments as Readonly<Record<string, unknown>>;
  const { base64 } = voice as { readonly base64: string };
  const sound = `${words} | ${mood} | ${Buffer.from(base64, "base64")} | ${exchange.body.seed}`;
  return { body: { value: { extension: "wav", base64: Buffer.from(sound).toString("base64") } } };
};

const command = ["run", "answer.mmx", "--input", "talk.json", "--out", "out"];

describe("mmx run", () => {
  test("writes a file for each output and a trace; again with the same seed, the same bytes", async () => {
    await inFolder((folder) =>
      withServer(answer, async (url, seen) => {
        lay(folder, bindings(url));
        expect(await mmx(command, { folder })).toMatchObject({ exit: 0, error: "" });
        const read = (out: string, name: string): string => readFileSync(join(folder, out, name), "utf8");
        expect(read("out", "word.txt")).toBe("gloomy\n");
        expect(read("out", "reply.txt")).toBe("You said gloomy\n");
        expect(read("out", "reply.wav")).toBe("You said gloomy | low | default voice | 1");
        const prompts = seen.filter(({ path }) => path === "/v1/chat/completions").map(({ body }) => body.messages);
        // The two most like "dog" in their order: dog itself, then cat.
        expect(JSON.stringify(prompts[1])).toContain("gloomy; Poor dog.\\nLovely cat.; A: hello dear\\nB: my dog is ill");
        expect(JSON.stringify(prompts[0])).toContain("One word of joyful, proud, sad, gloomy, calm, glad, low, {please}:");
        const trace = JSON.parse(read("out", "trace.json"));
        expect(trace).toMatchObject({ pipeline: "Answer", seed: 1, memories: { past: expect.stringContaining("3 entries") } });
        expect(trace.steps.map(({ step }: { step: string }) => step)).toEqual([
          "nearest",
          "draw",
          "service",
          "pick",
          "service",
          "find",
          "project",
          "service",
        ]);
        expect((await mmx([...command.slice(0, -1), "again"], { folder })).exit).toBe(0);
        for (const name of ["word.txt", "reply.txt", "reply.wav", "trace.json"])
          expect(read("again", name)).toBe(read("out", name));
        expect((await mmx([...command, "--seed", "2"], { folder })).exit).toBe(0);
        expect(read("out", "reply.wav")).toBe("You said gloomy | low | default voice | 2");
      }),
    );
  });

  test("finds a reference by its key", async () => {
    await inFolder((folder) =>
      withServer(answer, async (url) => {
        lay(folder, bindings(url));
        writeFileSync(join(folder, "talk.json"), talk("t2", "my dog is ill"));
        expect((await mmx(command, { folder })).exit).toBe(0);
        expect(readFileSync(join(folder, "out/reply.wav"), "utf8")).toContain("| other voice |");
      }),
    );
  });

  test("goes on with many inputs where it was stopped, and never mixes settings", async () => {
    await inFolder((folder) =>
      withServer(answer, async (url, seen) => {
        lay(folder, bindings(url));
        writeFileSync(join(folder, "talks.jsonl"), ["a", "b", "c"].map((id) => `${talk(id, "my cat is ill")}\n`).join(""));
        const many = ["run", "answer.mmx", "--input", "talks.jsonl", "--out", "answers.jsonl", "--only", "word"];
        expect((await mmx([...many, "--first", "2"], { folder })).exit).toBe(0);
        expect(seen).toHaveLength(2);
        const path = join(folder, "answers.jsonl");
        writeFileSync(path, `${readFileSync(path, "utf8")}{"word":"gl`);
        expect((await mmx(many, { folder })).exit).toBe(0);
        expect(seen).toHaveLength(3);
        const lines = readFileSync(path, "utf8").trimEnd().split("\n");
        expect(lines.slice(1)).toEqual(Array.from({ length: 3 }, () => '{"word":"gloomy"}'));
        const otherwise = await mmx([...many, "--set", "shots=0"], { folder });
        expect([otherwise.exit, otherwise.error]).toEqual([3, expect.stringContaining("was run otherwise")]);
        expect(readFileSync(path, "utf8").trimEnd().split("\n")).toEqual(lines);
      }),
    );
  });
});

describe("what goes wrong is said, and nothing is left half-written", () => {
  const failing: readonly (readonly [what: string, change: (folder: string, url: string) => void, message: RegExp])[] = [
    [
      "a service that is bound to nothing",
      (folder, url) => {
        const { speak: _, ...others } = bindings(url);
        lay(folder, others);
      },
      /the service speak is bound to nothing[\s\S]*the kinds are openai, gguf, mmx, http, espeak, face, glove/,
    ],
    [
      "a service that does not answer",
      (folder, url) => lay(folder, { ...bindings(url), speak: { kind: "http", url: "http://127.0.0.1:9/speak" } }),
      /the service speak does not answer at http:\/\/127.0.0.1:9\/speak/,
    ],
    [
      "a service that refuses",
      (folder, url) => lay(folder, { ...bindings(url), speak: { kind: "http", url: `${url}/refuse` } }),
      /the service speak refused: .* answered 500/,
    ],
    [
      "an answer of another shape",
      (folder, url) => lay(folder, { ...bindings(url), speak: { kind: "http", url: `${url}/other` } }),
      /the value lacks “value”/,
    ],
    [
      "a binding that its kind does not know",
      (folder, url) => lay(folder, { ...bindings(url), speak: { kind: "espeak", pitch: 3 } }),
      /services.json:1:\d+: “pitch” is not known here/,
    ],
    [
      "a kind that cannot give what is needed",
      (folder, url) => lay(folder, { ...bindings(url), embed: { kind: "face" } }),
      /the service embed cannot be bound to the drawn face: it takes no audio/,
    ],
    [
      "a model file that is not there",
      (folder, url) => lay(folder, { ...bindings(url), chat: { kind: "gguf", model: "none.gguf" } }),
      /the service chat is bound to .*none.gguf, which is not there/,
    ],
    [
      "a memory's entry outside the label set",
      (folder, url) => {
        lay(folder, bindings(url));
        writeFileSync(join(folder, "past.jsonl"), `${JSON.stringify({ ...episodes[0], mood: "hungry" })}\n`);
      },
      /past.jsonl:1:\d+: mood must be one of joyful, proud/,
    ],
    [
      "an input that lacks a member",
      (folder, url) => {
        lay(folder, bindings(url));
        writeFileSync(join(folder, "talk.json"), '{ "id": "t1" }');
      },
      /talk.json:1:1: the value lacks “turns”/,
    ],
    [
      "a default that is not beside the spec",
      (folder, url) => {
        lay(folder, bindings(url));
        writeFileSync(join(folder, "answer.mmx"), answerSpec.replace("default.wav", "gone.wav"));
      },
      /the spec names gone.wav/,
    ],
  ];
  test.each(failing)("%s", async (_, change, message) => {
    await inFolder((folder) =>
      withServer(
        (exchange) => (exchange.path === "/refuse" ? { status: 500, body: "out of order" } : answer(exchange)),
        async (url) => {
          change(folder, url);
          const { exit, out, error } = await mmx(command, { folder });
          expect(error).toMatch(message);
          expect(error).not.toContain("fault in mmx");
          expect(exit).not.toBe(0);
          expect(out).toBe("");
          expect(existsSync(join(folder, "out"))).toBe(false);
        },
      ),
    );
  });
});

import { describe, expect, test } from "vitest";
import { dotText } from "../../src/compiler/emit/picture/dot.ts";
import { inputsOfStep, printWire } from "../../src/compiler/pipeline/graph.ts";
import { pipelinePicture } from "../../src/compiler/pipeline/picture.ts";
import { format } from "../../src/compiler/syntax/format.ts";
import { answerSpec, diagnosticsOf, pipelineOf } from "./spec.ts";

describe("a pipeline", () => {
  test("becomes a typed graph whose nodes come after what they read", () => {
    const { nodes, outputs, services, memories } = pipelineOf();
    for (const [at, node] of nodes.entries()) for (const input of inputsOfStep(node)) expect(input).toBeLessThan(at);
    const types = Object.fromEntries(nodes.flatMap(({ name, type }) => (name === undefined ? [] : [[name, printWire(type)]])));
    expect(types).toEqual({
      turn: "Turn",
      history: "text",
      near: "[Episode]",
      drawn: "[Episode]",
      word: "Word",
      reply: "text",
      voice: "audio",
    });
    expect(outputs.map(({ name, type }) => `${name}: ${printWire(type)}`)).toEqual([
      "word: Word",
      "reply: text",
      "speech: audio",
    ]);
    expect(services.map(({ name }) => name)).toEqual(["chat", "embed", "speak"]);
    expect(memories.map(({ name }) => name)).toEqual(["past", "voices"]);
  });

  test("has the words of a projection in the spec's order, then the labels themselves", () => {
    const set = pipelineOf().labels.find(({ name }) => name === "Word");
    expect(set?.labels).toEqual(["joyful", "proud", "sad", "gloomy", "calm", "glad", "low"]);
    expect(set?.projection?.label).toMatchObject({ joyful: "glad", gloomy: "low", calm: "calm" });
  });

  test("takes constants, which --set overrides", () => {
    const countOf = (overrides: Readonly<Record<string, string>>) => {
      const { nodes } = pipelineOf(answerSpec, overrides);
      const draw = nodes.find(({ op }) => op === "draw");
      const count = draw?.op === "draw" ? nodes[draw.count] : undefined;
      return count?.op === "number" ? count.value : undefined;
    };
    expect(countOf({})).toBe(1);
    expect(countOf({ shots: "3" })).toBe(3);
  });

  test("is laid out as it is written", () => {
    expect(format(answerSpec)).toBe(format(format(answerSpec)));
    expect(diagnosticsOf(format(answerSpec))).toEqual([]);
  });

  test("is drawn with its services, memories and labels, typed wires between them", () => {
    const picture = pipelinePicture(pipelineOf());
    const titles = picture.boxes.map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining([
        "talk",
        "near = nearest",
        "drawn = draw",
        "word = pick",
        "reply = chat",
        "speak",
        "default.wav",
        "speech",
      ]),
    );
    const ids = new Set(picture.boxes.map(({ id }) => id));
    for (const { from, to, label } of picture.arrows) {
      expect(ids.has(from) && ids.has(to)).toBe(true);
      expect(label).not.toBe("");
    }
    expect(dotText(picture, "Answer")).toContain('label=" Mood"');
  });
});

describe("what is wrong is said once, at its place", () => {
  const wrong: readonly (readonly [what: string, from: string, to: string, code: string, at: string])[] = [
    ["a text where a label is needed", "project(word)", "reply", "MMX3101", "reply"],
    ["a word where its class is needed", "project(word)", "word", "MMX3101", "word"],
    ["a voice that may be absent", ' else audio("default.wav")', "", "MMX3102", "voice"],
    ["an unknown type", "voice: audio? }", "voice: sound? }", "MMX3103", "sound"],
    ["a fallback outside the set", "else: calm", "else: neutral", "MMX3104", "neutral"],
    ["a layer of a network", "last(talk.turns)", "Linear(64)", "MMX3105", "Linear"],
    ["a sum", 'chat("""{word}; ', 'chat(word + """', "MMX3105", "word +"],
    ["likeness without a measure", " by embed(dialogue)", "", "MMX3106", "past"],
    ["an output that is not declared", "reply: reply, speech", "answer: reply, speech", "MMX3107", "{ word"],
    ["an open brace", "{word};", "{word;", "MMX3108", "{word"],
    ["a misspelt value in a text", "{word};", "{wrod};", "MMX2001", "wrod"],
    ["a misspelt field in a text", "{each.words}", "{each.wrods}", "MMX2004", "wrods"],
    ["a word in two classes", "sad | gloomy", "sad | proud", "MMX2002", "proud"],
    ["a service that nothing calls", "memory voices", "service see() -> text\nmemory voices", "MMX6001", "see"],
    ["an argument that the service has not", "turn.voice)", "sound: turn.voice)", "MMX2103", "sound"],
    [
      "an argument too few",
      'chat("""{word}; {lines("{each.reply}" for each in near)}; {history}""")',
      "chat()",
      "MMX2104",
      "chat()",
    ],
  ];
  test.each(wrong)("%s", (_, from, to, code, at) => {
    expect(answerSpec).toContain(from);
    const text = answerSpec.replace(from, to);
    const found = diagnosticsOf(text);
    const errors = found.filter(({ severity }) => severity === "error");
    const shown = errors.length > 0 ? errors : found;
    expect(shown.map((diagnostic) => diagnostic.code)).toEqual([code]);
    const start = shown[0]?.span.start ?? 0;
    expect(text.slice(start, start + at.length)).toBe(at);
  });

  test("the contextual words are still names elsewhere", () => {
    const text = `mmx 1
memory = 3
data clips { record: f32[B, 4], service: target f32[B] }
model Tri(pipeline: clips) {
  projection = pipeline.record |> Linear(memory) |> Linear(1) |> squeeze()
  predict service = projection
  loss task = mae(projection, pipeline.service)
}
`;
    expect(diagnosticsOf(text)).toEqual([]);
  });
});

// A small pipeline that uses every kind of step, for the tests, and its check.
import { expect } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import type { Diagnostic } from "../../src/compiler/diagnostics/diagnostic.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import type { CompiledPipeline } from "../../src/compiler/pipeline/graph.ts";

export const answerSpec = `mmx 1
labels Mood = calm | glad | low

/// Words for moods.
projection Word -> Mood {
  glad: joyful | proud
  low: sad | gloomy
}

record Turn { speaker: text, words: text, voice: audio? }
record Talk { id: text, turns: [Turn] }
record Episode { dialogue: text, mood: Word, reply: text }
record Voice { talk: text, sound: audio }

service chat(prompt: text, voice: audio?) -> text
service embed(words: text) -> vector
service speak(words: text, voice: audio, mood: Mood) -> audio

memory past: Episode by embed(dialogue)
memory voices: Voice

shots = 1

pipeline Answer(talk: Talk) -> { word: Word, reply: text, speech: audio } {
  turn = last(talk.turns)
  history = lines("{each.speaker}: {each.words}" for each in talk.turns)
  near = past |> nearest(to: history, count: 2)
  drawn = past |> draw(count: shots)
  word = chat("""
    {lines("{each.dialogue} is {each.mood}" for each in drawn)}
    {history}
      One word of {words(Word)}, {{please}}:
    """, turn.voice) |> pick(Word, else: calm)
  reply = chat("""{word}; {lines("{each.reply}" for each in near)}; {history}""")
  voice = find(voices, talk: talk.id).sound else audio("default.wav")
  { word: word, reply: reply, speech: speak(reply, voice, project(word)) }
}
`;

export function diagnosticsOf(text: string, overrides: Readonly<Record<string, string>> = {}): readonly Diagnostic[] {
  return checkSpec(memoryHost({ "answer.mmx": text }), "answer.mmx", { overrides }).diagnostics;
}

export function pipelineOf(text: string = answerSpec, overrides: Readonly<Record<string, string>> = {}): CompiledPipeline {
  const { compiled, diagnostics } = checkSpec(memoryHost({ "answer.mmx": text }), "answer.mmx", { overrides });
  expect(diagnostics).toEqual([]);
  const pipeline = compiled?.pipelines[0];
  if (pipeline === undefined) throw new Error("the spec has no pipeline");
  return pipeline;
}

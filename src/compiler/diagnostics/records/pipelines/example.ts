// A small pipeline for the `bad` and `good` of diagnostics: everything but the part that a diagnostic is about.

export interface PipelineParts {
  /** Declarations between the services and the pipeline. */
  readonly top?: string;
  /** The statements. */
  readonly body?: string;
}

/** A whole spec of one pipeline over a chat and a voice, with some parts replaced. */
export function pipelineExample(parts: PipelineParts = {}): string {
  const body =
    parts.body ??
    `  mood = chat("One word for the mood of: {turn.words}") |> pick(Mood, else: calm)
  reply = chat("Answer, knowing that the mood is {mood}: {turn.words}")
  { reply: reply, speech: speak(reply, mood) }`;
  return `mmx 1
labels Mood = calm | glad | low
record Turn { words: text, voice: audio? }
service chat(prompt: text) -> text
service speak(words: text, mood: Mood) -> audio
${parts.top === undefined ? "" : `${parts.top}\n`}pipeline Answer(turn: Turn) -> { reply: text, speech: audio } {
${body}
}
`;
}

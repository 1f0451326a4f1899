import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { pipelineExample } from "./example.ts";

export const wireDiffers = defineDiagnostic<{
  readonly span: Span;
  /** What has the type: `words of speak`. */
  readonly what: string;
  readonly found: string;
  readonly expected: string;
  /** Where the expected type is declared. */
  readonly declared: Span | undefined;
  /** An expression that would fit, where one is known. */
  readonly mend: string | undefined;
}>({
  code: "MMX3101",
  slug: "wire-differs",
  severity: "error",
  why: "A wire of a pipeline carries one type: text, a label of a set, audio, image, video, a vector, or a record. A service receives what it declares, so that a run cannot fail halfway for a reason that the spec already shows.",
  bad: pipelineExample({
    body: `  mood = chat("One word for the mood of: {turn.words}")
  { reply: mood, speech: speak(turn.words, mood) }`,
  }),
  good: pipelineExample(),
  describe: ({ span, what, found, expected, declared, mend }) => ({
    message: `${what} must be ${expected}, but this is ${found}`,
    span,
    labels: declared === undefined ? [] : [{ span: declared, text: "declared here" }],
    fixes: mend === undefined ? [] : [{ title: `make it ${expected}`, preview: mend, edits: [] }],
  }),
});

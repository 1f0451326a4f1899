import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const notStandardisable = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly reason: string;
  readonly declared: Span;
}>({
  code: "MMX2130",
  slug: "not-standardisable",
  severity: "error",
  why: "Standardising subtracts a feature's mean and divides by its deviation. That has a meaning for measured inputs: not for classes, not for identifiers, and a target keeps the units its metrics are reported in.",
  bad: example({ data: "  text:  f32[B, Ft]\n  audio: f32[B, Fa] optional\n  mood:  target f32[B]\n  standardise text, mood" }),
  good: example({ data: "  text:  f32[B, Ft]\n  audio: f32[B, Fa] optional\n  mood:  target f32[B]\n  standardise text, audio" }),
  describe: ({ span, name, reason, declared }) => ({
    message: `${name} cannot be standardised: ${reason}`,
    span,
    labels: [{ span: declared, text: "declared here" }],
    fixes: [{ title: "leave it out of the list", edits: [] }],
  }),
});

// Small whole specs for the `bad` and `good` of diagnostics: everything but the part that a diagnostic is about.
import type { Span } from "../../source/span.ts";
import type { Fix } from "../diagnostic.ts";
import { closest } from "../suggest.ts";

const defaultBody = `  t = clip.text |> Linear(64)
  a = (clip.audio else 0) |> Linear(64)
  score = (t + a) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`;

export interface ExampleParts {
  /** Declarations between the data block and the model. */
  readonly top?: string;
  /** The data block's contents. */
  readonly data?: string;
  /** The model's parameter and statements. */
  readonly parameter?: string;
  readonly body?: string;
  /** The train block's contents. */
  readonly train?: string;
  readonly bottom?: string;
}

/** A spec of one model on two modalities with some parts replaced. */
export function example(parts: ExampleParts = {}): string {
  const data = parts.data ?? "  text:  f32[B, Ft]\n  audio: f32[B, Fa] optional\n  mood:  target f32[B]";
  const train = parts.train ?? "  stage main { epochs: 1, minimize: task, optimizer: adam(lr: 1e-3) }";
  return [
    "mmx 1",
    `data clips {\n${data}\n}`,
    ...(parts.top === undefined ? [] : [parts.top]),
    `model Tri(${parts.parameter ?? "clip: clips"}) {\n${parts.body ?? defaultBody}\n}`,
    `train Tri on clips {\n${train}\n}`,
    ...(parts.bottom === undefined ? [] : [parts.bottom]),
    "",
  ].join("\n");
}

/** A spec of one model on ragged text alone, with these statements before its prediction and loss. */
export const raggedExample = (body: string, loss = "mae(score, clip.mood)"): string =>
  example({
    data: "  text:  f32[B, T, Ft]\n  mood:  target f32[B]",
    body: `${body}\n  predict mood = score\n  loss task = ${loss}`,
  }).replace("data clips", "dim T <= 50 ragged\ndata clips");

/** A fix that puts the nearest known name in place of a misspelt one; none where nothing is near. */
export function renameFix(span: Span, written: string, candidates: readonly string[]): readonly Fix[] {
  const near = closest(written, candidates);
  return near === undefined ? [] : [{ title: `did you mean ${near}?`, preview: near, edits: [{ span, replacement: near }] }];
}

/** `a, b or c` */
export function listOf(names: readonly string[], last = "or"): string {
  if (names.length <= 1) return names[0] ?? "nothing";
  return `${names.slice(0, -1).join(", ")} ${last} ${names.at(-1)}`;
}

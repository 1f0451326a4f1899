// Small specs whose batches can have any shape, one for each thing that shapes go through: attention, recurrence and convolution
// over ragged axes, modalities that may be absent, losses that couple a batch, banks.
import fc from "fast-check";
import type { CompiledSpec } from "../../../src/compiler/compiled.ts";
import { memoryHost } from "../../../src/compiler/host.ts";
import type { Absence } from "./feeds.ts";
import { compileSpec, type StageCase, stageCase } from "./steps.ts";

const data = `labels Kind = a | b | c
data clips {
  text:  f32[B, T, Ft]
  audio: f32[B, S, Fa] optional
  video: f32[B, Fv] optional
  kind:  target Kind[B]
  mood:  target f32[B] in -3 .. 3
}
modalities Side = audio | video
`;
/** Plain gradient descent: the error of a step is that of its gradients, not made larger by Adam's quotient. */
const train = `train Shapes on clips { stage fit { epochs: 1, minimize: task, optimizer: sgd(lr: 0.1, momentum: 0.9), clip: 1.0 } }
`;
const spec = (use: string, body: string): string => `mmx 1
use ${use}
dim T <= 64 ragged
dim S <= 64 ragged
dim D = 6
heads = 2
${data}model Shapes(clip: clips) {
${body}
  predict mood = score
}
${train}`;

const texts: Readonly<Record<string, string>> = {
  attention: spec(
    "std.attention",
    `  h = clip.text |> Linear(D) |> Positions() |> Block(heads: heads) |> CrossBlock(clip.text, heads: heads)
  score = h |> mean(over: T) |> Linear(1) |> squeeze()
  loss task = mse(score, clip.mood)`,
  ),
  recurrence: spec(
    "std.recurrent, std.conv",
    `  h = clip.text |> Conv1d(D) |> GRU(D)
  g = clip.text |> LSTM(D, backward: true)
  score = concat(h |> last(over: T), g |> max(over: T), along: last) |> MLP(D, 1) |> squeeze()
  loss task = mae(score, clip.mood)`,
  ),
  absence: spec(
    "std.contrastive",
    `  heard = clip.audio |> Linear(D) |> gelu() |> mean(over: S)
  seen = clip.video |> Linear(D) |> LayerNorm()
  side = { audio: heard, video: seen }
  text = clip.text |> Linear(D) |> mean(over: T)
  both = mean(side[m] for m in Side) else 0
  bank past: f32[samples, D]
  update past = text
  logits = (text + both) |> Linear(Kind)
  score = (text + both) |> Linear(1) |> squeeze()
  loss task = cross_entropy(logits, clip.kind) + mse(score, clip.mood) + mse(text, rows(past)) + 0.1 * info_nce(heard, seen, temperature: 0.5)`,
  ),
  coupling: spec(
    "std.domain, std.contrastive",
    `  h = clip.text |> Linear(D) |> relu() |> max(over: T)
  g = clip.text |> Linear(D) |> tanh() |> mean(over: T)
  score = (h + g) |> Linear(1) |> squeeze()
  loss task = mse(score, clip.mood) + supcon(h, clip.kind, temperature: 0.5) + coral(h, g) + mmd(h, g)`,
  ),
};

export const shapeSpecs: readonly string[] = Object.keys(texts);

const compiled = new Map<string, CompiledSpec>();

/** One of them at a width with a number of heads; each is compiled once. */
function shapeSpec(name: string, width: number, heads: number): CompiledSpec {
  const key = `${name} ${width} ${heads}`;
  const path = `${name}.mmx`;
  const made =
    compiled.get(key) ?? compileSpec(memoryHost({ [path]: texts[name] ?? "" }), path, { D: String(width), heads: String(heads) });
  compiled.set(key, made);
  return made;
}

export interface DrawnBatch {
  readonly spec: string;
  /** Width of the model, and attention heads that divide it. */
  readonly width: readonly [number, number];
  /** B, T, S, Ft, Fa, Fv. */
  readonly sizes: readonly [number, number, number, number, number, number];
  /** Sample k has the length 1 + lengths[k] modulo the longest. */
  readonly lengths: readonly number[];
  readonly absent: Absence;
}

const feature = fc.constantFrom(1, 2, 3, 5, 7, 8, 9);
export const arbitraryBatch: fc.Arbitrary<DrawnBatch> = fc.record({
  spec: fc.constantFrom(...shapeSpecs),
  width: fc.constantFrom([6, 2] as const, [9, 3] as const, [4, 4] as const),
  sizes: fc.tuple(
    fc.constantFrom(1, 2, 3, 5),
    fc.constantFrom(1, 2, 3, 4, 5, 7, 9),
    fc.constantFrom(1, 2, 3, 6),
    feature,
    feature,
    feature,
  ),
  lengths: fc.array(fc.nat(8), { minLength: 5, maxLength: 5 }),
  absent: fc.constantFrom<Absence[]>("some", "all", "none"),
});

/** The only stage of a drawn spec at the drawn sizes. */
export function drawnStage({ spec, width, sizes, lengths, absent }: DrawnBatch): StageCase {
  const compiledSpec = shapeSpec(spec, ...width);
  const [B, T, S, Ft, Fa, Fv] = sizes;
  const [stage] = compiledSpec.train?.stages ?? [];
  if (stage === undefined) throw new RangeError(`${spec} has no stage`);
  return stageCase(
    compiledSpec,
    stage,
    { B, T, S, Ft, Fa, Fv, samples: B + 3 },
    {
      absent,
      // The first sample fills the batch, as the longest one does.
      length: (row, most) => (row === 0 ? most : 1 + ((lengths[row] ?? 0) % most)),
    },
  );
}

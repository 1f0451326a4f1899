// What a mouth does while a text is spoken: espeak-ng's phonemes laid over the sound. espeak-ng does not tell their times, so
// clauses are placed by the pauses in the sound and the phonemes of a clause share its time by their usual lengths.
import { loudness, type Sound } from "./wave.ts";

/** How open, wide and round the mouth is, 0 .. 1, and whether the lips are closed. */
export interface Mouth {
  readonly open: number;
  readonly wide: number;
  readonly round: number;
}

const rest: Mouth = { open: 0, wide: 0, round: 0 };

/** By the first sign of a phoneme's mnemonic (Kirshenbaum, as espeak-ng writes it); lengths are in units of a consonant. */
const groups: readonly { readonly signs: string; readonly mouth: Mouth; readonly length: number }[] = [
  { signs: "mbp", mouth: { open: 0, wide: 0.1, round: 0.1 }, length: 0.9 },
  { signs: "fv", mouth: { open: 0.12, wide: 0.25, round: 0 }, length: 1 },
  { signs: "wuUoO", mouth: { open: 0.35, wide: 0, round: 0.9 }, length: 1.4 },
  { signs: "r3", mouth: { open: 0.25, wide: 0, round: 0.5 }, length: 1.1 },
  { signs: "iIeEj", mouth: { open: 0.3, wide: 0.9, round: 0 }, length: 1.4 },
  { signs: "aA0V@Q", mouth: { open: 0.85, wide: 0.3, round: 0 }, length: 1.5 },
  { signs: "SZ", mouth: { open: 0.2, wide: 0, round: 0.6 }, length: 1.1 },
  { signs: "TDtdnlszkgNhxC?", mouth: { open: 0.22, wide: 0.35, round: 0 }, length: 0.9 },
];

/** One entry of espeak-ng's `-x --sep=_`: a mnemonic with signs for stress and length. */
function shapeOf(phoneme: string): { readonly mouth: Mouth; readonly length: number } {
  const sign = phoneme.replaceAll(/[',|_!]/g, "")[0] ?? "";
  const group = groups.find(({ signs }) => signs.includes(sign));
  const length = (group?.length ?? 1) * (phoneme.includes(":") ? 1.5 : 1) * (phoneme.includes("'") ? 1.2 : 1);
  return { mouth: group?.mouth ?? rest, length };
}

/** The mouth at every frame. `phonemes` is what espeak-ng wrote: a line a clause, words apart by blanks. */
export function mouths(phonemes: string, sound: Sound, framesPerSecond: number): readonly Mouth[] {
  const clauses = phonemes
    .split("\n")
    .map((line) =>
      line
        .split(/[\s_]+/)
        .filter((each) => each !== "")
        .map(shapeOf),
    )
    .filter((each) => each.length > 0);
  const frames = Math.ceil((sound.samples.length / sound.rate) * framesPerSecond);
  const level = loudness(sound, 1 / framesPerSecond);
  const loud = Math.max(...level, 1e-6);
  const spans = clauseSpans(level, loud, clauses.length);
  const targets = Array.from({ length: frames }, () => rest);
  for (const [index, clause] of clauses.entries()) {
    const [start, end] = spans[index] ?? [0, 0];
    const whole = clause.reduce((sum, { length }) => sum + length, 0);
    let passed = 0;
    for (const { mouth, length } of clause) {
      const from = start + ((end - start) * passed) / whole;
      passed += length;
      const to = start + ((end - start) * passed) / whole;
      for (let frame = Math.round(from); frame < Math.max(Math.round(from) + 1, Math.round(to)) && frame < frames; frame += 1) {
        const share = Math.min(1, 0.25 + (1.5 * (level[frame] ?? 0)) / loud);
        targets[frame] = { open: mouth.open * share, wide: mouth.wide, round: mouth.round };
      }
    }
  }
  return targets.map((_, frame) => smoothed(targets, frame));
}

/** First and last frame of each clause: the longest pauses part them. */
function clauseSpans(level: Float32Array, loud: number, clauses: number): readonly (readonly [number, number])[] {
  const silent = [...level].map((value) => value < 0.03 * loud);
  const first = silent.indexOf(false);
  const last = silent.lastIndexOf(false);
  if (first < 0) return [];
  const pauses: { from: number; to: number }[] = [];
  for (let at = first; at <= last; at += 1) {
    if (!silent[at]) continue;
    const from = at;
    while (silent[at]) at += 1;
    pauses.push({ from, to: at });
  }
  const chosen = pauses
    .sort((one, other) => other.to - other.from - (one.to - one.from))
    .slice(0, Math.max(0, clauses - 1))
    .sort((one, other) => one.from - other.from);
  const starts = [first, ...chosen.map(({ to }) => to)];
  const ends = [...chosen.map(({ from }) => from), last + 1];
  // Fewer pauses than clauses: the last stretch is shared evenly.
  while (starts.length < clauses) {
    const start = starts.at(-1) ?? first;
    const end = ends.at(-1) ?? last + 1;
    const middle = start + (end - start) / (clauses - starts.length + 1);
    ends.splice(-1, 1, middle, end);
    starts.push(middle);
  }
  return starts.map((start, at) => [start, ends[at] ?? last + 1] as const);
}

/** A mouth has weight: each frame is drawn with a share of its neighbours. */
function smoothed(targets: readonly Mouth[], frame: number): Mouth {
  const mix = (part: keyof Mouth): number => {
    const at = (index: number): number => targets[Math.max(0, Math.min(targets.length - 1, index))]?.[part] ?? 0;
    return 0.25 * at(frame - 1) + 0.5 * at(frame) + 0.25 * at(frame + 1);
  };
  return { open: mix("open"), wide: mix("wide"), round: mix("round") };
}

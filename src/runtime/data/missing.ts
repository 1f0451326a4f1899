// Missing-modality protocols of evaluation: which samples keep which modality. They act on the presence masks that
// modality drop and really absent samples act on.
import type { MissingProtocol } from "../../compiler/compiled.ts";
import { type RandomSequence, sequence } from "../../compiler/ir/random.ts";
import { type BatchSource, sampleCount } from "./batches.ts";
import { partRows } from "./dataset.ts";

export interface MissingCondition {
  /** `30%`, or the fields kept: `{audio, text}`. */
  readonly name: string;
  /** For `batches`: by `P.field`, 1 where the sample at that position keeps the field. */
  readonly keep: Readonly<Record<string, Uint8Array>>;
}

export interface MissingOptions {
  readonly seed: number;
  /** The modalities; every optional input of the source where left out. */
  readonly fields?: readonly string[];
  /** Draw for so many samples at a time, as CyIN does per evaluation batch; the whole part at once where left out. */
  readonly block?: number;
}

/** The conditions of a protocol, one a rate or subset, as masks over a source's samples; a function of the seed. */
export function missingConditions(
  protocol: MissingProtocol,
  source: BatchSource,
  options: MissingOptions,
): readonly MissingCondition[] {
  const fields = options.fields ?? modalitiesOf(source);
  const count = sampleCount(source);
  const named = (masks: readonly Uint8Array[]): Record<string, Uint8Array> =>
    Object.fromEntries(fields.map((field, at) => [`${source.parameter}.${field}`, masks[at] as Uint8Array]));
  if (protocol.kind === "subsets") {
    const all = inputsOf(source);
    return protocol.subsets.map((subset) => ({
      // What cannot be missing stays, and is named with what is kept.
      name: `{${all.filter((field) => !fields.includes(field) || subset.includes(field)).join(", ")}}`,
      keep: named(fields.map((field) => new Uint8Array(count).fill(subset.includes(field) ? 1 : 0))),
    }));
  }
  const has = presenceOf(source, fields, count);
  return protocol.rates.map((rate) => {
    const masks = fields.map(() => new Uint8Array(count));
    const block = options.block ?? Math.max(1, count);
    for (let start = 0; start < count; start += block) {
      const random = sequence(options.seed, `missing ${source.parameter} ${rate} ${start}`);
      const size = Math.min(block, count - start);
      const drawn = drawRate(size, fields.length, rate, random, (row, field) => has(start + row, field));
      masks.forEach((mask, field) => {
        for (let row = 0; row < size; row += 1) mask[start + row] = drawn[row * fields.length + field] as number;
      });
    }
    return { name: `${Math.round(rate * 1000) / 10}%`, keep: named(masks) };
  });
}

/** Every input of a source, in the order of its data block. */
function inputsOf(source: BatchSource): readonly string[] {
  const fields = source.parts[0]?.dataset.schema.fields ?? [];
  return fields.filter((field) => field.role === "input" && !source.without?.includes(field.name)).map((field) => field.name);
}

/** The optional inputs of a source: what can be missing. */
export function modalitiesOf(source: BatchSource): readonly string[] {
  const fields = source.parts[0]?.dataset.schema.fields ?? [];
  return fields
    .filter((field) => field.role === "input" && field.optional && !source.without?.includes(field.name))
    .map((field) => field.name);
}

function presenceOf(source: BatchSource, fields: readonly string[], count: number): (position: number, field: number) => boolean {
  const masks = fields.map(() => new Uint8Array(count).fill(1));
  let at = 0;
  for (const { dataset, part } of source.parts) {
    for (const row of partRows(dataset, part)) {
      masks.forEach((mask, index) => {
        mask[at] = dataset.fields.get(fields[index] as string)?.present?.[row] ?? 1;
      });
      at += 1;
    }
  }
  return (position, field) => masks[field]?.[position] === 1;
}

/**
 * Draws which of `modalities` each of `count` samples keeps (row-major, 1 = kept) so that the share missing,
 * 1 - sum(kept) / (count * modalities), is `rate`, and every sample keeps at least one. Where 1 - rate <= 1 / modalities each keeps
 * exactly one at random. Else each keeps one at random and others independently, with a probability corrected for those
 * that meet the one kept anyway, in whole percents; drawn again until the share is within .005, a tolerance doubled after every
 * 100 tries. CyIN (appendix E and its MissingProtocol.py), after Zhang et al., CPM-Nets, 2019. The one that is kept is one that
 * the sample really has, where it has any.
 */
export function drawRate(
  count: number,
  modalities: number,
  rate: number,
  random: RandomSequence,
  has: (row: number, modality: number) => boolean = () => true,
): Uint8Array {
  const total = count * modalities;
  if (rate <= 0 || total === 0) return new Uint8Array(total).fill(1);
  const keepOne = (): Uint8Array => {
    const mask = new Uint8Array(total);
    for (let row = 0; row < count; row += 1) {
      const there = Array.from({ length: modalities }, (_, modality) => modality).filter((modality) => has(row, modality));
      const kept = there.length === 0 ? random.integer(modalities) : (there[random.integer(there.length)] as number);
      mask[row * modalities + kept] = 1;
    }
    return mask;
  };
  const kept = 1 - rate;
  if (kept <= 1 / modalities) return keepOne();
  const extra = total * kept - count;
  let tolerance = 0.005;
  for (let attempt = 1; ; attempt += 1) {
    const mask = keepOne();
    const trial = bernoulli(total, extra / total, random);
    const overlap = trial.reduce((sum, drawn, at) => sum + drawn * (mask[at] as number), 0);
    if (overlap < extra) {
      const corrected = extra / (1 - overlap / extra);
      bernoulli(total, corrected / total, random).forEach((drawn, at) => {
        if (drawn === 1) mask[at] = 1;
      });
      const share = mask.reduce((sum, each) => sum + each, 0) / total;
      if (Math.abs(share - kept) <= tolerance) return mask;
    }
    if (attempt % 100 === 0) tolerance *= 2;
  }
}

/** Independent draws with probability int(100 * ratio) / 100. */
function bernoulli(count: number, ratio: number, random: RandomSequence): Uint8Array {
  // A ratio such as .29 times 100 is 28.999…; the whole percent meant is 29.
  const percent = Math.floor(ratio * 100 + 1e-9);
  return Uint8Array.from({ length: count }, () => (random.integer(100) < percent ? 1 : 0));
}

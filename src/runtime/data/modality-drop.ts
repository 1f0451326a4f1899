// Modality drop: in training each sample loses each named field with a given probability, so that the model learns to do
// without. What a sample loses depends on (seed, round, sample) only, not on the batch it falls into.
import { hashKey, threefry2x32, uniformFromBits } from "../../compiler/ir/random.ts";

/**
 * Hides fields in the presence masks (in place). A sample whose every input would be gone keeps one of those that it had, at
 * random; `mandatory` says that some input is there for every sample anyway.
 */
export function hiddenByDrop(
  parameter: string,
  present: ReadonlyMap<string, Float32Array>,
  mandatory: boolean,
  drop: Readonly<Record<string, number>>,
  place: { readonly seed: number; readonly samples: Int32Array; readonly rounds: Int32Array },
): void {
  const shares = [...present.keys()].map((field) => drop[`${parameter}.${field}`] ?? 0);
  if (shares.every((share) => share === 0)) return;
  const masks = [...present.values()];
  const keys = [...present.keys()].map((field) => hashKey(`drop ${parameter}.${field}`));
  const keepKey = hashKey(`keep ${parameter}`);
  place.samples.forEach((sample, at) => {
    const round = place.rounds[at] as number;
    const had = masks.map((mask) => mask[at] === 1);
    masks.forEach((mask, index) => {
      const [word] = threefry2x32(place.seed, keys[index] as number, round, sample);
      if (uniformFromBits(word) < (shares[index] as number)) mask[at] = 0;
    });
    if (mandatory || masks.some((mask) => mask[at] === 1)) return;
    const candidates = masks.filter((_, index) => had[index]);
    const [word] = threefry2x32(place.seed, keepKey, round, sample);
    const kept = candidates[Math.floor(uniformFromBits(word) * candidates.length)];
    if (kept !== undefined) kept[at] = 1;
  });
}

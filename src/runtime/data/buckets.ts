// The ladder of padded lengths. Ragged batches are padded up to a rung, so that few distinct shapes, hence few plans, occur.

/**
 * The padded length for a batch whose longest sample has `longest` steps: the smallest rung of 8, 16, 24, 32, 48, 64, 96, 128,
 * 192, … (powers of two and half-way between) that holds it, and never more than `most`.
 */
export function bucketLength(longest: number, most = Number.POSITIVE_INFINITY): number {
  if (longest > most) throw new RangeError(`a sample is ${longest} long, the most is ${most}`);
  let power = 8;
  while (power * 2 < longest) power *= 2;
  const rungs = power === 8 ? [8, 16] : [power, power * 1.5, power * 2];
  return Math.min(rungs.find((rung) => rung >= longest) ?? longest, most);
}

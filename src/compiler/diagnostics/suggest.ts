// Did-you-mean: the one known name that a mistyped word most likely stands for. Every stage that looks names up uses it, and
// it stays silent when unsure: a wrong hint costs the reader more than none.

/**
 * The candidate nearest to `word`, or undefined where none is near enough or two are equally near.
 * Distance: restricted Damerau-Levenshtein (Damerau 1964: insert, delete, replace, swap neighbours) without regard to case;
 * allowed are one edit up to 5 letters and two from 6 on, and never more than a third of the word. Beyond that, a word
 * of at least three letters stands for the only candidate that it is a prefix of (`lin` for `Linear`).
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  const limit = editsAllowed(wanted.length);
  let best: string | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  let tied = false;
  const known = [...new Set(candidates)];
  for (const candidate of known) {
    if (candidate === word) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), limit);
    if (distance > limit) continue;
    // Among equally distant names, one that differs in case only or shares the first letter is the likelier meaning.
    const score = distance + (candidate[0]?.toLowerCase() === wanted[0] ? 0 : 0.5);
    if (score < bestScore) {
      best = candidate;
      bestScore = score;
      tied = false;
    } else if (score === bestScore) {
      tied = true;
    }
  }
  if (best !== undefined) return tied ? undefined : best;
  if (wanted.length < 3) return undefined;
  const longer = known.filter((candidate) => candidate !== word && candidate.toLowerCase().startsWith(wanted));
  return longer.length === 1 ? longer[0] : undefined;
}

function editsAllowed(length: number): number {
  if (length < 3) return 0;
  return length < 6 ? 1 : 2;
}

/** Restricted Damerau-Levenshtein distance; any number above `limit` where it is larger than `limit`. */
export function editDistance(first: string, second: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(first.length - second.length) > limit) return Number.POSITIVE_INFINITY;
  const width = second.length + 1;
  let beforeLast = new Array<number>(width).fill(0);
  let last = Array.from({ length: width }, (_, column) => column);
  for (let row = 1; row <= first.length; row += 1) {
    const current = new Array<number>(width).fill(row);
    for (let column = 1; column < width; column += 1) {
      const same = first[row - 1] === second[column - 1];
      let cost = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && first[row - 1] === second[column - 2] && first[row - 2] === second[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current[column] = cost;
    }
    beforeLast = last;
    last = current;
  }
  return last[width - 1] ?? 0;
}

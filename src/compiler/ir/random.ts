// Counter-based random numbers. Every number is a pure function of a key and a counter, so that a resumed, padded or
// reordered run draws the same ones; used by the `random` op, by initialisers and by the data pipeline.

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/**
 * Threefry-2x32 with 20 rounds: key (k0, k1) and counter (c0, c1) to two uniformly random 32-bit words. All words are
 * unsigned. J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number): readonly [number, number] {
  const keys = [k0 | 0, k1 | 0, 0x1bd11bda ^ k0 ^ k1] as const;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let group = 1; group <= 5; group += 1) {
    const first = group % 2 === 1 ? 0 : 4;
    for (let round = first; round < first + 4; round += 1) {
      x0 = (x0 + x1) | 0;
      x1 = rotate(x1, rotations[round] as number) ^ x0;
    }
    x0 = (x0 + (keys[group % 3] as number)) | 0;
    x1 = (x1 + (keys[(group + 1) % 3] as number) + group) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}

/**
 * A uniform number strictly between 0 and 1 from 32 random bits: an odd multiple of 2^-24, hence exact in float32:
 * (2*floor(bits / 512) + 1) / 2^24.
 */
export function uniformFromBits(bits: number): number {
  return ((bits >>> 9) * 2 + 1) / 16777216;
}

/** A standard normal number from two random words (Box and Muller 1958). */
export function normalFromBits(first: number, second: number): number {
  return Math.sqrt(-2 * Math.log(uniformFromBits(first))) * Math.cos(2 * Math.PI * uniformFromBits(second));
}

/** FNV-1a of the text's UTF-8 bytes, 32 bits unsigned: turns a path into a key. */
export function hashKey(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** A stream of random numbers in order, for use on the host. */
export interface RandomSequence {
  /** Strictly between 0 and 1. */
  uniform(): number;
  /** Mean 0, variance 1. */
  normal(): number;
  /** Whole, 0 .. below - 1, without bias. */
  integer(below: number): number;
  /** A new array in random order (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/** The stream named `name` of the run's seed; streams of different names are independent. */
export function sequence(seed: number, name: string): RandomSequence {
  const [k0, k1] = threefry2x32(seed >>> 0, hashKey(name), 0, 0);
  let drawn = 0;
  const words = (): readonly [number, number] => {
    const result = threefry2x32(k0, k1, drawn >>> 0, Math.floor(drawn / 4294967296));
    drawn += 1;
    return result;
  };
  const integer = (below: number): number => {
    if (!Number.isInteger(below) || below < 1 || below > 4294967296)
      throw new RangeError(`no whole number lies in 0 .. ${below - 1}`);
    // Words above the largest multiple of `below` would favour small numbers, so they are drawn again.
    const limit = 4294967296 - (4294967296 % below);
    for (;;) {
      const [word] = words();
      if (word < limit) return word % below;
    }
  };
  return {
    uniform: () => uniformFromBits(words()[0]),
    normal: () => normalFromBits(...words()),
    integer,
    shuffle<T>(items: readonly T[]): T[] {
      const result = [...items];
      for (let last = result.length - 1; last > 0; last -= 1) {
        const other = integer(last + 1);
        [result[last], result[other]] = [result[other] as T, result[last] as T];
      }
      return result;
    },
  };
}

// Vectors side by side, to be stored one after the other: a machine with wide vectors (assembler.ts) makes one of two.

/** Neighbours two by two, and the last one alone where their number is odd. */
export function inPairs<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / 2) }, (_, at) => all.slice(2 * at, 2 * at + 2));
}

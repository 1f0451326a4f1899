// How much of the suite runs: the part that runs at every change, or, with MMX_CONFORMANCE=full (`npm run conformance`), all of it.

export const isFull = process.env.MMX_CONFORMANCE === "full";

/** Random cases of a property. */
export const runs = (quick: number): number => (isFull ? 10 * quick : quick);

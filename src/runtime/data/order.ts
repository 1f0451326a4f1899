// The order in which samples are visited: an endless walk in rounds, each round every sample once. Any stretch of the walk
// follows from (seed, parameter, round), so nothing has to be stored to resume.
import { sequence } from "../../compiler/ir/random.ts";

export interface BatchOrder {
  /** Samples a round. */
  readonly count: number;
  /** The positions in the order of a round. */
  round(number: number): Int32Array;
}

export function orderOf(parameter: string, count: number, seed: number, shuffled: boolean): BatchOrder {
  const inOrder = Int32Array.from({ length: count }, (_, position) => position);
  if (!shuffled) return { count, round: () => inOrder };
  let last: { readonly number: number; readonly positions: Int32Array } | undefined;
  return {
    count,
    round(number) {
      if (last?.number !== number) {
        last = { number, positions: Int32Array.from(sequence(seed, `order ${parameter} ${number}`).shuffle([...inOrder])) };
      }
      return last.positions;
    },
  };
}

/** `count` steps of the walk from step `start` on: the positions, and the round in which each is visited. */
export function positionsOf(
  order: BatchOrder,
  start: number,
  count: number,
): { readonly positions: Int32Array; readonly rounds: Int32Array } {
  const positions = new Int32Array(count);
  const rounds = new Int32Array(count);
  for (let at = 0; at < count; at += 1) {
    const round = Math.floor((start + at) / order.count);
    positions[at] = order.round(round)[(start + at) % order.count] as number;
    rounds[at] = round;
  }
  return { positions, rounds };
}

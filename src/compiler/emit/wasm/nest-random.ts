// The random numbers of a nest's body (nest-values.ts): the counters of the entries at hand, and for each instruction a key, which
// is made once where its seed and step are known.
import type { Instruction } from "../../loops/kernel.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { emitRandom, emitRandomKey, type WordPair } from "./elements/index.ts";
import type { Cursors } from "./nest-cursors.ts";
import { counterLanes } from "./nest-index.ts";
import type { Spot } from "./nest-values.ts";

type Random = Extract<Instruction, { op: "random" }>;

export interface RandomContext {
  /** The innermost loop. */
  readonly last: number;
  readonly cursors: Cursors;
  /** The value of an instruction. */
  read(instruction: number, spot: Spot): Local;
  /** That of one that is the same in all rows. */
  readOnce(instruction: number): Local;
  /** The innermost loop with which an instruction's value changes. */
  loopOf(instruction: number): number;
}

export interface RandomValues {
  /** Leaves the numbers of the entries at the spot. */
  emit(instruction: Random, at: number, spot: Spot): void;
  /** Makes the key of an instruction, if there is none yet. */
  prepare(instruction: Random, at: number): void;
  /** Forgets the keys whose seed or step changes with this loop. */
  leave(loop: number): void;
}

export function randomValues(f: FunctionBuilder, context: RandomContext): RandomValues {
  const { last, cursors, read, readOnce, loopOf } = context;
  const keys = new Map<number, { readonly key: WordPair; readonly loop: number }>();

  const keyOf = ({ seed, step, key }: Random, at: number): WordPair => {
    const made = keys.get(at);
    if (made !== undefined) return made.key;
    const words = [seed, step].map((input) => {
      const word = f.local("i32");
      f.get(readOnce(input));
      f.lane("i32x4.extract_lane", 0);
      f.set(word);
      return word;
    });
    const [first, second] = words as [Local, Local];
    const pair = emitRandomKey(f, { seed: first, step: second, key });
    keys.set(at, { key: pair, loop: Math.max(loopOf(seed), loopOf(step)) });
    f.release(first, second);
    return pair;
  };

  return {
    emit(instruction, at, spot) {
      const key = keyOf(instruction, at);
      const counters = [instruction.first, instruction.second].map((strides, which): Local => {
        const base = instruction.base?.[which];
        const from = base === undefined ? undefined : read(base, spot);
        const stride = strides[last] as number;
        return counterLanes(f, { count: cursors.count(strides, spot.ahead), stride, from });
      });
      const [first, second] = counters as [Local, Local];
      emitRandom(f, { distribution: instruction.distribution, key, lanes: 4, counters: { first, second } });
      f.release(first, second);
    },
    prepare(instruction, at) {
      keyOf(instruction, at);
    },
    leave(loop) {
      for (const [at, { key, loop: made }] of keys) {
        if (made !== loop) continue;
        f.release(key.first, key.second);
        keys.delete(at);
      }
    },
  };
}

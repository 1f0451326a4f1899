// Random numbers in generated code: Threefry-2x32-20 as `ir/random.ts` defines it, one counter pair a lane. Uniform numbers
// have the same bits as the reference; normal ones agree with it to float32 rounding.
import type { FunctionBuilder, Local } from "../assembler.ts";
import { logarithm } from "./log.ts";
import { cosineOfTurns } from "./trigonometric.ts";
import { type Operand, type Term, type VectorCode, vectorCode } from "./vector.ts";

/** Two i32 words. */
export interface WordPair {
  readonly first: Local;
  readonly second: Local;
}

export interface RandomOptions {
  readonly distribution: "uniform" | "normal";
  /** The pair that `emitRandomKey` set: i32 locals for either number of lanes. */
  readonly key: WordPair;
  readonly lanes: 4 | 1;
  /** v128 locals of i32 lanes, or i32 locals; left as they are. */
  readonly counters: WordPair;
}

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;
const groups = [0, 1, 2, 3, 4] as const;
const parity = 0x1bd11bda;

/** The pair threefry(seed, key; step, 0) in fresh i32 locals, for the caller to release; it belongs before all loops. */
export function emitRandomKey(
  f: FunctionBuilder,
  { seed, step, key }: { readonly seed: Local; readonly step: Local; readonly key: number },
): WordPair {
  const words = { first: f.local("i32"), second: f.local("i32") };
  const [keys, code] = [[f.local("v128"), f.local("v128")] as const, vectorCode(f)];
  const splat = (word: Local): Term => code.op("i32x4.splat", word);
  f.get(seed);
  f.op("i32x4.splat");
  f.set(keys[0]);
  f.i32x4(key | 0);
  f.set(keys[1]);
  const [x0, x1] = threefry(code, keys, [splat(step), code.integer(0)]);
  f.get(x1);
  f.lane("i32x4.extract_lane", 0);
  f.set(words.second);
  code.finish(x0);
  f.lane("i32x4.extract_lane", 0);
  f.set(words.first);
  f.release(...keys);
  return words;
}

/** Leaves the entry's random number on the stack, a v128 of f32 lanes or an f32. */
export function emitRandom(f: FunctionBuilder, { distribution, key, lanes, counters }: RandomOptions): void {
  const code = vectorCode(f);
  const splat = (word: Local): Term => code.op("i32x4.splat", word);
  const keys = [code.keep(splat(key.first)), code.keep(splat(key.second))] as const;
  const start: readonly [Operand, Operand] =
    lanes === 4 ? [counters.first, counters.second] : [splat(counters.first), splat(counters.second)];
  const [x0, x1] = threefry(code, keys, start);
  const first = uniform(code, x0);
  if (distribution === "uniform") code.finish(first);
  else {
    const radius = code.op("f32x4.sqrt", code.multiply(logarithm(code, code.keep(first)), -2));
    const kept = code.keep(radius);
    code.finish(code.multiply(kept, cosineOfTurns(code, code.keep(uniform(code, x1)))));
  }
  if (lanes === 1) f.lane("f32x4.extract_lane", 0);
}

/** (2 · floor(bits / 512) + 1) / 2^24, exact in f32. */
function uniform(code: VectorCode, bits: Local): Term {
  const odd = code.op("v128.or", code.shift("i32x4.shl", code.shift("i32x4.shr_u", bits, 9), 1), code.integer(1));
  return code.multiply(code.op("f32x4.convert_i32x4_s", odd), 1 / 16777216);
}

function threefry(
  code: VectorCode,
  [k0, k1]: readonly [Local, Local],
  [c0, c1]: readonly [Operand, Operand],
): readonly [Local, Local] {
  const k2 = code.keep(code.op("v128.xor", code.op("v128.xor", k0, k1), code.integer(parity)));
  const keys = [k0, k1, k2] as const;
  const x0 = code.keep(code.op("i32x4.add", c0, k0));
  const x1 = code.keep(code.op("i32x4.add", c1, k1));
  for (const group of groups) {
    for (const by of rotations[group % 2 === 0 ? 0 : 1]) {
      code.replace(x0, code.op("i32x4.add", x0, x1));
      const rotated = code.op("v128.or", code.shift("i32x4.shl", x1, by), code.shift("i32x4.shr_u", x1, 32 - by));
      code.replace(x1, code.op("v128.xor", rotated, x0));
    }
    const at = (group + 1) as 1 | 2 | 3 | 4 | 5;
    code.replace(x0, code.op("i32x4.add", x0, keys[at % 3] as Local));
    const injected = code.op("i32x4.add", keys[(at + 1) % 3] as Local, code.integer(at));
    code.replace(x1, code.op("i32x4.add", x1, injected));
  }
  return [x0, x1];
}

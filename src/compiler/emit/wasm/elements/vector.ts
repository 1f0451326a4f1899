// Expressions over four lanes: what the element functions are written in, so that a formula reads in its own order while
// the code comes out in the stack machine's.
import type { FunctionBuilder, Local, WasmType } from "../assembler.ts";
import type { Opcode } from "../opcodes.ts";

/** Code that leaves one v128 on the stack; it may be used once. */
export type Term = () => void;
/** A number stands for four equal f32 lanes. */
export type Operand = Term | Local | number;

export interface VectorCode {
  /** An instruction without immediates on the operands. */
  op(name: Opcode, ...operands: readonly Operand[]): Term;
  add(a: Operand, b: Operand): Term;
  subtract(a: Operand, b: Operand): Term;
  multiply(a: Operand, b: Operand): Term;
  divide(a: Operand, b: Operand): Term;
  /** a · b + c, rounded once where the machine can. */
  multiplyAdd(a: Operand, b: Operand, c: Operand): Term;
  /** Four equal i32 lanes; also bit patterns. */
  integer(value: number): Term;
  /** Two equal f64 lanes. */
  double(value: number): Term;
  /** A shift of integer lanes by a constant. */
  shift(name: Extract<Opcode, `i${32 | 64}x${4 | 2}.sh${string}`>, value: Operand, by: number): Term;
  /** i8x16.shuffle of whole i32 lanes: 0-3 are those of `a`, 4-7 those of `b`. */
  gather(a: Operand, b: Operand, lanes: readonly [number, number, number, number]): Term;
  /** The bits of `on` where the mask is set, else those of `off`. */
  choose(mask: Operand, on: Operand, off: Operand): Term;
  /** Σ coefficients[k] · x^k by Horner's rule. */
  polynomial(x: Local, coefficients: readonly number[]): Term;
  /** Computes the operand now, into a local of this code, so that it may be used often. */
  keep(value: Operand): Local;
  /** The same for an i32 on the stack. */
  keepFlag(value: Term): Local;
  /** Code that runs where the flag is not 0. */
  when(flag: Local, body: () => void): void;
  /** Another value for a kept local. */
  replace(local: Local, value: Operand): void;
  /** Leaves the result on the stack and gives the kept locals back. */
  finish(result: Operand): void;
}

export function vectorCode(f: FunctionBuilder): VectorCode {
  const kept: Local[] = [];
  const push = (operand: Operand): void => {
    if (typeof operand === "number") f.f32x4(operand);
    else if (typeof operand === "function") operand();
    else f.get(operand);
  };
  const op: VectorCode["op"] =
    (name, ...operands) =>
    () => {
      operands.forEach(push);
      f.op(name);
    };
  const keep = (type: WasmType, value: Operand): Local => {
    const local = f.local(type);
    push(value);
    f.set(local);
    kept.push(local);
    return local;
  };
  const code: VectorCode = {
    op,
    add: (a, b) => op("f32x4.add", a, b),
    subtract: (a, b) => op("f32x4.sub", a, b),
    multiply: (a, b) => op("f32x4.mul", a, b),
    divide: (a, b) => op("f32x4.div", a, b),
    multiplyAdd: (a, b, c) => () =>
      f.multiplyAdd(
        () => push(a),
        () => push(b),
        () => push(c),
      ),
    integer: (value) => () => f.i32x4(value),
    double: (value) => () => {
      f.f64(value);
      f.op("f64x2.splat");
    },
    shift: (name, value, by) => () => {
      push(value);
      f.i32(by);
      f.op(name);
    },
    gather: (a, b, lanes) => () => {
      push(a);
      push(b);
      f.shuffle(lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]));
    },
    choose: (mask, on, off) => op("v128.bitselect", on, off, mask),
    polynomial(x, coefficients) {
      const [highest = 0, ...others] = [...coefficients].reverse();
      return others.reduce<Term>(
        (sum, coefficient) => code.multiplyAdd(sum, x, coefficient),
        () => push(highest),
      );
    },
    keep: (value) => keep("v128", value),
    keepFlag: (value) => keep("i32", value),
    when(flag, body) {
      f.get(flag);
      f.if(body);
    },
    replace(local, value) {
      push(value);
      f.set(local);
    },
    finish(result) {
      push(result);
      f.release(...kept.splice(0));
    },
  };
  return code;
}

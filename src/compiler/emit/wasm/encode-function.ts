// The code of one function as it is written: bytes of its instructions, its locals, and the nesting that branches count from.
import type { FunctionBuilder, Label, Local, Machine, WasmType } from "./assembler.ts";
import { encodeFloat32, encodeFloat64, encodeInt32, encodeSigned, encodeSigned64, encodeUnsigned } from "./encode.ts";
import { type Opcode, opcodes } from "./opcodes.ts";

export const typeCodes: Readonly<Record<WasmType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

const [block, loop, branchIfTrue, otherwiseCode, end, branchCode, branchIfCode] = [0x02, 0x03, 0x04, 0x05, 0x0b, 0x0c, 0x0d];
const [call, getCode, setCode, teeCode] = [0x10, 0x20, 0x21, 0x22];
const [i32Const, i64Const, f32Const, f64Const, vectorPrefix, v128Const, shuffle] = [0x41, 0x42, 0x43, 0x44, 0xfd, 0x0c, 0x0d];
const [noResult, returnCode] = [0x40, 0x0f];

/** The body of an entry of the code section: declared locals, instructions, `end`. Throws `RangeError` for a wrong use of locals or labels. */
export function encodeFunction(
  params: readonly WasmType[],
  body: (builder: FunctionBuilder) => void,
  machine: Machine,
): Uint8Array {
  const code: number[] = [];
  const types: WasmType[] = [];
  body(functionBuilder(params, code, types, machine));
  code.push(end);
  const locals: number[] = [];
  encodeLocals(locals, types);
  const out = new Uint8Array(locals.length + code.length);
  out.set(locals);
  out.set(code, locals.length);
  return out;
}

function encodeLocals(out: number[], types: readonly WasmType[]): void {
  const runs: { type: WasmType; count: number }[] = [];
  for (const type of types) {
    const last = runs[runs.length - 1];
    if (last?.type === type) last.count += 1;
    else runs.push({ type, count: 1 });
  }
  encodeUnsigned(out, runs.length);
  for (const { type, count } of runs) {
    encodeUnsigned(out, count);
    out.push(typeCodes[type]);
  }
}

function functionBuilder(paramTypes: readonly WasmType[], code: number[], types: WasmType[], machine: Machine): FunctionBuilder {
  const params = paramTypes.map((type, index): Local => ({ index, type }));
  const free = new Map<WasmType, Local[]>();
  let depth = 0;

  const operation = (name: Opcode): void => {
    const { prefix, code: number } = opcodes[name];
    if (prefix === 0) code.push(number);
    else {
      code.push(prefix);
      encodeUnsigned(code, number);
    }
  };
  const local = (opcode: number, { index }: Local): void => {
    code.push(opcode);
    encodeUnsigned(code, index);
  };
  const nested = (write: (label: Label) => void): void => {
    depth += 1;
    write({ depth });
    depth -= 1;
    code.push(end);
  };
  const branch = (opcode: number, label: Label): void => {
    if (label.depth > depth) throw new RangeError("a branch to a label outside of its block");
    code.push(opcode);
    encodeUnsigned(code, depth - label.depth);
  };
  const immediate = (name: Opcode, offset: number): void => {
    operation(name);
    encodeUnsigned(code, alignmentOf(name));
    encodeUnsigned(code, offset);
  };
  const vector = (write: (lane: number) => void): void => {
    code.push(vectorPrefix, v128Const);
    for (let lane = 0; lane < 4; lane += 1) write(lane);
  };

  return {
    machine,
    params,
    local(type) {
      const given = free.get(type)?.pop();
      if (given !== undefined) return given;
      types.push(type);
      return { index: params.length + types.length - 1, type };
    },
    release(...locals) {
      for (const given of locals) {
        const list = free.get(given.type) ?? [];
        if (given.index < params.length || list.includes(given))
          throw new RangeError(`local ${given.index} cannot be given back`);
        list.push(given);
        free.set(given.type, list);
      }
    },
    get: (given) => local(getCode, given),
    set: (given) => local(setCode, given),
    tee: (given) => local(teeCode, given),
    i32(value) {
      code.push(i32Const);
      encodeSigned(code, value);
    },
    i64(value) {
      code.push(i64Const);
      encodeSigned64(code, value);
    },
    f32(value) {
      code.push(f32Const);
      encodeFloat32(code, value);
    },
    f64(value) {
      code.push(f64Const);
      encodeFloat64(code, value);
    },
    f32x4: (value) => vector(() => encodeFloat32(code, value)),
    i32x4: (value) => vector(() => encodeInt32(code, value)),
    i32x4Steps: (value, step) => vector((lane) => encodeInt32(code, value + lane * step)),
    op(name) {
      operation(name);
      // Each memory index is a byte of its own.
      if (name === "memory.fill" || name === "atomic.fence") code.push(0);
      if (name === "memory.copy") code.push(0, 0);
    },
    multiplyAdd(a, b, sum) {
      if (!machine.fusedMultiplyAdd) sum();
      a();
      b();
      if (machine.fusedMultiplyAdd) sum();
      else operation("f32x4.mul");
      operation(machine.fusedMultiplyAdd ? "f32x4.relaxed_madd" : "f32x4.add");
    },
    memory: (name, offset = 0) => immediate(name, offset),
    memoryLane(name, lane, offset = 0) {
      immediate(name, offset);
      code.push(lane);
    },
    lane(name, lane) {
      operation(name);
      code.push(lane);
    },
    shuffle(lanes) {
      if (lanes.length !== 16) throw new RangeError(`a shuffle takes 16 bytes, not ${lanes.length}`);
      code.push(vectorPrefix, shuffle, ...lanes);
    },
    block(write) {
      code.push(block, noResult);
      nested(write);
    },
    loop(write) {
      code.push(loop, noResult);
      nested(write);
    },
    if(then, otherwise, result) {
      code.push(branchIfTrue, result === undefined ? noResult : typeCodes[result]);
      nested(() => {
        then();
        if (otherwise !== undefined) {
          code.push(otherwiseCode);
          otherwise();
        }
      });
    },
    branch: (label) => branch(branchCode, label),
    branchIf: (label) => branch(branchIfCode, label),
    call(target) {
      code.push(call);
      encodeUnsigned(code, target.index);
    },
    return() {
      code.push(returnCode);
    },
  };
}

const alignments = new Map<Opcode, number>();

/** The binary logarithm of the alignment promised: all that an instruction touches for atomics, which demand it, else at most 4 bytes. */
function alignmentOf(name: Opcode): number {
  const existing = alignments.get(name);
  if (existing !== undefined) return existing;
  const made = findAlignment(name);
  alignments.set(name, made);
  return made;
}

function findAlignment(name: Opcode): number {
  const width = /(?:load|store|rmw|wait)(8|16|32|64)/.exec(name)?.[1];
  const wide = name.startsWith("i64") || name.startsWith("f64");
  const bytes = width === undefined ? (name.startsWith("v128") ? 16 : wide ? 8 : 4) : Number(width) / 8;
  return Math.log2(name.includes("atomic") ? bytes : Math.min(bytes, 4));
}

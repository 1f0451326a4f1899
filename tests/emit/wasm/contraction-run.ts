// Runs a contraction as generated code and as a naive evaluation in float64, on the same buffers.
import type { ModuleBuilder } from "../../../src/compiler/emit/wasm/assembler.ts";
import { emitContraction, scratchBytes } from "../../../src/compiler/emit/wasm/contraction.ts";
import { moduleBuilder } from "../../../src/compiler/emit/wasm/module-builder.ts";
import type { Access, Buffer, Contraction, Instruction } from "../../../src/compiler/loops/kernel.ts";
import { operandsOf } from "../../../src/compiler/loops/operands.ts";

export type Values = Float32Array | Int32Array;

/** Buffers of a contraction's test: what each holds before, by buffer number. */
export interface Memory {
  readonly buffers: readonly Buffer[];
  readonly values: readonly Values[];
}

export const bufferOf = (dtype: "f32" | "i32", length: number): Buffer => ({
  kind: "value",
  dtype,
  shape: [length],
  path: "test",
});

/** The bytes of a module with the contraction's function, exported as `run`. */
export function contractionModule(contraction: Contraction, buffers: readonly Buffer[], pages: number): Uint8Array<ArrayBuffer> {
  const module: ModuleBuilder = moduleBuilder();
  module.importMemory("host", "memory", { initialPages: pages, maximumPages: pages, shared: false });
  const kernel = emitContraction(module, "kernel", contraction, buffers);
  module.function(
    "run",
    kernel.params,
    [],
    (f) => {
      for (const parameter of f.params) f.get(parameter);
      f.call(kernel);
    },
    { exported: true },
  );
  return module.finish();
}

/** What the buffers hold after the generated code has run. Bytes between and behind them must stay as they are. */
export async function runGenerated(contraction: Contraction, { buffers, values }: Memory): Promise<readonly Values[]> {
  const guard = 64;
  const addresses: number[] = [];
  let end = guard;
  for (const { length } of values) {
    addresses.push(end);
    end += 4 * length + guard;
  }
  const scratch = end;
  const bytes = scratchBytes(contraction);
  const last = scratch + bytes;
  const pages = Math.ceil((last + guard) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const all = new Uint8Array(memory.buffer);
  all.fill(0x7f);
  values.forEach((of, at) => {
    const target = of instanceof Int32Array ? Int32Array : Float32Array;
    new target(memory.buffer, addresses[at] as number, of.length).set(of);
  });
  const { instance } = await WebAssembly.instantiate(contractionModule(contraction, buffers, pages), { host: { memory } });
  const pointers = operandsOf(contraction).map(({ buffer }) => addresses[buffer] as number);
  (instance.exports.run as (...pointers: readonly number[]) => void)(...pointers, ...(bytes > 0 ? [scratch] : []));
  const results = values.map((of, at) => {
    const view = of instanceof Int32Array ? Int32Array : Float32Array;
    return new view(memory.buffer, addresses[at] as number, of.length).slice();
  });
  values.forEach((of, at) => {
    all.fill(0x7f, addresses[at] as number, (addresses[at] as number) + 4 * of.length);
  });
  all.fill(0x7f, scratch, last);
  const written = all.findIndex((byte) => byte !== 0x7f);
  if (written !== -1) throw new Error(`the code wrote outside of the buffers, at byte ${written}`);
  return results;
}

const elementary: Readonly<Record<string, (...x: readonly number[]) => number>> = {
  add: (a = 0, b = 0) => a + b,
  multiply: (a = 0, b = 0) => a * b,
  subtract: (a = 0, b = 0) => a - b,
  maximum: (a = 0, b = 0) => Math.max(a, b),
  exp: (a = 0) => Math.exp(a),
  tanh: (a = 0) => Math.tanh(a),
  negate: (a = 0) => -a,
  cast: (a = 0) => a,
};

const each = (sizes: readonly number[], body: (index: readonly number[]) => void): void => {
  const count = sizes.reduce((product, size) => product * size, 1);
  for (let at = 0; at < count; at += 1) {
    const index: number[] = [];
    let rest = at;
    for (const size of [...sizes].reverse()) {
      index.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    body(index);
  }
};

const placeOf = ({ offset, strides }: Access, index: readonly number[]): number =>
  strides.reduce((place, stride, loop) => place + stride * (index[loop] as number), offset);

const clamped = (index: number, size: number): number => Math.min(Math.max(index, 0), size - 1);

/** What the buffers should hold, in float64 (i32 values exactly). */
export function runNaively(contraction: Contraction, { values }: Memory): readonly Float64Array[] {
  const memory = values.map((of) => Float64Array.from(of));
  const { sizes, contracted, left, right, body, stores, fills } = contraction;
  for (const { buffer, value } of fills) memory[buffer]?.fill(value);
  const read = (access: Access, index: readonly number[], moved = 0): number =>
    memory[access.buffer]?.[placeOf(access, index) + moved] as number;
  each(sizes, (index) => {
    let sum = 0;
    each(contracted, (term) => {
      sum += read(left, [...index, ...term]) * read(right, [...index, ...term]);
    });
    const results: number[] = [];
    const evaluate = (instruction: Instruction): number => {
      switch (instruction.op) {
        case "constant":
          return instruction.value;
        case "index":
          return index[instruction.loop] as number;
        case "load":
          return read(instruction.access, index);
        case "lookup":
          return read(
            instruction.access,
            index,
            instruction.stride * clamped(results[instruction.index] as number, instruction.size),
          );
        case "apply":
          return (elementary[instruction.name] as (...x: number[]) => number)(
            ...instruction.inputs.map((input) => results[input] as number),
          );
        case "product":
          return sum;
        default:
          throw new Error(`${instruction.op} is not part of these tests`);
      }
    };
    for (const instruction of body) results.push(evaluate(instruction));
    for (const { access, value, mode, index: moved } of stores) {
      const shift = moved === undefined ? 0 : moved.stride * clamped(results[moved.value] as number, moved.size);
      const place = placeOf(access, index) + shift;
      const target = memory[access.buffer] as Float64Array;
      const [old, next] = [target[place] as number, results[value] as number];
      target[place] = mode === "set" ? next : mode === "add" ? old + next : Math.max(old, next);
    }
  });
  return memory;
}

// Runs a nest as generated code and by the float64 reference, on the same memory.
import type { Machine } from "../../../src/compiler/emit/wasm/assembler.ts";
import { anyMachine, moduleBuilder } from "../../../src/compiler/emit/wasm/module-builder.ts";
import { emitNest } from "../../../src/compiler/emit/wasm/nest.ts";
import { evaluateKernel } from "../../../src/compiler/loops/evaluate.ts";
import type { Buffer, Nest } from "../../../src/compiler/loops/kernel.ts";
import { operandsOf } from "../../../src/compiler/loops/operands.ts";

export type Contents = readonly (Float32Array | Int32Array)[];

export interface Sample {
  readonly nest: Nest;
  readonly buffers: readonly Buffer[];
  readonly contents: Contents;
}

const guard = 16;
const untouched = 123456;
const pageBytes = 65536;

export const entriesOf = ({ shape }: Buffer): number => shape.reduce((product, size) => product * size, 1);

/** A nest in a module of its own, with the buffers in its memory; between them lie entries that nothing may touch. */
function prepare(machine: Machine, nest: Nest, buffers: readonly Buffer[]) {
  const starts: number[] = [];
  let end = guard;
  for (const buffer of buffers) {
    starts.push(end);
    end += entriesOf(buffer) + guard;
  }
  const pages = Math.ceil((4 * end) / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const module = moduleBuilder(machine);
  module.importMemory("host", "memory", { initialPages: pages, maximumPages: pages, shared: false });
  const target = emitNest(module, "nest", nest, buffers);
  module.function(
    "run",
    [],
    [],
    (f) => {
      for (const { buffer } of operandsOf(nest)) f.i32(4 * (starts[buffer] as number));
      f.call(target);
    },
    { exported: true },
  );
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { host: { memory } });
  const view = (at: number): Float32Array | Int32Array => {
    const [buffer, start] = [buffers[at] as Buffer, 4 * (starts[at] as number)];
    const type = buffer.dtype === "i32" ? Int32Array : Float32Array;
    return new type(memory.buffer, start, entriesOf(buffer));
  };
  const guards = (): Int32Array[] =>
    [0, ...starts.map((start, at) => start + entriesOf(buffers[at] as Buffer))].map(
      (start) => new Int32Array(memory.buffer, 4 * start, guard),
    );
  return { run: instance.exports.run as () => void, view, guards };
}

/** What code gives, made for a machine of which nothing is known. Throws `RangeError` where the code for another gives other bits. */
export function onEachMachine(run: (machine: Machine) => Contents): Contents {
  const results = run(anyMachine);
  const wide = run({ ...anyMachine, wideVectors: true });
  results.forEach((buffer, at) => {
    const [bits, others] = [buffer, wide[at] as Contents[number]].map(
      ({ buffer: bytes }) => new Int32Array(bytes as ArrayBuffer),
    );
    if (bits?.some((word, place) => word !== others?.[place]))
      throw new RangeError(`wide vectors give other bits in buffer ${at}`);
  });
  return results;
}

export function runNest(nest: Nest, buffers: readonly Buffer[], contents: Contents): Contents {
  return onEachMachine((machine) => runFor(machine, nest, buffers, contents));
}

function runFor(machine: Machine, nest: Nest, buffers: readonly Buffer[], contents: Contents): Contents {
  const { run, view, guards } = prepare(machine, nest, buffers);
  for (const [at, values] of contents.entries()) view(at).set(values);
  for (const words of guards()) words.fill(untouched);
  run();
  if (guards().some((words) => words.some((word) => word !== untouched)))
    throw new RangeError("the nest wrote beside its buffers");
  return buffers.map((_, at) => view(at).slice());
}

export function evaluateNest(nest: Nest, contents: Contents): readonly Float64Array[] {
  const memory = contents.map((values) => Float64Array.from(values));
  evaluateKernel(nest, { memory });
  return memory;
}

/** The first entry that differs by more than float32 rounding of the largest one, as text; undefined where none does. */
export function difference(actual: Contents, expected: readonly Float64Array[], tolerance = 1e-4): string | undefined {
  for (const [at, values] of expected.entries()) {
    const finite = values.filter(Number.isFinite);
    const allowed = tolerance * (1 + finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
    const whole = actual[at] instanceof Int32Array;
    for (const [entry, exact] of values.entries()) {
      // The smallest whole number stands for minus infinity.
      const value = whole ? Math.max(exact, -(2 ** 31)) : exact;
      const found = (actual[at] as Float32Array)[entry] as number;
      const same = Object.is(found, value) || found === value || Math.abs(found - value) <= allowed;
      if (!same) return `buffer ${at}, entry ${entry}: ${found} for ${value}`;
    }
  }
  return undefined;
}

/** How generated code and reference differ. Iterations that need no work may be left out or not. */
export function disagreement({ nest, buffers, contents }: Sample): string | undefined {
  const actual = runNest(nest, buffers, contents);
  const { skip, ...whole } = nest;
  const found = difference(actual, evaluateNest(nest, contents));
  return found === undefined || skip === undefined ? found : difference(actual, evaluateNest(whole, contents));
}

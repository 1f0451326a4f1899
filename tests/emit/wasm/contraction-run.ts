// Runs a contraction as generated code and by the float64 reference, on the same memory.
import type { Machine } from "../../../src/compiler/emit/wasm/assembler.ts";
import { emitContraction, scratchBytes } from "../../../src/compiler/emit/wasm/contraction.ts";
import { moduleBuilder } from "../../../src/compiler/emit/wasm/module-builder.ts";
import { evaluateKernel } from "../../../src/compiler/loops/evaluate.ts";
import type { Buffer, Contraction } from "../../../src/compiler/loops/kernel.ts";
import { operandsOf } from "../../../src/compiler/loops/operands.ts";
import { type Contents, entriesOf, onEachMachine } from "./nest-run.ts";

const guardBytes = 64;
const untouched = 0x7f;
const pageBytes = 65536;

/** One for all runs: every memory reserves gigabytes of addresses. */
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1024 });

/**
 * What the buffers hold after the generated code has run. Throws `RangeError` where it wrote beside them, or where the code for wide
 * vectors gives other bits.
 */
export function runContraction(contraction: Contraction, buffers: readonly Buffer[], contents: Contents): Contents {
  return onEachMachine((machine) => runFor(machine, contraction, buffers, contents));
}

function runFor(machine: Machine, contraction: Contraction, buffers: readonly Buffer[], contents: Contents): Contents {
  const starts: number[] = [];
  let end = guardBytes;
  for (const buffer of buffers) {
    starts.push(end);
    end += 4 * entriesOf(buffer) + guardBytes;
  }
  const [scratch, scratchEnd] = [end, end + scratchBytes(contraction, machine)];
  const more = Math.ceil((scratchEnd + guardBytes - memory.buffer.byteLength) / pageBytes);
  if (more > 0) memory.grow(more);
  const bytes = new Uint8Array(memory.buffer, 0, scratchEnd + guardBytes).fill(untouched);
  const views = buffers.map((buffer, at) => {
    const type = buffer.dtype === "i32" ? Int32Array : Float32Array;
    return new type(memory.buffer, starts[at] as number, entriesOf(buffer));
  });
  views.forEach((view, at) => {
    view.set(contents[at] as Float32Array);
  });
  codeOf(machine, contraction, buffers, { starts, scratch })();
  const results = views.map((view) => view.slice());
  views.forEach((view, at) => {
    bytes.fill(untouched, starts[at] as number, (starts[at] as number) + view.byteLength);
  });
  bytes.fill(untouched, scratch, scratchEnd);
  if (bytes.some((byte) => byte !== untouched)) throw new RangeError("the contraction wrote beside its buffers");
  return results;
}

function codeOf(
  machine: Machine,
  contraction: Contraction,
  buffers: readonly Buffer[],
  { starts, scratch }: { readonly starts: readonly number[]; readonly scratch: number },
): () => void {
  const module = moduleBuilder(machine);
  module.importMemory("host", "memory", { initialPages: 1, maximumPages: 1024, shared: false });
  const target = emitContraction(module, "contraction", contraction, buffers);
  module.function(
    "run",
    [],
    [],
    (f) => {
      for (const { buffer } of operandsOf(contraction)) f.i32(starts[buffer] as number);
      if (scratchBytes(contraction, machine) > 0) f.i32(scratch);
      f.call(target);
    },
    { exported: true },
  );
  return new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { host: { memory } }).exports.run as () => void;
}

export function evaluateContraction(contraction: Contraction, contents: Contents): readonly Float64Array[] {
  const memory = contents.map((values) => Float64Array.from(values));
  evaluateKernel(contraction, { memory });
  return memory;
}

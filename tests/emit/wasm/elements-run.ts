// Runs element functions as generated code: a module with one function that walks over arrays, four lanes or one at a time.
import type { FunctionBuilder, Local } from "../../../src/compiler/emit/wasm/assembler.ts";
import { moduleBuilder } from "../../../src/compiler/emit/wasm/module-builder.ts";
import type { DType } from "../../../src/compiler/ir/graph.ts";

export type Values = Float32Array | Int32Array;

const pageBytes = 65536;

/**
 * Applies the code that `body` writes to every entry. `inputs` have equal lengths, a multiple of 4; `scalars` become i32
 * parameters, handed to `prologue`, which runs before the loop. `body` gets an f32, i32 or v128 local for each input.
 */
export async function runElementwise<State>(options: {
  readonly lanes: 4 | 1;
  readonly inputs: readonly Values[];
  readonly output: DType;
  readonly scalars?: readonly number[];
  readonly prologue: (f: FunctionBuilder, scalars: readonly Local[]) => State;
  readonly body: (f: FunctionBuilder, operands: readonly Local[], state: State) => void;
}): Promise<Values> {
  const { lanes, inputs, output, scalars = [], prologue, body } = options;
  const count = inputs[0]?.length ?? 0;
  const pages = Math.ceil((4 * count * (inputs.length + 1)) / pageBytes);
  const module = moduleBuilder();
  module.importMemory("host", "memory", { initialPages: pages, maximumPages: pages, shared: false });
  module.function(
    "run",
    scalars.map(() => "i32" as const),
    [],
    (f) => {
      const state = prologue(f, f.params);
      const at = f.local("i32");
      const typeOf = (dtype: DType) => (lanes === 4 ? "v128" : dtype);
      f.loop((label) => {
        const operands = inputs.map((values, input) => {
          const dtype = values instanceof Int32Array ? "i32" : "f32";
          const operand = f.local(typeOf(dtype));
          f.get(at);
          f.memory(`${typeOf(dtype)}.load`, 4 * count * input);
          f.set(operand);
          return operand;
        });
        f.get(at);
        body(f, operands, state);
        f.memory(`${typeOf(output)}.store`, 4 * count * inputs.length);
        f.get(at);
        f.i32(4 * lanes);
        f.op("i32.add");
        f.tee(at);
        f.i32(4 * count);
        f.op("i32.lt_s");
        f.branchIf(label);
      });
    },
    { exported: true },
  );
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  inputs.forEach((values, input) => {
    const target = values instanceof Int32Array ? Int32Array : Float32Array;
    new target(memory.buffer, 4 * count * input, count).set(values);
  });
  const { instance } = await WebAssembly.instantiate(module.finish(), { host: { memory } });
  (instance.exports.run as (...values: readonly number[]) => void)(...scalars);
  const view = output === "i32" ? Int32Array : Float32Array;
  return new view(memory.buffer, 4 * count * inputs.length, count).slice();
}

// Kernel programs made by hand, run on the device and by the float64 reference.
import { expect } from "vitest";
import type { DeviceProfile } from "../../../src/compiler/emit/wgsl/program.ts";
import { evaluateProgram } from "../../../src/compiler/loops/evaluate.ts";
import type { Access, Buffer, Instruction, Kernel, KernelProgram, Nest, Store } from "../../../src/compiler/loops/kernel.ts";
import { elementCount } from "../../../src/runtime/executors/feeds.ts";
import { buffersOn, fromDevice } from "../../../src/runtime/executors/webgpu/buffers.ts";
import { instantiate } from "../../../src/runtime/executors/webgpu/compile.ts";
import { nodeDevice } from "../../../src/runtime/executors/webgpu/index.ts";
import { submitStep } from "../../../src/runtime/executors/webgpu/run.ts";
import { variablesOn } from "../../../src/runtime/executors/webgpu/variables.ts";
import { wave } from "../../executors/samples.ts";

export const at = (buffer: number, strides: readonly number[], more: Partial<Access> = {}): Access => ({
  buffer,
  offset: 0,
  strides,
  ...more,
});
export const load = (
  buffer: number,
  strides: readonly number[],
  more: Partial<Access> = {},
  dtype: "f32" | "i32" = "f32",
): Instruction => ({
  op: "load",
  access: at(buffer, strides, more),
  dtype,
});
export const apply = (name: string, ...inputs: number[]): Instruction => ({
  op: "apply",
  name,
  inputs,
  dtype: "f32",
  attributes: {},
});
export const reduce = (name: "sum" | "max", input: number): Instruction => ({ op: "reduce", name, input, dtype: "f32" });
export const constant = (value: number): Instruction => ({ op: "constant", value, dtype: "f32" });
export const set = (access: Access, value: number): Store => ({ access, value, mode: "set" });
export const add = (access: Access, value: number): Store => ({ access, value, mode: "add" });

export const nest = (
  sizes: readonly number[],
  body: readonly Instruction[],
  stores: readonly Store[],
  fills: Nest["fills"] = [],
): Nest => ({ kind: "nest", sizes, body, stores, fills, path: "test" });

type Declared = readonly [kind: Buffer["kind"], shape: readonly number[], dtype?: "f32" | "i32"];

/** Buffers are named by their number; those of kind `output` are the outputs. */
export function program(declared: readonly Declared[], kernels: readonly Kernel[]): KernelProgram {
  const buffers = declared.map(
    ([kind, shape, dtype = "f32"], number): Buffer => ({
      kind,
      name: String(number),
      dtype,
      shape,
      path: "",
      ...(kind === "constant" ? { values: numbers(shape, number) } : {}),
    }),
  );
  const outputs = Object.fromEntries(
    buffers.flatMap(({ kind }, number) => (kind === "output" ? [[String(number), number]] : [])),
  );
  return { name: "test", buffers, kernels, outputs, copies: [] };
}

function numbers(shape: readonly number[], phase: number): Float32Array {
  return Float32Array.from(wave(elementCount(shape), 0.3 + phase));
}

export interface RunOptions {
  readonly profile?: Partial<DeviceProfile>;
  /** Values of inputs and variables by number; others are waves (i32: whole numbers around 0). */
  readonly given?: Readonly<Record<string, ArrayLike<number>>>;
}

type Values = Record<string, ArrayLike<number>>;

function valuesOf({ buffers }: KernelProgram, { given = {} }: RunOptions): Values {
  return Object.fromEntries(
    buffers.flatMap(({ kind, shape, dtype }, number) => {
      if (kind !== "input" && kind !== "variable") return [];
      const made = numbers(shape, number);
      return [
        [String(number), given[number] ?? (dtype === "i32" ? Int32Array.from(made, (value) => Math.round(6 * value)) : made)],
      ];
    }),
  );
}

/** Outputs and variables after a run on the device, by number. */
export async function runOnDevice(
  made: KernelProgram,
  options: RunOptions = {},
): Promise<Record<string, Float32Array | Int32Array>> {
  const open = await nodeDevice();
  const buffers = buffersOn(open.device);
  const variables = variablesOn(buffers);
  const values = valuesOf(made, options);
  const tensors = made.buffers.flatMap(({ kind, shape, dtype }, number) => {
    if (kind !== "input" && kind !== "variable") return [];
    const array = values[number] ?? [];
    const data = dtype === "i32" ? Int32Array.from(array) : Float32Array.from(array);
    return [{ name: String(number), kind, value: { dtype, shape, data } }];
  });
  for (const { name, kind, value } of tensors) if (kind === "variable") variables.write(name, value);
  const context = { open: { ...open, profile: { ...open.profile, ...options.profile } }, buffers, variables };
  const compiled = await instantiate(context, made);
  const lookUp = (): never => {
    throw new Error("no host function is called");
  };
  const outputs = Object.entries(made.outputs).map(([name, number]) => ({
    name,
    bytes: 4 * elementCount(made.buffers[number]?.shape ?? []),
  }));
  const feeds = Object.fromEntries(tensors.map(({ name, value }) => [name, value]));
  const staging = await submitStep({ ...context, lookUp }, compiled, feeds, outputs);
  const total = outputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const read = staging === undefined ? new ArrayBuffer(0) : await buffers.readStaging(staging, total);
  const results: Record<string, Float32Array | Int32Array> = {};
  let offset = 0;
  for (const { name, bytes } of outputs) {
    const { dtype, shape } = made.buffers[Number(name)] as Buffer;
    results[name] = fromDevice(read, offset, dtype, shape).data as Float32Array;
    offset += bytes;
  }
  for (const name of variables.table.keys()) results[name] = (await variables.read(name)).data as Float32Array;
  compiled.release();
  variables.clear();
  buffers.clear();
  expect(buffers.alive()).toBe(0);
  return results;
}

/** Runs a program in both ways and compares outputs and variables. */
export async function expectSame(made: KernelProgram, options: RunOptions & { readonly tolerance?: number } = {}): Promise<void> {
  const values = valuesOf(made, options);
  const { outputs, variables } = evaluateProgram(made, { inputs: values, variables: values });
  const actual = await runOnDevice(made, options);
  for (const [name, expected] of Object.entries({ ...outputs, ...variables })) {
    const found = actual[name];
    const size = expected.reduce((most, entry) => (Number.isFinite(entry) ? Math.max(most, Math.abs(entry)) : most), 1);
    expected.forEach((entry, place) => {
      const got = found?.[place] ?? Number.NaN;
      const near = Math.abs(got - entry) <= (options.tolerance ?? 1e-5) * size;
      if (!near && !Object.is(got, entry)) expect.fail(`buffer ${name}, entry ${place}: ${got} should be ${entry}`);
    });
  }
}

// The float64 reference of the fused-loop IR: runs a kernel program as its definitions say, slowly. Lowering, scheduling and
// the emitters are tested against it.
import type { Node } from "../ir/graph.ts";
import { normalFromBits, threefry2x32, uniformFromBits } from "../ir/random.ts";
import { operation } from "../ops/index.ts";
import type { HostExtension, Reference, ReferenceContext } from "../ops/operation.ts";
import type { Access, Contraction, HostCall, Instruction, Kernel, KernelProgram, Nest } from "./kernel.ts";
import { variesAlongInnermost } from "./levels.ts";

export interface ProgramState {
  /** One array a buffer. */
  readonly memory: readonly Float64Array[];
  readonly extensions?: Readonly<Record<string, HostExtension>>;
}

const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);

/** Fresh memory for a program: constants in place, everything else not a number, so that a read before a write shows. */
export function newMemory(program: KernelProgram): Float64Array[] {
  return program.buffers.map(({ kind, shape, values }) =>
    kind === "constant" && values !== undefined ? Float64Array.from(values) : new Float64Array(product(shape)).fill(Number.NaN),
  );
}

/** Runs a program once; inputs and variables by name. Throws `RangeError` where one is absent. */
export function evaluateProgram(
  program: KernelProgram,
  given: {
    readonly inputs: Readonly<Record<string, ArrayLike<number>>>;
    readonly variables: Readonly<Record<string, ArrayLike<number>>>;
    readonly extensions?: Readonly<Record<string, HostExtension>>;
  },
): { readonly outputs: Record<string, Float64Array>; readonly variables: Record<string, Float64Array> } {
  const memory = newMemory(program);
  program.buffers.forEach(({ kind, name = "" }, at) => {
    if (kind !== "input" && kind !== "variable") return;
    const values = kind === "input" ? given.inputs[name] : given.variables[name];
    if (values !== undefined) memory[at]?.set(values);
    else if (kind === "input") throw new RangeError(`the input ${name} is not given`);
  });
  for (const kernel of program.kernels)
    evaluateKernel(kernel, { memory, ...(given.extensions && { extensions: given.extensions }) });
  for (const { variable, from } of program.copies) memory[variable]?.set(memory[from] as Float64Array);
  const variables: Record<string, Float64Array> = {};
  program.buffers.forEach(({ kind, name = "" }, at) => {
    if (kind === "variable") variables[name] = memory[at] as Float64Array;
  });
  const outputs = Object.fromEntries(Object.entries(program.outputs).map(([name, at]) => [name, memory[at] as Float64Array]));
  return { outputs, variables };
}

/** Runs one kernel; `iterations` are the numbers of the enclosing loops' iterations, outermost first. */
export function evaluateKernel(kernel: Kernel, state: ProgramState, iterations: readonly number[] = []): void {
  switch (kernel.kind) {
    case "loop":
      for (let count = 0; count < kernel.iterations; count += 1) {
        const iteration = kernel.reverse ? kernel.iterations - 1 - count : count;
        for (const each of kernel.body) evaluateKernel(each, state, [...iterations, iteration]);
      }
      return;
    case "host":
      evaluateHost(kernel, state);
      return;
    default:
      evaluateLoops(kernel, state, iterations);
  }
}

function evaluateHost({ name, attributes, inputs, output }: HostCall, { memory, extensions = {} }: ProgramState): void {
  const values = inputs.map(({ buffer, shape, dtype }): Reference => ({ shape, dtype, data: memory[buffer] as Float64Array }));
  const target = memory[output] as Float64Array;
  const node = { op: "extension", inputs: [], attributes, shape: attributes.sizes as readonly number[], dtype: "f32" } as const;
  const context: ReferenceContext = {
    runBody: () => {
      throw new RangeError("a host function has no body");
    },
    extension: (wanted) => {
      const found = extensions[wanted];
      if (found === undefined) throw new RangeError(`no extension is registered as ${name}`);
      return found;
    },
  };
  const result = operation("extension").reference(values, { ...node, origin: { span: undefined, path: "" } }, context);
  target.set((Array.isArray(result) ? result[0] : (result as Reference)).data);
}

function evaluateLoops(kernel: Nest | Contraction, state: ProgramState, iterations: readonly number[]): void {
  const { memory } = state;
  const at = (access: Access, index: readonly number[]): number => {
    const moved = (access.steps ?? []).reduce(
      (total, step, depth) => total + step * (iterations[depth] as number),
      access.offset,
    );
    const place = access.strides.reduce((total, stride, loop) => total + stride * (index[loop] ?? 0), moved);
    const { length } = memory[access.buffer] as Float64Array;
    if (place < 0 || place >= length) throw new RangeError(`entry ${place} of a buffer of ${length} (${kernel.path})`);
    return place;
  };
  const read = (access: Access, index: readonly number[], by = 0): number =>
    memory[access.buffer]?.[at(by === 0 ? access : { ...access, offset: access.offset + by }, index)] as number;
  for (const { buffer, value } of kernel.fills) memory[buffer]?.fill(value);

  const varies = variesAlongInnermost(kernel);
  const last = kernel.sizes.length - 1;
  const inner = kernel.sizes[last] ?? 1;
  const outer = kernel.sizes.slice(0, -1);
  for (let row = 0; row < product(outer); row += 1) {
    const index = unravel(row, outer);
    const place = (column: number): readonly number[] => (last < 0 ? [] : [...index, column]);
    const values: Float64Array[] = [];
    for (const instruction of kernel.body) {
      const entry = (column: number): number =>
        evaluate(instruction, place(column), (input) => values[input]?.[column] as number);
      values.push(
        instruction.op === "reduce"
          ? reduced(instruction, values, inner)
          : Float64Array.from({ length: inner }, (_, column) => entry(column)),
      );
    }
    const left = isSkipped(kernel, read, index);
    for (const [order, { access, value, mode, index: moved }] of kernel.stores.entries()) {
      if (left && mode !== "set") continue;
      const everywhere =
        varies[value] === true || (access.strides[last] ?? 0) !== 0 || (moved !== undefined && varies[moved.value] === true);
      for (let column = 0; column < (everywhere ? inner : 1); column += 1) {
        const by = moved === undefined ? 0 : moved.stride * clamp(values[moved.value]?.[column] as number, moved.size);
        const to = at({ ...access, offset: access.offset + by }, place(column));
        const target = memory[access.buffer] as Float64Array;
        const found = left ? (kernel.skip?.values[order] as number) : (values[value]?.[column] as number);
        if (mode === "set") target[to] = found;
        else if (mode === "add") target[to] = (target[to] as number) + found;
        else target[to] = Math.max(target[to] as number, found);
      }
    }
  }

  function evaluate(instruction: Instruction, index: readonly number[], value: (input: number) => number): number {
    switch (instruction.op) {
      case "constant":
        return instruction.value;
      case "index":
        return index[instruction.loop] as number;
      case "load":
        return read(instruction.access, index);
      case "lookup":
        return read(instruction.access, index, instruction.stride * clamp(value(instruction.index), instruction.size));
      case "apply":
        return applied(
          instruction.name,
          instruction,
          instruction.inputs.map((input) => [value(input), kernel.body[input]?.dtype]),
        );
      case "random":
        return drawn(instruction, index, value);
      case "product":
        return summed(kernel as Contraction, read, index);
      case "reduce":
        throw new RangeError("a reduction has a value for the row only");
    }
  }
}

/** Whether a row's iterations are left out. A contraction may also leave out terms of its sum, which are zero. */
function isSkipped(
  { sizes, skip }: Nest | Contraction,
  read: (access: Access, index: readonly number[]) => number,
  index: readonly number[],
): boolean {
  if (skip === undefined || skip.loop >= sizes.length - 1) return false;
  return (index[skip.loop] as number) >= read(skip.lengths, index);
}

function reduced(
  { name, input }: Extract<Instruction, { op: "reduce" }>,
  values: readonly Float64Array[],
  inner: number,
): Float64Array {
  const entries = values[input] as Float64Array;
  const result = new Float64Array(inner);
  if (name === "sum") return result.fill(entries.reduce((total, entry) => total + entry, 0));
  const largest = entries.reduce((most, entry) => Math.max(most, entry), Number.NEGATIVE_INFINITY);
  return result.fill(name === "max" ? largest : Math.max(entries.indexOf(largest), 0));
}

/** One entry by the primitive's own definition. */
function applied(
  name: string,
  { attributes, dtype }: Extract<Instruction, { op: "apply" }>,
  inputs: readonly (readonly [number, Reference["dtype"] | undefined])[],
): number {
  const values = inputs.map(([entry, type = "f32"]): Reference => ({ shape: [], dtype: type, data: Float64Array.of(entry) }));
  const node: Node<number> = { op: name, inputs: [], attributes, shape: [], dtype, origin: { span: undefined, path: "" } };
  const context: ReferenceContext = {
    runBody: () => {
      throw new RangeError(`${name} has no body`);
    },
    extension: () => {
      throw new RangeError(`${name} calls no host function`);
    },
  };
  const result = operation(name).reference(values, node, context) as Reference;
  return result.data[0] as number;
}

function drawn(
  { distribution, key, seed, step, first, second, base }: Extract<Instruction, { op: "random" }>,
  index: readonly number[],
  value: (input: number) => number,
): number {
  const along = (strides: readonly number[]): number =>
    strides.reduce((total, stride, loop) => total + stride * (index[loop] ?? 0), 0);
  const start = base === undefined ? [0, 0] : base.map(value);
  const [k0, k1] = threefry2x32(value(seed) >>> 0, key >>> 0, value(step) >>> 0, 0);
  const bits = threefry2x32(k0, k1, (along(first) + (start[0] as number)) >>> 0, (along(second) + (start[1] as number)) >>> 0);
  return distribution === "normal" ? normalFromBits(...bits) : uniformFromBits(bits[0]);
}

function summed(
  { contracted, left, right }: Contraction,
  read: (access: Access, index: readonly number[]) => number,
  index: readonly number[],
): number {
  let total = 0;
  for (let k = 0; k < product(contracted); k += 1) {
    const place = [...index, ...unravel(k, contracted)];
    total += read(left, place) * read(right, place);
  }
  return total;
}

const clamp = (index: number, size: number): number => Math.min(Math.max(index, 0), size - 1);

function unravel(at: number, sizes: readonly number[]): number[] {
  const index = new Array<number>(sizes.length);
  let rest = at;
  for (let loop = sizes.length - 1; loop >= 0; loop -= 1) {
    index[loop] = rest % (sizes[loop] as number);
    rest = Math.floor(rest / (sizes[loop] as number));
  }
  return index;
}

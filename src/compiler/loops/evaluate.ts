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
  const at = (access: Access, index: readonly number[], by = 0): number => {
    const place = started(access, iterations) + along(access.strides, index) + by;
    const { length } = memory[access.buffer] as Float64Array;
    if (place < 0 || place >= length) throw new RangeError(`entry ${place} of a buffer of ${length} (${kernel.path})`);
    return place;
  };
  const read: Read = (access, index, by = 0) => memory[access.buffer]?.[at(access, index, by)] as number;
  for (const { buffer, value } of kernel.fills) memory[buffer]?.fill(value);

  const varies = variesAlongInnermost(kernel);
  const last = kernel.sizes.length - 1;
  const inner = kernel.sizes[last] ?? 1;
  const outer = kernel.sizes.slice(0, -1);
  const rows = product(outer);
  for (let row = 0; row < rows; row += 1) {
    const index = unravel(row, outer);
    const place = (column: number): readonly number[] => (last < 0 ? [] : [...index, column]);
    const values: Float64Array[] = [];
    for (const instruction of kernel.body) values.push(evaluate(instruction, values, place));
    const left = isSkipped(kernel, read, index);
    for (const [order, { access, value, mode, index: moved }] of kernel.stores.entries()) {
      if (left && mode !== "set") continue;
      const everywhere =
        varies[value] === true || (access.strides[last] ?? 0) !== 0 || (moved !== undefined && varies[moved.value] === true);
      for (let column = 0; column < (everywhere ? inner : 1); column += 1) {
        const by = moved === undefined ? 0 : moved.stride * clamp(values[moved.value]?.[column] as number, moved.size);
        const to = at(access, place(column), by);
        const target = memory[access.buffer] as Float64Array;
        const found = left ? (kernel.skip?.values[order] as number) : (values[value]?.[column] as number);
        if (mode === "set") target[to] = found;
        else if (mode === "add") target[to] = (target[to] as number) + found;
        else target[to] = Math.max(target[to] as number, found);
      }
    }
  }

  /** An instruction's entries in a row, from those of the instructions before it. */
  function evaluate(instruction: Instruction, values: readonly Float64Array[], place: Place): Float64Array {
    if (instruction.op === "reduce") return reduced(instruction, values, inner);
    if (instruction.op === "apply") return applied(instruction, values, kernel.body, inner);
    const result = new Float64Array(inner);
    if (instruction.op === "constant") return result.fill(instruction.value);
    for (let column = 0; column < inner; column += 1) result[column] = entryOf(instruction, values, place(column), column);
    return result;
  }

  function entryOf(
    instruction: Exclude<Instruction, { op: "reduce" | "apply" | "constant" }>,
    values: readonly Float64Array[],
    index: readonly number[],
    column: number,
  ): number {
    const value = (input: number): number => values[input]?.[column] as number;
    switch (instruction.op) {
      case "index":
        return index[instruction.loop] as number;
      case "load":
        return read(instruction.access, index);
      case "lookup":
        return read(instruction.access, index, instruction.stride * clamp(value(instruction.index), instruction.size));
      case "random":
        return drawn(instruction, index, value);
      case "product":
        return summed(kernel as Contraction, read, index);
    }
  }
}

/** The index of a column of a row, one number for each loop. */
type Place = (column: number) => readonly number[];
/** The entry at an index, moved by so many entries. */
type Read = (access: Access, index: readonly number[], by?: number) => number;

/** Where an access begins in this iteration of the enclosing loops. */
function started({ offset, steps }: Access, iterations: readonly number[]): number {
  return steps === undefined ? offset : offset + along(steps, iterations);
}

function along(strides: readonly number[], index: readonly number[]): number {
  let total = 0;
  for (let loop = 0; loop < strides.length; loop += 1) total += (strides[loop] as number) * (index[loop] ?? 0);
  return total;
}

/** Whether a row's iterations are left out. A contraction may also leave out terms of its sum, which are zero. */
function isSkipped({ sizes, skip }: Nest | Contraction, read: Read, index: readonly number[]): boolean {
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

/** A row's entries by the primitive's own definition. */
function applied(
  { name, inputs, attributes, dtype }: Extract<Instruction, { op: "apply" }>,
  values: readonly Float64Array[],
  body: readonly Instruction[],
  inner: number,
): Float64Array {
  const shape = [inner];
  const given = inputs.map((input): Reference => {
    return { shape, dtype: body[input]?.dtype ?? "f32", data: values[input] as Float64Array };
  });
  const node: Node<number> = { op: name, inputs: [], attributes, shape, dtype, origin: { span: undefined, path: "" } };
  const context: ReferenceContext = {
    runBody: () => {
      throw new RangeError(`${name} has no body`);
    },
    extension: () => {
      throw new RangeError(`${name} calls no host function`);
    },
  };
  return Float64Array.from((operation(name).reference(given, node, context) as Reference).data);
}

function drawn(
  { distribution, key, seed, step, first, second, base }: Extract<Instruction, { op: "random" }>,
  index: readonly number[],
  value: (input: number) => number,
): number {
  const start = base === undefined ? [0, 0] : base.map(value);
  const [k0, k1] = threefry2x32(value(seed) >>> 0, key >>> 0, value(step) >>> 0, 0);
  const bits = threefry2x32(
    k0,
    k1,
    (along(first, index) + (start[0] as number)) >>> 0,
    (along(second, index) + (start[1] as number)) >>> 0,
  );
  return distribution === "normal" ? normalFromBits(...bits) : uniformFromBits(bits[0]);
}

function summed({ contracted, left, right }: Contraction, read: Read, index: readonly number[]): number {
  const terms = product(contracted);
  const place = [...index, ...contracted.map(() => 0)];
  let total = 0;
  for (let k = 0; k < terms; k += 1) {
    total += read(left, place) * read(right, place);
    advance(place, index.length, contracted);
  }
  return total;
}

/** The next of the contracted loops' indices, which begin at `first`; the last loop runs fastest. */
function advance(place: number[], first: number, sizes: readonly number[]): void {
  for (let loop = sizes.length - 1; loop >= 0; loop -= 1) {
    const next = (place[first + loop] as number) + 1;
    place[first + loop] = next === sizes[loop] ? 0 : next;
    if (next !== sizes[loop]) return;
  }
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

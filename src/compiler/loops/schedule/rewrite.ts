// A part of a kernel's work as a kernel of its own: fewer iterations of the chosen loop, accesses from the part's first
// entry on. Serves chunks, which share their kernels, and pieces, which have each their own.
import type { Access, Contraction, Instruction, Kernel, Nest } from "../kernel.ts";
import type { Alignment, Fill } from "./align.ts";
import { movedBy } from "./views.ts";

/** What is known of the part that kernels are rewritten for. */
export interface Part {
  /** Entries of the chunked axis that the part has. */
  readonly count: number;
  /** The access as it is in the part; `moved`: elements that it moves for each entry. */
  place(access: Access, moved: number): Access;
  /** As `place` for the movement by an index, in elements of that buffer. */
  stride(buffer: number, stride: number): number;
  /** The first entry's number times `factor`, as an i32 row value, in a kernel of so many loops. */
  start(factor: number, loops: number): Instruction;
  /** The kernel that fills the part of a buffer. */
  fill(fill: Fill): Nest;
}

/** The kernels that do the part of `kernel` that its alignment cuts out. */
export function partOf(kernel: Kernel, alignment: Alignment, part: Part): readonly Kernel[] {
  const before = alignment.pending.map((fill) => part.fill(fill));
  if (alignment.kind === "loop" && kernel.kind === "loop") {
    const body = kernel.body.flatMap((inner, at) => {
      const own = alignment.bodies[at];
      return own === undefined ? [] : partOf(inner, own, part);
    });
    return [...before, { ...kernel, body }];
  }
  if (alignment.kind === "loop" || kernel.kind === "loop" || kernel.kind === "host") {
    throw new RangeError("an alignment belongs to another kernel");
  }
  return [...before, ...kernel.fills.map((fill) => part.fill(fill)), leafPart(kernel, alignment, part)];
}

function leafPart(
  { skip, ...whole }: Nest | Contraction,
  { chunked, skips }: Extract<Alignment, { kind: "leaf" }>,
  part: Part,
): Nest | Contraction {
  const place = (access: Access): Access => part.place(access, movedBy(access, chunked));
  const kernel = skips && skip !== undefined ? { ...whole, skip: { ...skip, lengths: place(skip.lengths) } } : whole;
  const shorten = (sizes: readonly number[], loop: number): readonly number[] =>
    sizes.map((size, at) => (at === loop ? part.count : size));
  const { body, numbers } = bodyPart(kernel, chunked, part, place);
  const stores = kernel.stores.map(({ access, value, mode, index }) => {
    const store = { access: place(access), value: numbers[value] as number, mode };
    if (index === undefined) return store;
    const stride = part.stride(access.buffer, index.stride);
    return { ...store, index: { ...index, value: numbers[index.value] as number, stride } };
  });
  const sizes = shorten(kernel.sizes, chunked);
  if (kernel.kind === "nest") return { ...kernel, sizes, body, stores, fills: [] };
  const contracted = shorten(kernel.contracted, chunked - kernel.sizes.length);
  return { ...kernel, sizes, contracted, body, stores, fills: [], left: place(kernel.left), right: place(kernel.right) };
}

/** The body, and for each of its instructions the number that it now has. */
function bodyPart(kernel: Nest | Contraction, chunked: number, part: Part, place: (access: Access) => Access) {
  const body: Instruction[] = [];
  const numbers: number[] = [];
  const add = (instruction: Instruction): number => body.push(instruction) - 1;
  const moved = (input: number): number => numbers[input] as number;
  /** The first entry's number times `factor`, added to instruction `to` if there is one. */
  const startPlus = (factor: number, to: number | undefined): number => {
    const start = add(part.start(factor, kernel.sizes.length));
    if (to === undefined) return start;
    return add({ op: "apply", name: "add", inputs: [start, to], dtype: "i32", attributes: {} });
  };
  for (const instruction of kernel.body) {
    switch (instruction.op) {
      case "load":
        numbers.push(add({ ...instruction, access: place(instruction.access) }));
        break;
      case "lookup": {
        const { access, index, stride } = instruction;
        const own = { access: place(access), index: moved(index), stride: part.stride(access.buffer, stride) };
        numbers.push(add({ ...instruction, ...own }));
        break;
      }
      case "apply":
        numbers.push(add({ ...instruction, inputs: instruction.inputs.map(moved) }));
        break;
      case "reduce":
        numbers.push(add({ ...instruction, input: moved(instruction.input) }));
        break;
      case "index":
        numbers.push(instruction.loop === chunked ? startPlus(1, add(instruction)) : add(instruction));
        break;
      case "random": {
        const { seed, step, first, second, base } = instruction;
        const random = { ...instruction, seed: moved(seed), step: moved(step) };
        const [one, two] = [first, second].map((strides) => strides[chunked] ?? 0) as [number, number];
        const old = base?.map(moved);
        if (one === 0 && two === 0) numbers.push(add(old === undefined ? random : { ...random, base: old as [number, number] }));
        else numbers.push(add({ ...random, base: [startPlus(one, old?.[0]), startPlus(two, old?.[1])] }));
        break;
      }
      default:
        numbers.push(add(instruction));
    }
  }
  return { body, numbers };
}

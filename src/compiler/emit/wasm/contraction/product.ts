// A contraction in the form that the emitter works on: loops of size 1 gone, loops that walk every operand as one loop would
// merged, batch, row and column loops no longer told apart: what a loop may serve as follows from the strides.
import type { Contraction, Instruction, Skip, Store } from "../../../loops/kernel.ts";
import { variesAlongInnermost } from "../../../loops/levels.ts";
import { operandIndex, operandsOf } from "../../../loops/operands.ts";

/** An access by operand: the parameter of the kernel function that holds the buffer's address. In elements. */
export interface Place {
  readonly operand: number;
  readonly offset: number;
  /** One for each loop of `sizes`. */
  readonly strides: readonly number[];
}

/** One side of the product: also one stride for each contracted loop. */
export interface Factor extends Place {
  readonly contracted: readonly number[];
}

export type ProductInstruction =
  | Exclude<Instruction, { readonly op: "load" | "lookup" | "reduce" }>
  | (Omit<Extract<Instruction, { readonly op: "load" }>, "access"> & { readonly place: Place })
  | (Omit<Extract<Instruction, { readonly op: "lookup" }>, "access"> & { readonly place: Place });

export type ProductStore = Omit<Store, "access"> & { readonly place: Place };

export interface Product {
  readonly sizes: readonly number[];
  readonly contracted: readonly number[];
  readonly left: Factor;
  readonly right: Factor;
  readonly body: readonly ProductInstruction[];
  readonly stores: readonly ProductStore[];
  /** A store goes where an index says: iterations must run in the order of `sizes`, row by row, lane by lane. */
  readonly ordered: boolean;
  readonly skip?: ProductSkip | undefined;
}

/** Iterations that may be left out (`Skip` in loops/kernel.ts). */
export interface ProductSkip {
  /** Of `contracted` where `terms` is set, else of `sizes`. */
  readonly loop: number;
  readonly terms: boolean;
  readonly lengths: Factor;
  /** One for each store. */
  readonly values: readonly number[];
}

export const total = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

/** Entries of a product's sum. */
export const termsOf = (product: Product): number => total(product.contracted);

interface Merged {
  readonly sizes: readonly number[];
  /** For each merged loop the original loop whose strides it has: the innermost of those it is made of. */
  readonly from: readonly number[];
}

/**
 * Loop `outer` and loop `inner` are one where every vector steps along the outer by what it covers along the inner. Where
 * order matters only neighbours merge.
 */
function mergeLoops(sizes: readonly number[], vectors: readonly (readonly number[])[], ordered: boolean): Merged {
  const loops = sizes.map((size, at) => ({ size, at })).filter(({ size }) => size !== 1);
  const fits = (outer: number, inner: number): boolean => {
    const [above, below] = [loops[outer], loops[inner]];
    if (above === undefined || below === undefined || outer === inner || (ordered && inner !== outer + 1)) return false;
    return vectors.every((vector) => vector[above.at] === (vector[below.at] as number) * below.size);
  };
  const mergeOne = (): boolean => {
    for (let outer = 0; outer < loops.length; outer += 1) {
      for (let inner = 0; inner < loops.length; inner += 1) {
        const [above, below] = [loops[outer], loops[inner]];
        if (above === undefined || below === undefined || !fits(outer, inner)) continue;
        loops[inner] = { size: above.size * below.size, at: below.at };
        loops.splice(outer, 1);
        return true;
      }
    }
    return false;
  };
  while (mergeOne());
  return { sizes: loops.map(({ size }) => size), from: loops.map(({ at }) => at) };
}

export function productOf(contraction: Contraction): Product {
  const { sizes, body, stores, left, right } = contraction;
  const depth = sizes.length;
  const varies = variesAlongInnermost(contraction);
  if (stores.some(({ mode, value }) => mode === "add" && varies[value] !== true)) {
    throw new RangeError(`the contraction ${contraction.path} adds up a value that is the same along its innermost loop`);
  }
  const ordered = stores.some(({ index }) => index !== undefined);
  const skip = ordered ? undefined : contraction.skip;
  // A loop whose iterations are left out stays by itself.
  const skipped = skip === undefined ? [] : [strideOne(skip.loop, depth + contraction.contracted.length), skip.lengths.strides];
  const factors = [left.strides, right.strides, ...skipped];
  const vectors = [
    ...factors,
    ...body.flatMap((instruction) => vectorsOf(instruction, depth)),
    ...stores.map(({ access }) => access.strides),
  ];
  const loops = mergeLoops(sizes, vectors, ordered);
  const sums = mergeLoops(
    contraction.contracted,
    factors.map((strides) => contraction.contracted.map((_, at) => strides[depth + at] ?? 0)),
    false,
  );
  const operands = operandsOf(contraction);
  const pick = (strides: readonly number[]): number[] => loops.from.map((at) => strides[at] as number);
  const place = (access: Contraction["left"]): Place => ({
    operand: operandIndex(operands, access),
    offset: access.offset,
    strides: pick(access.strides),
  });
  const factor = (access: Contraction["left"]): Factor => ({
    ...place(access),
    contracted: sums.from.map((at) => access.strides[depth + at] ?? 0),
  });
  const skipOf = ({ loop, lengths, values }: Skip): ProductSkip | undefined => {
    const terms = loop >= depth;
    const found = terms ? sums.from.indexOf(loop - depth) : loops.from.indexOf(loop);
    return found === -1 ? undefined : { loop: found, terms, lengths: factor(lengths), values };
  };
  const translated = (instruction: Instruction): ProductInstruction => {
    switch (instruction.op) {
      case "load":
      case "lookup": {
        const { access, ...rest } = instruction;
        return { ...rest, place: place(access) };
      }
      case "index": {
        const loop = loops.from.indexOf(instruction.loop);
        return loop === -1 ? { op: "constant", value: 0, dtype: "i32" } : { ...instruction, loop };
      }
      case "random":
        return { ...instruction, first: pick(instruction.first), second: pick(instruction.second) };
      case "reduce":
        throw new Error(`the contraction ${contraction.path} has a reduction in its body`);
      default:
        return instruction;
    }
  };
  return {
    sizes: loops.sizes,
    contracted: sums.sizes,
    left: factor(left),
    right: factor(right),
    body: body.map(translated),
    stores: stores.map(({ access, ...rest }) => ({ ...rest, place: place(access) })),
    ordered,
    skip: skip && skipOf(skip),
  };
}

/** The strides of a loop's index itself. */
export const strideOne = (loop: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => (at === loop ? 1 : 0));

/** What an instruction reads linearly in the loops' indices; a loop whose index itself is read merges with no other. */
function vectorsOf(instruction: Instruction, depth: number): readonly (readonly number[])[] {
  switch (instruction.op) {
    case "load":
    case "lookup":
      return [instruction.access.strides];
    case "index":
      return [strideOne(instruction.loop, depth)];
    case "random":
      return [instruction.first, instruction.second];
    default:
      return [];
  }
}

/** The same sums with the sides exchanged: rows become columns. */
export function exchanged(product: Product): Product {
  return { ...product, left: product.right, right: product.left };
}

/** Iterations of a loop; 1 without one. */
export function sizeOf({ sizes }: Product, loop: number | undefined): number {
  return loop === undefined ? 1 : (sizes[loop] as number);
}

/** Whether the terms of a column lie on more pages of memory than the processor keeps translations for. */
export function isSpread({ contracted, right }: Product): boolean {
  const reach = contracted.reduce((sum, size, loop) => sum + (size - 1) * Math.abs(right.contracted[loop] as number), 0);
  return reach > 65536;
}

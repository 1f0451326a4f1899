// Whether a kernel can run chunk by chunk: some loop of it runs along the chunked axis, and along that loop it touches, of
// the buffers that the same segment writes, its own chunk's part alone.
import type { Access, Contraction, Kernel, Loop, Nest } from "../kernel.ts";
import { variesAlongInnermost } from "../levels.ts";
import { accessesOf } from "../operands.ts";
import { alignCopies } from "./align-copies.ts";
import { isLinear } from "./linear.ts";
import { type Extent, movedBy, sameView, staysInside, type View } from "./views.ts";

export interface Fill {
  readonly buffer: number;
  readonly value: number;
}

/** How a kernel runs in chunks. */
export type Alignment = {
  /** Views of the buffers that it writes, and of constant buffers that it is the first to touch. */
  readonly views: ReadonlyMap<number, View>;
  /** Constant buffers that it is the first to touch: to be filled before it. */
  readonly pending: readonly Fill[];
} & (
  | {
      readonly kind: "leaf";
      /** Which of its loops is the chunked axis; -1: none, each chunk runs it whole. */
      readonly chunked: number;
      /** Whether it may still leave out padded rows. */
      readonly skips: boolean;
    }
  | { readonly kind: "loop"; readonly bodies: readonly Alignment[] }
);

/** What alignment asks about the segment so far and about the program. */
export interface AlignContext {
  /** Entries of the chunked axis. */
  readonly length: number;
  viewOf(buffer: number): View | undefined;
  /** The value of a buffer that is constant throughout and whose filling has not been given a place yet. */
  pendingValue(buffer: number): number | undefined;
  /** Whether the segment has read what the buffer held before. */
  wasRead(buffer: number): boolean;
  /** Whether copies of the buffer may be combined after the segment, and whether a single kernel writes it. */
  mayCopy(buffer: number): boolean;
  hasOneWriter(buffer: number): boolean;
  elements(buffer: number): number;
  /** Told of the segment's buffers that could not be read as the kernel reads them. */
  blame(buffer: number): void;
}

/** The alignment of a kernel, or undefined. */
export function align(kernel: Kernel, context: AlignContext): Alignment | undefined {
  if (kernel.kind === "host") return undefined;
  return kernel.kind === "loop" ? alignLoop(kernel, [], context) : alignLeaf(kernel, [], context, true);
}

/**
 * The kernels of a loop's body run in order, again and again, so the first may read what the last has written: all are
 * aligned once to learn the views of what they write, and once more under these views.
 */
function alignLoop(kernel: Loop, outer: readonly number[], context: AlignContext): Alignment | undefined {
  const iterations = [...outer, kernel.iterations];
  const learn = (known: ReadonlyMap<number, View>, wasRead: AlignContext["wasRead"]) => {
    const views = new Map(known);
    const pending: Fill[] = [];
    const bodies: Alignment[] = [];
    for (const inner of kernel.body) {
      const inside: AlignContext = { ...context, wasRead, viewOf: (buffer) => views.get(buffer) ?? context.viewOf(buffer) };
      const found =
        inner.kind === "loop"
          ? alignLoop(inner, iterations, inside)
          : inner.kind === "host"
            ? undefined
            : (alignLeaf(inner, iterations, inside, false) ?? (inner.kind === "nest" ? alignCopies(inner, inside) : undefined));
      if (found === undefined) return undefined;
      for (const [buffer, view] of found.views) views.set(buffer, view);
      pending.push(...found.pending);
      bodies.push({ ...found, pending: [] });
    }
    return { kind: "loop", views, pending, bodies } as const;
  };
  const first = learn(new Map(), context.wasRead);
  if (first === undefined) return undefined;
  const second = learn(first.views, () => false);
  return second === undefined ? undefined : { ...second, pending: first.pending };
}

type Leaf = Nest | Contraction;

function alignLeaf(kernel: Leaf, iterations: readonly number[], context: AlignContext, weigh: boolean): Alignment | undefined {
  for (const chunked of choicesOf(kernel, context.length)) {
    const found = alignAlong(kernel, chunked, iterations, context);
    if (found !== undefined && (!weigh || isWorthCopies(kernel, found, context))) return found;
  }
  return undefined;
}

/**
 * Loops that could be the chunked axis, by their places among `sizes` and then `contracted`: those of exactly its length,
 * outermost first, contracted ones last.
 */
function choicesOf(kernel: Leaf, length: number): readonly number[] {
  const sizes = kernel.kind === "contraction" ? [...kernel.sizes, ...kernel.contracted] : kernel.sizes;
  return sizes.flatMap((size, loop) => (size === length ? [loop] : []));
}

function alignAlong(kernel: Leaf, chunked: number, iterations: readonly number[], context: AlignContext): Alignment | undefined {
  if (!reducesFit(kernel, chunked)) return undefined;
  const views = new Map<number, View>();
  const pending: Fill[] = [];
  const fills = new Map(kernel.fills.map(({ buffer, value }) => [buffer, value]));
  const extentsOf = ({ steps = [] }: Access, moved?: Extent): readonly Extent[] => {
    const extents = steps.map((stride, depth) => ({ size: iterations[depth] ?? 1, stride }));
    return moved === undefined ? extents : [...extents, moved];
  };

  const periodOf = ({ buffer }: Access, stride: number) => ({
    length: context.length,
    stride,
    elements: context.elements(buffer),
  });

  const declare = (buffer: number, view: View): boolean => {
    const known = views.get(buffer) ?? context.viewOf(buffer);
    if (known !== undefined) {
      if (!sameView(known, view)) return false;
      views.set(buffer, view);
      return view.kind === "sliced" || startsNeutral(fills.get(buffer), view);
    }
    const constant = context.pendingValue(buffer);
    if (context.wasRead(buffer)) return false;
    if (view.kind === "partial" && !(context.mayCopy(buffer) && startsNeutral(fills.get(buffer) ?? constant, view))) return false;
    if (constant !== undefined) pending.push({ buffer, value: constant });
    views.set(buffer, view);
    return true;
  };

  const storesFit = kernel.stores.every((store) => {
    const { access, mode } = store;
    const stride = movedBy(access, chunked);
    if (stride !== 0) {
      const moved = store.index === undefined ? undefined : { size: store.index.size, stride: store.index.stride };
      return (
        staysInside(access, kernel.sizes, extentsOf(access, moved), chunked, periodOf(access, stride)) &&
        declare(access.buffer, { kind: "sliced", stride })
      );
    }
    const combine = combinationOf(kernel, chunked, store);
    if (combine === undefined) return false;
    const isStarted = fills.has(access.buffer) || context.pendingValue(access.buffer) !== undefined;
    const isKnown = context.viewOf(access.buffer) !== undefined || views.has(access.buffer);
    // A plain store makes a copy whole only if nothing else writes the buffer; a combining one has to start from a neutral value.
    if (mode === "set" ? !context.hasOneWriter(access.buffer) : !isStarted && !isKnown) return false;
    return declare(access.buffer, { kind: "partial", combine });
  });
  if (!storesFit || kernel.fills.some(({ buffer }) => !views.has(buffer))) return undefined;

  const readFits = (access: Access, sizes: readonly number[], moved?: Extent): boolean => {
    const { buffer } = access;
    const stride = movedBy(access, chunked);
    const inside = (by: number): boolean => staysInside(access, sizes, extentsOf(access, moved), chunked, periodOf(access, by));
    const view = views.get(buffer) ?? context.viewOf(buffer);
    const constant = context.pendingValue(buffer);
    if (view === undefined && constant === undefined) return stride >= 0;
    if (view === undefined && constant !== undefined && inside(stride)) {
      views.set(buffer, { kind: "sliced", stride });
      pending.push({ buffer, value: constant });
      return true;
    }
    if (view?.kind === "sliced" && inside(view.stride)) return true;
    context.blame(buffer);
    return false;
  };
  /** Lengths are compared with the loop's own index, and copies of rows that are left out (but not of sums' terms) would be added up. */
  const skipFits = (): boolean => {
    const { skip } = kernel;
    if (skip === undefined || skip.loop === chunked || context.pendingValue(skip.lengths.buffer) !== undefined) return false;
    const rows = skip.loop < kernel.sizes.length;
    if (rows && kernel.stores.some(({ access, mode }) => mode === "set" && views.get(access.buffer)?.kind === "partial"))
      return false;
    const sizes = kernel.kind === "contraction" ? [...kernel.sizes, ...kernel.contracted] : kernel.sizes;
    const view = views.get(skip.lengths.buffer) ?? context.viewOf(skip.lengths.buffer);
    if (view === undefined) return movedBy(skip.lengths, chunked) >= 0;
    return (
      view.kind === "sliced" &&
      staysInside(skip.lengths, sizes, extentsOf(skip.lengths), chunked, periodOf(skip.lengths, view.stride))
    );
  };

  const factorsFit =
    kernel.kind === "nest" ||
    [kernel.left, kernel.right].every((factor) => readFits(factor, [...kernel.sizes, ...kernel.contracted]));
  const loadsFit = kernel.body.every((instruction) => {
    if (instruction.op === "load") return readFits(instruction.access, kernel.sizes);
    if (instruction.op !== "lookup") return true;
    return readFits(instruction.access, kernel.sizes, { size: instruction.size, stride: instruction.stride });
  });
  return factorsFit && loadsFit ? { kind: "leaf", chunked, views, pending, skips: skipFits() } : undefined;
}

/** Copies that are added must start from 0 (or be stored plainly: undefined); the largest of copies may start from anything. */
const startsNeutral = (fill: number | undefined, view: View): boolean =>
  view.kind === "sliced" || view.combine === "maximum" || fill === undefined || fill === 0;

/** Reductions along the chunked loop give a part of the result, which must be what is stored. */
function reducesFit(kernel: Leaf, loop: number): boolean {
  if (kernel.kind === "contraction" || loop !== kernel.sizes.length - 1) return true;
  return kernel.body.every((instruction) => {
    if (instruction.op === "reduce") return instruction.name !== "argmax";
    const inputs = instruction.op === "apply" ? instruction.inputs : instruction.op === "lookup" ? [instruction.index] : [];
    return inputs.every((input) => kernel.body[input]?.op !== "reduce");
  });
}

/** How the copies are combined of a store that does not move along the chunked loop; undefined if they cannot be. */
function combinationOf(kernel: Leaf, loop: number, { value, mode, index }: Leaf["stores"][number]) {
  if (loop >= kernel.sizes.length) {
    return mode !== "max" && index === undefined && isLinear(kernel.body, value, ({ op }) => op === "product")
      ? "add"
      : undefined;
  }
  const isInnermost = loop === kernel.sizes.length - 1;
  const reduced = kernel.body[value];
  const reduces = isInnermost && reduced?.op === "reduce" ? combinations[reduced.name] : undefined;
  if (mode === "set") return index === undefined ? reduces : undefined;
  const stores = mode === "add" ? "add" : "maximum";
  // A row value is stored once a row, so rows that are cut must store what their parts combine to.
  const varies = variesAlongInnermost(kernel);
  const isRowStore = varies[value] !== true && (index === undefined || varies[index.value] !== true);
  if (isInnermost && isRowStore && reduces !== stores) return undefined;
  return stores;
}

const combinations = { sum: "add", max: "maximum", argmax: undefined } as const;

/** Chunks that a segment is expected to have. */
const expectedChunks = 8;
/** Copies of fewer elements cost nothing worth mentioning. */
const smallCopies = 4096;

/**
 * A kernel of which nothing but copies comes could also run after the segment; it is worth running in chunks where its copies are
 * smaller than what it would otherwise have to read again from memory. One that reads nothing of the segment can run before it.
 */
function isWorthCopies(kernel: Leaf, { views }: Alignment, context: AlignContext): boolean {
  const written = [...new Set(kernel.stores.map(({ access }) => access.buffer))];
  if (!written.every((buffer) => views.get(buffer)?.kind === "partial")) return true;
  const read = [...new Set(accessesOf(kernel).map(({ buffer }) => buffer))].filter(
    (buffer) => context.viewOf(buffer)?.kind === "sliced",
  );
  const elementsOf = (buffers: readonly number[]): number =>
    buffers.reduce((total, buffer) => total + context.elements(buffer), 0);
  const copies = elementsOf(written) * Math.min(expectedChunks, context.length);
  return read.length > 0 && copies <= Math.max(smallCopies, elementsOf(read));
}

// A nest in the shape that is fastest to run: loops of one iteration left out, loops in an order that touches memory in steps of
// one entry, neighbours made one loop where that is the same walk. What it computes stays.
import type { Access, Instruction, Nest, Skip, Store } from "../../loops/kernel.ts";
import { variesAlongInnermost } from "../../loops/levels.ts";
import type { ProductInstruction } from "./contraction/product.ts";
import { innermostFirstChoice } from "./nest-order.ts";

/** A store, and whether it runs in every iteration of the innermost loop or once a row. */
export interface NestStore extends Store {
  readonly each: boolean;
}

export interface LoopNest {
  readonly sizes: readonly number[];
  readonly body: readonly Instruction[];
  readonly stores: readonly NestStore[];
  /** Of an outer loop. */
  readonly skip: Skip | undefined;
}

export function shaped(nest: Nest): LoopNest {
  if (nest.sizes[nest.sizes.length - 1] === 0) return withoutDead(explicit(nest));
  const steps = [withoutUnitLoops, sumsAsStores, ordered, merged, storesAsSums, withoutDead];
  return steps.reduce((shape, step) => step(shape), explicit(nest));
}

function explicit({ sizes, body, stores, skip }: Nest): LoopNest {
  const varies = variesAlongInnermost({ sizes, body });
  const last = sizes.length - 1;
  const isEach = ({ access, value, index }: Store): boolean =>
    varies[value] === true || access.strides[last] !== 0 || (index !== undefined && varies[index.value] === true);
  return withSkip({ sizes, body, stores: stores.map((store) => ({ ...store, each: isEach(store) })), skip });
}

/** Entries from which on leaving an iteration out is worth the question whether to. */
const fewEntries = 16;

/** The nest with its skip only where that can be used: of an outer loop, with places to set that no index moves. */
function withSkip(nest: LoopNest): LoopNest {
  const { sizes, stores, skip } = nest;
  if (skip === undefined) return nest;
  const entries = sizes.slice(skip.loop + 1).reduce((product, size) => product * size, 1);
  const moved = stores.some(({ mode, index }) => mode === "set" && index !== undefined);
  const outside = skip.lengths.strides.every((stride, loop) => stride === 0 || loop < skip.loop);
  const usable = skip.loop >= 0 && skip.loop < sizes.length - 1 && entries >= fewEntries && !moved && outside;
  return usable ? nest : { ...nest, skip: undefined };
}

/** The same nest with loop k going along loop `from[k]` of the old one; the others have one iteration. */
function alongLoops({ sizes, body, stores, skip }: LoopNest, from: readonly number[]): LoopNest {
  const pick = (numbers: readonly number[]): readonly number[] => from.map((loop) => numbers[loop] as number);
  const move = (access: Access): Access => ({ ...access, strides: pick(access.strides) });
  return withSkip({
    sizes: pick(sizes),
    skip: skip && { ...skip, loop: from.indexOf(skip.loop), lengths: move(skip.lengths) },
    body: body.map((instruction): Instruction => {
      switch (instruction.op) {
        case "load":
        case "lookup":
          return { ...instruction, access: move(instruction.access) };
        case "random":
          return { ...instruction, first: pick(instruction.first), second: pick(instruction.second) };
        case "index": {
          const loop = from.indexOf(instruction.loop);
          return loop === -1 ? { op: "constant", value: 0, dtype: "i32" } : { ...instruction, loop };
        }
        default:
          return instruction;
      }
    }),
    stores: stores.map((store) => ({ ...store, access: move(store.access) })),
  });
}

function withoutUnitLoops(nest: LoopNest): LoopNest {
  const kept = nest.sizes.flatMap((size, loop) => (size === 1 ? [] : [loop]));
  const last = nest.sizes.length - 1;
  if (kept.length === nest.sizes.length || last === 0) return nest;
  if (nest.sizes[last] !== 1) return alongLoops(nest, kept);
  return alongLoops(withoutReductions(nest), kept.length === 0 ? [last] : kept);
}

/** Of a nest whose rows have one entry: every reduction is that entry, and once a row is in every iteration. */
function withoutReductions({ sizes, body, stores, skip }: LoopNest): LoopNest {
  const places = body.map((_, at) => at);
  const moved = (at: number): number => places[at] as number;
  const alone = body.map((instruction, at): Instruction => {
    if (instruction.op !== "reduce") return reading(instruction, moved);
    if (instruction.name === "argmax") return { op: "constant", value: 0, dtype: "i32" };
    places[at] = moved(instruction.input);
    return instruction;
  });
  return {
    sizes,
    skip,
    // Nothing reads the reductions any more.
    body: alone.map((instruction) => (instruction.op === "reduce" ? { op: "constant", value: 0, dtype: "f32" } : instruction)),
    stores: stores.map((store) => ({ ...storing(store, moved), each: true })),
  };
}

/** Instructions that this one reads. */
export function inputsOf(instruction: Instruction | ProductInstruction): readonly number[] {
  switch (instruction.op) {
    case "apply":
      return instruction.inputs;
    case "lookup":
      return [instruction.index];
    case "reduce":
      return [instruction.input];
    case "random":
      return [instruction.seed, instruction.step, ...(instruction.base ?? [])];
    default:
      return [];
  }
}

function reading(instruction: Instruction, moved: (at: number) => number): Instruction {
  switch (instruction.op) {
    case "apply":
      return { ...instruction, inputs: instruction.inputs.map(moved) };
    case "lookup":
      return { ...instruction, index: moved(instruction.index) };
    case "reduce":
      return { ...instruction, input: moved(instruction.input) };
    case "random": {
      const { base } = instruction;
      const start = base === undefined ? {} : { base: [moved(base[0]), moved(base[1])] as const };
      return { ...instruction, seed: moved(instruction.seed), step: moved(instruction.step), ...start };
    }
    default:
      return instruction;
  }
}

function storing(store: NestStore, moved: (at: number) => number): NestStore {
  const { index } = store;
  return { ...store, value: moved(store.value), ...(index && { index: { ...index, value: moved(index.value) } }) };
}

const hasReductions = ({ body }: LoopNest): boolean => body.some(({ op }) => op === "reduce");

/**
 * Sums that are only added to memory become additions of every entry, if no reduction is left then: the loops may be merged
 * and change places, and what remains of the sum is made a reduction again afterwards.
 */
function sumsAsStores(nest: LoopNest): LoopNest {
  const { sizes, body, stores } = nest;
  const last = sizes.length - 1;
  const read = new Set(body.flatMap(inputsOf));
  for (const { index } of stores) if (index !== undefined) read.add(index.value);
  const becomes = ({ mode, value, each, index, access }: NestStore): boolean => {
    if (index !== undefined && access.strides[last] === 0) return false;
    const instruction = body[value];
    if (instruction?.op !== "reduce") return each;
    return !each && instruction.name === (mode === "add" ? "sum" : mode);
  };
  const free = stores.every(becomes);
  if (!hasReductions(nest) || !free || body.some((instruction, at) => instruction.op === "reduce" && read.has(at))) return nest;
  return withoutDead({
    ...nest,
    stores: stores.map((store) => {
      const instruction = body[store.value];
      return instruction?.op === "reduce" ? { ...store, value: instruction.input, each: true } : store;
    }),
  });
}

function ordered(nest: LoopNest): LoopNest {
  const inOrder = nest.stores.some(({ mode, index }) => mode === "set" && index !== undefined);
  if (hasReductions(nest) || inOrder || nest.stores.some(({ each }) => !each)) return nest;
  const innermost = innermostFirstChoice(nest);
  const last = nest.sizes.length - 1;
  if (innermost === last) return nest;
  const others = nest.sizes.map((_, loop) => loop).filter((loop) => loop !== innermost);
  return alongLoops(nest, [...others, innermost]);
}

function merged(nest: LoopNest): LoopNest {
  let current = nest;
  for (let loop = nest.sizes.length - 2; loop >= 0; loop -= 1) {
    if (mayMerge(current, loop)) current = withMerged(current, loop);
  }
  return current;
}

/** Whether loops `loop` and `loop + 1` together are one walk. */
function mayMerge(nest: LoopNest, loop: number): boolean {
  const { sizes, body, stores, skip } = nest;
  const inner = sizes[loop + 1] as number;
  const isWalk = (strides: readonly number[]): boolean => strides[loop] === (strides[loop + 1] as number) * inner;
  if (loop + 1 === sizes.length - 1 && (hasReductions(nest) || stores.some(({ each }) => !each))) return false;
  if (skip !== undefined && (skip.loop === loop || skip.loop === loop + 1 || !isWalk(skip.lengths.strides))) return false;
  const follows = (instruction: Instruction): boolean => {
    switch (instruction.op) {
      case "load":
      case "lookup":
        return isWalk(instruction.access.strides);
      case "random":
        return isWalk(instruction.first) && isWalk(instruction.second);
      case "index":
        return instruction.loop !== loop && instruction.loop !== loop + 1;
      default:
        return true;
    }
  };
  return body.every(follows) && stores.every(({ access }) => isWalk(access.strides));
}

function withMerged(nest: LoopNest, loop: number): LoopNest {
  const kept = nest.sizes.map((_, at) => at).filter((at) => at !== loop);
  const together = alongLoops(nest, kept);
  const size = (nest.sizes[loop] as number) * (nest.sizes[loop + 1] as number);
  return { ...together, sizes: together.sizes.map((own, at) => (at === loop ? size : own)) };
}

/** What is added to one entry all along a row is summed first, then added once. */
function storesAsSums({ sizes, body, stores, skip }: LoopNest): LoopNest {
  const last = sizes.length - 1;
  const varies = variesAlongInnermost({ sizes, body });
  const extended = [...body];
  const combined = stores.map((store): NestStore => {
    const moves = store.index !== undefined && varies[store.index.value] === true;
    if (!store.each || store.mode === "set" || store.access.strides[last] !== 0 || moves) return store;
    const dtype = body[store.value]?.dtype ?? "f32";
    const name = store.mode === "add" ? "sum" : "max";
    return { ...store, value: extended.push({ op: "reduce", name, input: store.value, dtype }) - 1, each: false };
  });
  return { sizes, body: extended, stores: combined, skip };
}

function withoutDead({ sizes, body, stores, skip }: LoopNest): LoopNest {
  const live = new Set(stores.flatMap(({ value, index }) => (index === undefined ? [value] : [value, index.value])));
  for (let at = body.length - 1; at >= 0; at -= 1) {
    if (live.has(at)) for (const input of inputsOf(body[at] as Instruction)) live.add(input);
  }
  const kept = body.flatMap((_, at) => (live.has(at) ? [at] : []));
  const places = new Map(kept.map((at, place) => [at, place]));
  const moved = (at: number): number => places.get(at) as number;
  return {
    sizes,
    skip,
    body: kept.map((at) => reading(body[at] as Instruction, moved)),
    stores: stores.map((store) => storing(store, moved)),
  };
}

// The body of a contraction at one vector of a tile: every instruction evaluated where first needed, and once for all rows or
// columns that it does not change along.
import type { FunctionBuilder, Local } from "../assembler.ts";
import { emitElement, emitRandom, emitRandomKey, type WordPair } from "../elements/index.ts";
import { fusedSums } from "../fused-sums.ts";
import { clampedBytes } from "../nest-index.ts";
import { gatherLanes } from "./pack.ts";
import type { ContractionPlan } from "./plan.ts";
import { type Place, type ProductInstruction, strideOne } from "./product.ts";
import { type Reach, reachesOf } from "./reaches.ts";
import type { Sums } from "./sums.ts";
import type { Pointer } from "./terms.ts";
import type { ColumnVector, Tile } from "./tiles.ts";
import { address, elementBytes, type Walker } from "./walker.ts";

/** Values of a tile: `begin` starts one, `endVector` and `end` give the locals of finished parts back. */
export interface TileValues {
  begin(tile: Tile, sums: Sums): void;
  /** The value of instruction `at` in a row, for a vector of columns: a v128 that is the evaluator's to release. */
  value(at: number, row: number, vector: number): Local;
  endCell(): void;
  endVector(): void;
  end(): void;
}

/** To be called before the loops: what never changes is computed here, and all that walks starts here. */
export function tileValues(f: FunctionBuilder, walker: Walker, plan: ContractionPlan): TileValues {
  const { product, row, column } = plan;
  const { body } = product;
  const reaches = reachesOf(plan);
  const pointers = body.map((instruction) => {
    if (instruction.op === "load") return walker.pointer(instruction.place);
    return instruction.op === "lookup" ? walker.pointer({ ...instruction.place, moved: instruction.stride }) : undefined;
  });
  const fused = fusedSums(product, (factor, sum) => {
    const [own, other] = [reaches[factor], reaches[sum]];
    return own?.row === other?.row && own?.column === other?.column && own?.outside === other?.outside;
  });
  const lasting = new Map<string, Local>();
  const scopes = { tile: new Map<string, Local>(), vector: new Map<string, Local>(), cell: new Map<string, Local>() };
  let current: Pick<Tile, "vectors"> & { readonly sums: Sums } = { vectors: [], sums: [] };

  const stride = (strides: readonly number[], loop: number | undefined): number =>
    loop === undefined ? 0 : (strides[loop] as number);
  const at = (vector: number): ColumnVector => current.vectors[vector] as ColumnVector;
  /** What a linear form adds up to from the tile's first entry to lane 0 of a vector. */
  const within = (strides: readonly number[], line: number, vector: number): number =>
    line * stride(strides, row) + (column === undefined ? 0 : at(vector).start * stride(strides, column));

  const compute = (index: number, line: number, vector: number): void => {
    const instruction = body[index] as ProductInstruction;
    const input = (of: number): Local => value(of, line, vector);
    switch (instruction.op) {
      case "constant":
        if (instruction.dtype === "i32") f.i32x4(instruction.value);
        else f.f32x4(instruction.value);
        return;
      case "product":
        f.get(current.sums[line]?.[vector] as Local);
        return;
      case "index": {
        const strides = strideOne(instruction.loop, product.sizes.length);
        counters(strides, line, vector);
        return;
      }
      case "load":
        load(index, instruction.place, line, vector);
        return;
      case "lookup":
        lookup(index, instruction, line, vector);
        return;
      case "apply": {
        const { name, inputs, attributes } = instruction;
        const [a, b, c] = (fused.get(index) ?? []).map(input) as [Local, Local, Local];
        if (fused.has(index)) {
          f.multiplyAdd(
            () => f.get(a),
            () => f.get(b),
            () => f.get(c),
          );
          return;
        }
        const operands = inputs.map(input);
        const dtypes = inputs.map((of) => (body[of] as ProductInstruction).dtype);
        emitElement(f, name, operands, { lanes: 4, attributes, inputs: dtypes });
        return;
      }
      case "random": {
        const [first, second] = [f.local("v128"), f.local("v128")];
        (
          [
            [first, instruction.first, instruction.base?.[0]],
            [second, instruction.second, instruction.base?.[1]],
          ] as const
        ).forEach(([local, strides, base]) => {
          const offset = base === undefined ? undefined : input(base);
          counters(strides, line, vector);
          if (offset !== undefined) {
            f.get(offset);
            f.op("i32x4.add");
          }
          f.set(local);
        });
        const key = keys.get(index) as WordPair;
        emitRandom(f, { distribution: instruction.distribution, key, lanes: 4, counters: { first, second } });
        f.release(first, second);
        return;
      }
    }
  };

  /** Leaves Σ index · stride of the four lanes. */
  const counters = (strides: readonly number[], line: number, vector: number): void => {
    f.get(walker.counter(strides));
    f.op("i32x4.splat");
    f.i32x4Steps(within(strides, line, vector), stride(strides, column));
    f.op("i32x4.add");
  };

  const load = (index: number, place: Place, line: number, vector: number): void => {
    const { local, offset } = pointers[index] as Pointer;
    const further = elementBytes * within(place.strides, line, vector);
    loadVector(f, local, offset + further, stride(place.strides, column), at(vector));
  };

  const lookup = (
    index: number,
    { place, index: indexed, stride: step, size }: Extract<ProductInstruction, { op: "lookup" }>,
    line: number,
    vector: number,
  ): void => {
    const found = value(indexed, line, vector);
    const places = f.local("v128");
    const from = f.local("i32");
    clampedBytes(f, found, step, size);
    f.set(places);
    const { local: pointer, offset: before } = pointers[index] as Pointer;
    const offset = before + elementBytes * within(place.strides, line, vector);
    const along = stride(place.strides, column);
    const { end } = at(vector);
    const moved = (lane: number): void => {
      f.get(pointer);
      f.get(places);
      f.lane("i32x4.extract_lane", lane);
      f.op("i32.add");
    };
    if (reaches[indexed]?.column === true) {
      f.f32x4(0);
      for (let lane = 0; lane < end; lane += 1) {
        moved(lane);
        f.i32(offset + elementBytes * lane * along);
        f.op("i32.add");
        f.set(from);
        loadLaneUnder(f, from, lane);
      }
    } else {
      moved(0);
      f.set(from);
      loadVector(f, from, offset, along, at(vector));
    }
    f.release(places, from);
  };

  const value = (index: number, line: number, vector: number): Local => {
    const reach = reaches[index] as Reach;
    const key = `${index}:${reach.row ? line : ""}:${reach.column ? vector : ""}`;
    const scope = !reach.column ? scopes.tile : reach.row ? scopes.cell : scopes.vector;
    const found = lasting.get(key) ?? scope.get(key);
    if (found !== undefined) return found;
    compute(index, line, vector);
    const local = f.local("v128");
    f.set(local);
    scope.set(key, local);
    return local;
  };

  const keys = new Map<number, WordPair>();
  const clear = (scope: Map<string, Local>): void => {
    f.release(...scope.values());
    scope.clear();
  };

  const isStill = (index: number): boolean => {
    const { row: alongRow, column: alongColumn, outside } = reaches[index] as Reach;
    return !(alongRow || alongColumn || outside);
  };

  const stillValue = (index: number): Local => {
    if (isStill(index)) return value(index, 0, 0);
    throw new RangeError("the seed and the step of random numbers in a contraction must not change");
  };

  const prepare = (): void => {
    for (const instruction of body) {
      if (instruction.op === "index") walker.counter(strideOne(instruction.loop, product.sizes.length));
      if (instruction.op === "random") {
        walker.counter(instruction.first);
        walker.counter(instruction.second);
      }
    }
    current = { vectors: [{ start: 0, first: 0, end: 1 }], sums: [] };
    body.forEach((instruction, index) => {
      if (instruction.op === "random") keys.set(index, randomKey(f, instruction, stillValue));
      if (!isStill(index) || instruction.op === "constant") return;
      lasting.set(`${index}::`, value(index, 0, 0));
      scopes.tile.delete(`${index}::`);
    });
    clear(scopes.tile);
  };
  prepare();

  return {
    begin({ vectors }, sums) {
      current = { vectors, sums };
    },
    value,
    endCell: () => clear(scopes.cell),
    endVector: () => clear(scopes.vector),
    end: () => clear(scopes.tile),
  };
}

/** Leaves four columns from a place on, by their stride in elements. */
function loadVector(f: FunctionBuilder, local: Local, offset: number, stride: number, { end }: ColumnVector): void {
  if (stride === 0) f.memory("v128.load32_splat", address(f, local, offset));
  else gatherLanes(f, { local, offset }, stride * elementBytes, end);
}

/** Puts the entry at an address into a lane of the vector on the stack. */
function loadLaneUnder(f: FunctionBuilder, from: Local, lane: number): void {
  const vector = f.local("v128");
  f.set(vector);
  f.get(from);
  f.get(vector);
  f.memoryLane("v128.load32_lane", lane);
  f.release(vector);
}

function randomKey(
  f: FunctionBuilder,
  { seed, step, key }: Extract<ProductInstruction, { op: "random" }>,
  value: (index: number) => Local,
): WordPair {
  const [one, other] = [f.local("i32"), f.local("i32")];
  for (const [local, from] of [
    [one, value(seed)],
    [other, value(step)],
  ] as const) {
    f.get(from);
    f.lane("i32x4.extract_lane", 0);
    f.set(local);
  }
  const pair = emitRandomKey(f, { seed: one, step: other, key });
  f.release(one, other);
  return pair;
}

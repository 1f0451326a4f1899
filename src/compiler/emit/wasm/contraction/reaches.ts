// Along which loops the values of a contraction's body change: what does not is computed once for several entries.
import type { ContractionPlan } from "./plan.ts";
import { strideOne } from "./product.ts";

/** Along what a value changes. Where it changes along neither but is read in the loops, it holds for a tile. */
export interface Reach {
  readonly row: boolean;
  readonly column: boolean;
  /** Along a loop outside of the tiles. */
  readonly outside: boolean;
}

/** For each instruction of the body. */
export function reachesOf({ product, row, column }: ContractionPlan): readonly Reach[] {
  const reaches: Reach[] = [];
  const along = (strides: readonly number[]): Reach => ({
    row: row !== undefined && strides[row] !== 0,
    column: column !== undefined && strides[column] !== 0,
    outside: strides.some((stride, loop) => stride !== 0 && loop !== row && loop !== column),
  });
  const together = (parts: readonly (Reach | undefined)[]): Reach => ({
    row: parts.some((part) => part?.row === true),
    column: parts.some((part) => part?.column === true),
    outside: parts.some((part) => part?.outside === true),
  });
  for (const instruction of product.body) {
    const of = (inputs: readonly number[]): (Reach | undefined)[] => inputs.map((input) => reaches[input]);
    switch (instruction.op) {
      case "constant":
        reaches.push(together([]));
        break;
      case "index":
        reaches.push(along(strideOne(instruction.loop, product.sizes.length)));
        break;
      case "load":
        reaches.push(along(instruction.place.strides));
        break;
      case "lookup":
        reaches.push(together([along(instruction.place.strides), ...of([instruction.index])]));
        break;
      case "apply":
        reaches.push(together(of(instruction.inputs)));
        break;
      case "random":
        reaches.push(together([along(instruction.first), along(instruction.second), ...of(instruction.base ?? [])]));
        break;
      case "product":
        reaches.push({ row: true, column: true, outside: true });
        break;
    }
  }
  return reaches;
}

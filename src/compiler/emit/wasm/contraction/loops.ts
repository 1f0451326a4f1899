// The loops of a contraction around its tiles, and in each tile the sums, then the body and its stores.
import type { FunctionBuilder, Local } from "../assembler.ts";
import { innerSums } from "./inner.ts";
import { packRight, panelStrides } from "./pack.ts";
import { type ContractionPlan, sizeOf, termsOf } from "./plan.ts";
import type { Factor } from "./product.ts";
import { spreadSums } from "./spread.ts";
import { storeTile } from "./stores.ts";
import type { Sums } from "./sums.ts";
import type { TermLoop } from "./terms.ts";
import type { Tile } from "./tiles.ts";
import { tileValues } from "./values.ts";
import { elementBytes, repeat, walker } from "./walker.ts";

/** `scratch` is the index of the parameter that points to the scratch area, where the plan packs. */
export function emitLoops(f: FunctionBuilder, plan: ContractionPlan, scratch: number): void {
  const { product, row, column, outer, rows, columns, packed } = plan;
  const { left, right, stores, sizes } = product;
  const walk = walker(f);
  const pointerOf = ({ operand, strides }: Factor): Local => walk.pointer(operand, strides);
  pointerOf(left);
  pointerOf(right);
  // A panel of so many columns holds as many entries for each term, so it is as if a column were a row of terms.
  const panels = sizes.map((_, loop) => (loop === column ? termsOf(product) : 0));
  if (packed) walk.pointer(scratch, panels);
  for (const { place } of stores) walk.pointer(place.operand, place.strides);
  const values = tileValues(f, walk, plan);

  const sumsOf = (tile: Tile): Sums => {
    const bytes = ({ strides }: Factor, loop: number | undefined): number =>
      loop === undefined ? 0 : elementBytes * (strides[loop] as number);
    const strides = packed
      ? panelStrides(product.contracted, tile.vectors.length)
      : right.contracted.map((stride) => stride * elementBytes);
    const loops = product.contracted.map(
      (size, at): TermLoop => ({ size, left: (left.contracted[at] as number) * elementBytes, right: strides[at] as number }),
    );
    const sides = {
      loops,
      left: { local: pointerOf(left), offset: left.offset * elementBytes },
      right: packed
        ? { local: walk.pointer(scratch, panels), offset: 0 }
        : { local: pointerOf(right), offset: right.offset * elementBytes },
      row: bytes(left, row),
    };
    const across = bytes(right, column);
    if (plan.method === "inner") return innerSums(f, tile.rows, { ...sides, column: across, vectors: tile.vectors });
    const vectors = tile.vectors.map(({ start }, at) => (packed ? 16 * at : across * start));
    return spreadSums(f, tile.rows, { ...sides, vectors });
  };

  const emitTile = (tile: Tile): void => {
    const sums = sumsOf(tile);
    storeTile(f, { plan, walker: walk, values, tile, sums });
    f.release(...sums.flat());
  };

  /** Tiles along a loop, run by a loop, then the rest; the pointers come back to where they were. */
  const along = (
    loop: number | undefined,
    step: number,
    trips: number,
    whole: () => void,
    rest: (() => void) | undefined,
  ): void => {
    const moves = loop !== undefined && (trips > 1 || rest !== undefined);
    repeat(f, trips, () => {
      whole();
      if (moves) walk.advance(loop, step);
    });
    rest?.();
    if (moves) walk.advance(loop, -trips * step);
  };

  const emitRow = (height: number): void => {
    const tile = (vectors: Tile["vectors"]) => () => emitTile({ rows: height, vectors });
    const rest = columns.rest.length > 0 ? tile(columns.rest) : undefined;
    along(column, 4 * columns.vectors.length, columns.trips, tile(columns.vectors), rest);
  };

  const emitOuter = (depth: number): void => {
    if (packed && depth === plan.rightOuter) {
      packRight(f, plan, { local: pointerOf(right), offset: right.offset * elementBytes }, f.params[scratch] as Local);
    }
    const loop = outer[depth];
    if (loop === undefined) {
      along(row, rows.rows, rows.trips, () => emitRow(rows.rows), rows.rest > 0 ? () => emitRow(rows.rest) : undefined);
      return;
    }
    along(loop, 1, sizeOf(product, loop), () => emitOuter(depth + 1), undefined);
  };
  emitOuter(0);
}

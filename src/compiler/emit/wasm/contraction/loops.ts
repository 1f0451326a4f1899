// The loops of a contraction around its tiles, and in each tile the sums, then the body and its stores.
import type { FunctionBuilder, Local } from "../assembler.ts";
import { innerSums } from "./inner.ts";
import { type LeftPanel, packedBlocks, packLeft, packRight, panelStrides } from "./pack.ts";
import { type ContractionPlan, sizeOf, termsOf } from "./plan.ts";
import type { Factor } from "./product.ts";
import { spreadSums } from "./spread.ts";
import { storeTile } from "./stores.ts";
import type { Sums } from "./sums.ts";
import type { TermLoop } from "./terms.ts";
import type { ColumnTiles, Tile } from "./tiles.ts";
import { tileValues } from "./values.ts";
import { elementBytes, move, repeat, walker } from "./walker.ts";

/** `scratch` is the index of the parameter that points to the scratch area, where the plan packs. */
export function emitLoops(f: FunctionBuilder, plan: ContractionPlan, scratch: number): void {
  const { product, row, column, outer, rows, packed } = plan;
  const { left, right, stores, sizes } = product;
  const walk = walker(f);
  const pointerOf = ({ operand, strides }: Factor): Local => walk.pointer(operand, strides);
  pointerOf(left);
  pointerOf(right);
  // A panel of so many columns holds as many entries for each term, so it is as if a column were a row of terms.
  const panels = sizes.map((_, loop) => (loop === column ? termsOf(product) : 0));
  if (packed.right) walk.pointer(scratch, panels);
  for (const { place } of stores) walk.pointer(place.operand, place.strides);
  const values = tileValues(f, walk, plan);

  const sumsOf = (tile: Tile, panel: LeftPanel | undefined): Sums => {
    const bytes = ({ strides }: Factor, loop: number | undefined): number =>
      loop === undefined ? 0 : elementBytes * (strides[loop] as number);
    const strides = packed.right
      ? panelStrides(product.contracted, tile.vectors.length)
      : right.contracted.map((stride) => stride * elementBytes);
    const lefts = panel?.strides ?? left.contracted.map((stride) => stride * elementBytes);
    const loops = product.contracted.map(
      (size, at): TermLoop => ({ size, left: lefts[at] as number, right: strides[at] as number }),
    );
    const sides = {
      loops,
      left: panel?.at ?? { local: pointerOf(left), offset: left.offset * elementBytes },
      right: packed.right
        ? { local: walk.pointer(scratch, panels), offset: 0 }
        : { local: pointerOf(right), offset: right.offset * elementBytes },
      row: panel === undefined ? bytes(left, row) : elementBytes,
    };
    const across = bytes(right, column);
    if (plan.method === "inner") return innerSums(f, tile.rows, { ...sides, column: across, vectors: tile.vectors });
    const vectors = tile.vectors.map(({ start }, at) => (packed.right ? 16 * at : across * start));
    return spreadSums(f, tile.rows, { ...sides, vectors });
  };

  const emitTile = (tile: Tile, panel: LeftPanel | undefined): void => {
    const sums = sumsOf(tile, panel);
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

  const emitRow = ({ vectors, trips, rest }: ColumnTiles, height: number): void => {
    const from = { local: pointerOf(left), offset: left.offset * elementBytes };
    const panel = packed.left ? packLeft(f, plan, height, from, f.params[scratch] as Local) : undefined;
    const tile = (of: Tile["vectors"]) => () => emitTile({ rows: height, vectors: of }, panel);
    along(column, 4 * vectors.length, trips, tile(vectors), rest.length > 0 ? tile(rest) : undefined);
  };

  const emitRows = (block: ColumnTiles): void => {
    const rest = rows.rest > 0 ? () => emitRow(block, rows.rest) : undefined;
    along(row, rows.rows, rows.trips, () => emitRow(block, rows.rows), rest);
  };

  const emitOuter = (depth: number, end: number, inside: () => void): void => {
    const loop = outer[depth];
    if (loop === undefined || depth === end) inside();
    else along(loop, 1, sizeOf(product, loop), () => emitOuter(depth + 1, end, inside), undefined);
  };

  /** Moves to other columns, whose panels take the place of those before. */
  const advanceBlock = (by: number): void => {
    if (column === undefined || by === 0) return;
    walk.advance(column, by);
    move(f, walk.pointer(scratch, panels), -by * termsOf(product) * elementBytes);
  };

  const emitBlocks = (): void => {
    const blocks = packedBlocks(plan);
    const several = blocks.length > 1 || blocks.some(({ count }) => count > 1);
    let done = 0;
    for (const { count, columns } of blocks) {
      const width = several ? 4 * columns.vectors.length * columns.trips : 0;
      repeat(f, count, () => {
        const from = { local: pointerOf(right), offset: right.offset * elementBytes };
        if (packed.right) packRight(f, plan, columns, from, f.params[scratch] as Local);
        emitOuter(plan.rightOuter, outer.length, () => emitRows(columns));
        advanceBlock(width);
      });
      done += count * width;
    }
    advanceBlock(-done);
  };
  emitOuter(0, plan.rightOuter, emitBlocks);
}

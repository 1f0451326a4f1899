// The loops of a contraction around its tiles, and in each tile the sums, then the body and its stores.
import type { FunctionBuilder, Local } from "../assembler.ts";
import { inPairs } from "../in-pairs.ts";
import { innerSums } from "./inner.ts";
import {
  type LeftPanels,
  leftTogether,
  packedBlocks,
  packLeft,
  packRight,
  panelStrides,
  scratchOf,
  unfinishedOffset,
  unfinishedVectors,
} from "./pack.ts";
import { blockTerms, type ContractionPlan } from "./plan.ts";
import { type Factor, type Product, sizeOf } from "./product.ts";
import { spreadSums } from "./spread.ts";
import { storeTile } from "./stores.ts";
import type { Sums } from "./sums.ts";
import { loadLength, type Pointer, type TermLoop } from "./terms.ts";
import { type ColumnTiles, type RowRun, type Tile, tiledRows } from "./tiles.ts";
import { tileValues } from "./values.ts";
import { elementBytes, ifBelow, move, repeat, walker, whileBelow } from "./walker.ts";

/** Left for one row of tiles, where it is packed. */
type LeftPanel = Pick<LeftPanels, "at" | "strides">;

/** What a run over rows and columns is for. */
interface Part {
  readonly columns: ColumnTiles;
  readonly contracted: readonly number[];
  /** Whether the sums are complete then. */
  readonly last: boolean;
}

/** `scratch` is the index of the parameter that points to the scratch area, where the plan needs one. */
export function emitLoops(f: FunctionBuilder, plan: ContractionPlan, scratch: number): void {
  const { product, row, column, outer, rows, packed } = plan;
  const { left, right, stores, sizes } = product;
  const walk = walker(f);
  // Beside the loops of `sizes`, the pointers of both sides walk along the first contracted loop.
  const termLoop = sizes.length;
  const start = (factor: Factor): Pointer => walk.pointer({ ...factor, strides: [...factor.strides, factor.contracted[0] ?? 0] });
  start(left);
  start(right);
  const along = (of: (loop: number) => number) => sizes.map((_, loop) => of(loop));
  // A panel of so many columns holds as many entries for each term, so it is as if a column were a row of terms.
  const panels = along((loop) => (loop === column ? blockTerms(plan) : 0));
  const panelPointer = (): Local => walk.pointer({ operand: scratch, offset: 0, strides: panels }).local;
  if (packed.right) panelPointer();
  const unfinishedRow = 4 * unfinishedVectors(plan);
  const unfinished = along((loop) => (loop === row ? unfinishedRow : loop === column ? 1 : 0));
  const several = plan.terms.length > 1;
  const unfinishedPointer = (): Local => walk.pointer({ operand: scratch, offset: 0, strides: unfinished }).local;
  if (several) unfinishedPointer();
  for (const { place, index } of stores) walk.pointer({ ...place, moved: index?.stride ?? 0 });
  const lengths = product.skip && start(product.skip.lengths);
  const values = tileValues(f, walk, plan);

  /** The pointer to a tile's unfinished sums goes on the stack; the result is the offset of one of them. */
  const unfinishedAt = ({ panel }: Tile, line: number, vector: number): number => {
    f.get(unfinishedPointer());
    return unfinishedOffset(plan) + elementBytes * (line * unfinishedRow + 4 * (panel.before + vector));
  };

  const sumsOf = (tile: Tile, contracted: Part["contracted"], panel: LeftPanel | undefined): Sums => {
    const bytes = ({ strides }: Factor, loop: number | undefined): number =>
      loop === undefined ? 0 : elementBytes * (strides[loop] as number);
    const inBytes = (factor: Factor) => factor.contracted.map((stride) => stride * elementBytes);
    const lefts = panel?.strides ?? inBytes(left);
    const rights = packed.right ? panelStrides(contracted, tile.panel.vectors) : inBytes(right);
    const sides = {
      loops: contracted.map((size, at): TermLoop => {
        const loop = { size, left: lefts[at] as number, right: rights[at] as number };
        if (product.skip?.terms !== true) return loop;
        const stride = product.skip.lengths.contracted[at] as number;
        return { ...loop, lengths: stride * elementBytes, ragged: at === product.skip.loop };
      }),
      lengths: product.skip?.terms ? lengths : undefined,
      left: panel?.at ?? start(left),
      right: packed.right ? { local: panelPointer(), offset: 0 } : start(right),
      row: panel === undefined ? bytes(left, row) : elementBytes,
    };
    const across = bytes(right, column);
    if (plan.method === "inner") return innerSums(f, tile.rows, { ...sides, column: across, vectors: tile.vectors });
    const before = (line: number, vector: number): void => f.memory("v128.load", unfinishedAt(tile, line, vector));
    return spreadSums(f, tile.rows, {
      ...sides,
      vectors: tile.vectors.map(({ start: first }, at) => (packed.right ? 16 * (tile.panel.before + at) : across * first)),
      start: several ? before : undefined,
    });
  };

  const emitTile = (tile: Tile, { contracted, last }: Part, panel: LeftPanel | undefined): void => {
    const sums = sumsOf(tile, contracted, panel);
    if (last) storeTile(f, { plan, walker: walk, values, tile, sums });
    else {
      sums.forEach((of, line) => {
        of.forEach((sum, vector) => {
          const offset = unfinishedAt(tile, line, vector);
          f.get(sum);
          f.memory("v128.store", offset);
        });
      });
    }
    f.release(...sums.flat());
  };

  /** Tiles along a loop, run by a loop, then the rest; the pointers come back to where they were. */
  const tiles = (
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

  const emitRow = (part: Part, height: number, panel: LeftPanel | undefined): void => {
    const { vectors, trips, rest } = part.columns;
    // The rest of the rows in tiles two vectors wide whatever the others are: how many parts a sum has follows from the tile.
    const isRest = rows.runs.every((run) => height < run.rows);
    const pieces = (of: Tile["vectors"]) => (isRest ? inPairs(of) : [of]);
    const tile = (of: Tile["vectors"]) => (): void => {
      pieces(of).forEach((piece, at) => {
        emitTile({ rows: height, vectors: piece, panel: { vectors: of.length, before: 2 * at } }, part, panel);
      });
    };
    tiles(column, 4 * vectors.length, trips, tile(vectors), rest.length > 0 ? tile(rest) : undefined);
  };

  const emitRows = (part: Part): void => {
    const runs = [...rows.runs, ...(rows.rest > 0 ? [{ rows: rows.rest, trips: 1 }] : [])];
    const from = (at: number): void => {
      const { rows: height, trips } = runs[at] as RowRun;
      tiles(row, height, trips, () => emitRow(part, height, undefined), at + 1 < runs.length ? () => from(at + 1) : undefined);
    };
    if (packed.left) emitPackedRows(part);
    else if (product.skip?.terms === false) emitRaggedRows(part);
    else from(0);
  };

  const emitSkippedRow = ({ columns: { vectors, trips, rest } }: Part): void => {
    const emptyPlan = { ...plan, product: withoutWork(product) };
    const emptyValues = tileValues(f, walk, emptyPlan);
    const tile = (of: Tile["vectors"]) => (): void => {
      const panel = { vectors: of.length, before: 0 };
      storeTile(f, { plan: emptyPlan, walker: walk, values: emptyValues, tile: { rows: 1, vectors: of, panel }, sums: [] });
    };
    tiles(column, 4 * vectors.length, trips, tile(vectors), rest.length > 0 ? tile(rest) : undefined);
  };

  /** Tiles up to one that reaches the length; then, if the sums are complete, what the other rows hold instead. */
  const emitRaggedRows = (part: Part): void => {
    const size = sizeOf(product, row);
    const [done, length] = [f.local("i32"), f.local("i32")];
    const run = (height: number, body: () => void): void => {
      body();
      walk.advance(row as number, height);
      move(f, done, height);
    };
    f.i32(0);
    f.set(done);
    loadLength(f, lengths as Pointer, size);
    f.set(length);
    for (const { rows: height } of rows.runs) {
      whileBelow(f, done, length, tiledRows(rows), () => run(height, () => emitRow(part, height, undefined)));
    }
    if (rows.rest > 0) {
      ifBelow(f, done, length, () => run(rows.rest, () => emitRow(part, rows.rest, undefined)));
    }
    f.i32(size);
    f.set(length);
    whileBelow(f, done, length, size, () => {
      run(1, () => {
        if (part.last) emitSkippedRow(part);
      });
    });
    walk.advance(row as number, -size);
    f.release(done, length);
  };

  const emitPackedRows = (part: Part): void => {
    const panel = f.local("i32");
    const group = (count: number, height: number): void => {
      const { at, bytes, strides } = packLeft(f, plan, { ...part, rows: height, count }, start(left), f.params[scratch] as Local);
      f.get(at.local);
      f.set(panel);
      repeat(f, count, () => {
        emitRow(part, height, { at: { local: panel, offset: at.offset }, strides });
        move(f, panel, bytes);
        walk.advance(row as number, height);
      });
    };
    const together = leftTogether(plan);
    for (const run of rows.runs) repeat(f, run.trips / together, () => group(together, run.rows));
    if (rows.rest > 0) group(1, rows.rest);
    walk.advance(row as number, -tiledRows(rows) - rows.rest);
    f.release(panel);
  };

  const emitOuter = (depth: number, end: number, inside: () => void): void => {
    const loop = outer[depth];
    if (loop === undefined || depth === end) inside();
    else tiles(loop, 1, sizeOf(product, loop), () => emitOuter(depth + 1, end, inside), undefined);
  };

  const emitTerms = (columns: ColumnTiles): void => {
    let done = 0;
    plan.terms.forEach(({ count, contracted }, at) => {
      const last = at === plan.terms.length - 1;
      const part = { columns, contracted, last };
      const step = several ? (contracted[0] as number) : 0;
      repeat(f, count, () => {
        if (packed.right) packRight(f, plan, part, start(right), f.params[scratch] as Local);
        emitOuter(plan.rightOuter, outer.length, () => emitRows(part));
        if (!last) walk.advance(termLoop, step);
      });
      if (!last) done += count * step;
    });
    walk.advance(termLoop, -done);
  };

  /** Moves to other columns, whose panels take the place of those before. */
  const advanceBlock = (by: number): void => {
    if (column === undefined || by === 0) return;
    walk.advance(column, by);
    move(f, panelPointer(), -by * blockTerms(plan) * elementBytes);
  };

  const emitBlocks = (): void => {
    if (several) clearUnfinished(f, plan, f.params[scratch] as Local);
    const blocks = packedBlocks(plan);
    const moves = blocks.length > 1 || blocks.some(({ count }) => count > 1);
    let done = 0;
    for (const { count, columns } of blocks) {
      const width = moves ? 4 * columns.vectors.length * columns.trips : 0;
      repeat(f, count, () => {
        emitTerms(columns);
        advanceBlock(width);
      });
      done += count * width;
    }
    advanceBlock(-done);
  };
  emitOuter(0, plan.rightOuter, emitBlocks);
}

/** What is stored in place of rows that are left out. */
function withoutWork({ skip, ...product }: Product): Product {
  const stores = product.stores.flatMap((store, at) => (store.mode === "set" ? [{ ...store, at }] : []));
  return {
    ...product,
    body: stores.map(({ at, value }) => {
      const dtype = product.body[value]?.dtype ?? "f32";
      return { op: "constant", value: skip?.values[at] ?? 0, dtype };
    }),
    stores: stores.map(({ at: _, ...store }, value) => ({ ...store, value })),
  };
}

function clearUnfinished(f: FunctionBuilder, plan: ContractionPlan, scratch: Local): void {
  const pointer = f.local("i32");
  const offset = unfinishedOffset(plan);
  f.get(scratch);
  f.set(pointer);
  repeat(f, (scratchOf(plan) - offset) / 16, () => {
    f.get(pointer);
    f.f32x4(0);
    f.memory("v128.store", offset);
    move(f, pointer, 16);
  });
  f.release(pointer);
}

// Packing: a side is copied to the scratch area so that a tile's columns, or its rows, lie one after the other, term by term.
import type { FunctionBuilder, Local } from "../assembler.ts";
import { loadLanes, shuffled } from "./inner.ts";
import { blockTerms, type ContractionPlan } from "./plan.ts";
import type { Factor } from "./product.ts";
import { type Pointer, type TermLoop, walkTerms } from "./terms.ts";
import { type ColumnBlock, type ColumnTiles, type ColumnVector, columnBlocks, type RowRun, tiledRows } from "./tiles.ts";
import { address, elementBytes, move, repeat } from "./walker.ts";

const vectorBytes = 16;

/** Bytes of packed columns of right that stay near while all rows use them. */
const blockBytes = 1 << 19;

/** Bytes of one panel of right. */
const panelBytes = (plan: ContractionPlan): number => plan.columns.vectors.length * vectorBytes * blockTerms(plan);

/** The columns in the runs for which right is packed at once. */
export function packedBlocks(plan: ContractionPlan): readonly ColumnBlock[] {
  const { packed, columns } = plan;
  if (!packed.right) return [{ count: 1, columns }];
  return columnBlocks(columns, Math.max(1, Math.floor(blockBytes / panelBytes(plan))));
}

/** Bytes of the panels of right that are packed at once; 0 where it is read in place. */
function rightBytes(plan: ContractionPlan): number {
  if (!plan.packed.right) return 0;
  const vectorsOf = ({ trips, vectors, rest }: ColumnTiles): number => trips * vectors.length + rest.length;
  return Math.max(...packedBlocks(plan).map(({ columns }) => vectorsOf(columns))) * vectorBytes * blockTerms(plan);
}

/** Rows of a tile as vectors of four. */
function rowVectors(rows: number): ColumnVector[] {
  return Array.from({ length: Math.ceil(rows / 4) }, (_, at) => ({ start: 4 * at, first: 0, end: Math.min(4, rows - 4 * at) }));
}

/** Rows of tiles that left is packed for at once: where rows lie side by side, whole lines of memory are read. */
export function leftTogether({ rows, row, product }: ContractionPlan): number {
  const beside = row !== undefined && product.left.strides[row] === 1;
  const run = rows.runs[0] as RowRun;
  return beside && run.rows === 4 ? ([4, 5, 3, 2].find((count) => run.trips % count === 0) ?? 1) : 1;
}

/** Bytes of the panel of left for one row of tiles. */
function leftPanelBytes(plan: ContractionPlan): number {
  const { runs, rest } = plan.rows;
  const run = runs[0] as RowRun;
  return rowVectors(run.trips > 0 ? run.rows : rest).length * vectorBytes * blockTerms(plan);
}

/** Bytes of the panels of left that are packed at once; 0 where it is read in place. */
const leftBytes = (plan: ContractionPlan): number => (plan.packed.left ? leftTogether(plan) * leftPanelBytes(plan) : 0);

/** Where unfinished sums are in the scratch area: after the panels of right and the one of left. */
export const unfinishedOffset = (plan: ContractionPlan): number => rightBytes(plan) + leftBytes(plan);

/** Vectors of a row of unfinished sums. */
export const unfinishedVectors = ({ columns: { trips, vectors, rest } }: ContractionPlan): number =>
  trips * vectors.length + rest.length;

/** Bytes of scratch memory. */
export function scratchOf(plan: ContractionPlan): number {
  const { rows, terms } = plan;
  const unfinished = terms.length > 1 ? (tiledRows(rows) + rows.rest) * unfinishedVectors(plan) * vectorBytes : 0;
  return unfinishedOffset(plan) + unfinished;
}

/** Strides, in bytes, along the contracted loops of a panel of so many vectors. */
export function panelStrides(sizes: readonly number[], vectors: number): number[] {
  let stride = vectors * vectorBytes;
  return sizes.reduceRight<number[]>((strides, size) => {
    strides.unshift(stride);
    stride *= size;
    return strides;
  }, []);
}

/** Columns of right, or rows of left, for a part of the terms: of the contracted loops, of these sizes. */
interface PackedPart {
  readonly columns: ColumnTiles;
  readonly contracted: readonly number[];
}

/** Packs columns of right, whose entry for the first of them is at `from`. */
export function packRight(
  f: FunctionBuilder,
  plan: ContractionPlan,
  { columns, contracted }: PackedPart,
  from: Pointer,
  scratch: Local,
): void {
  const { product, column } = plan;
  const stride = elementBytes * (column === undefined ? 0 : (product.right.strides[column] as number));
  const [source, target] = [f.local("i32"), f.local("i32")];
  f.get(from.local);
  f.set(source);
  move(f, source, from.offset);
  f.get(scratch);
  f.set(target);
  const { vectors, trips, rest } = columns;
  const panel = panelBytes(plan);
  const pack = (panels: readonly Panel[]): void => {
    packPanels(f, contracted, product.right, panels, {
      stride,
      from: { local: source, offset: 0 },
      to: { local: target, offset: 0 },
    });
  };
  const several = (count: number): void => {
    const shifted = Array.from({ length: count }, (_, at) => ({
      vectors: vectors.map((vector) => ({ ...vector, start: vector.start + 4 * at * vectors.length })),
      offset: at * panel,
    }));
    pack(shifted);
    move(f, source, 4 * count * vectors.length * stride);
    move(f, target, count * panel);
  };
  // Where columns lie side by side, panels are filled several at once: whole lines of memory are read.
  const together = stride === elementBytes ? Math.max(1, Math.min(trips, vectors.length > 2 ? 2 : 4)) : 1;
  repeat(f, Math.floor(trips / together), () => several(together));
  if (trips % together > 0) several(trips % together);
  if (rest.length > 0) pack([{ vectors: rest, offset: 0 }]);
  f.release(source, target);
}

/** Left in its panels: row `r` of a term is 4 · r bytes from the term's first one. */
export interface LeftPanels {
  /** Of the first panel. */
  readonly at: Pointer;
  /** Bytes from panel to panel. */
  readonly bytes: number;
  /** Bytes along the contracted loops. */
  readonly strides: readonly number[];
}

/** Packs so many tiles' rows of left, whose entry for the first of them is at `from`. */
export function packLeft(
  f: FunctionBuilder,
  plan: ContractionPlan,
  { rows, count, contracted }: { readonly rows: number; readonly count: number } & Pick<PackedPart, "contracted">,
  from: Pointer,
  scratch: Local,
): LeftPanels {
  const { product, row } = plan;
  const vectors = rowVectors(rows);
  const at = { local: scratch, offset: rightBytes(plan) };
  const bytes = leftPanelBytes(plan);
  const stride = elementBytes * (row === undefined ? 0 : (product.left.strides[row] as number));
  const panels = Array.from({ length: count }, (_, tile) => ({
    vectors: vectors.map((vector) => ({ ...vector, start: vector.start + tile * rows })),
    offset: tile * bytes,
  }));
  packPanels(f, contracted, product.left, panels, { stride, from, to: at });
  return { at, bytes, strides: panelStrides(contracted, vectors.length) };
}

interface Panel {
  readonly vectors: readonly ColumnVector[];
  /** Bytes to this panel from the first one. */
  readonly offset: number;
}

interface PanelWalk {
  /** Bytes from row to row of left, from column to column of right. */
  readonly stride: number;
  readonly from: Pointer;
  readonly to: Pointer;
}

/** Panels of the same number of vectors. */
function packPanels(
  f: FunctionBuilder,
  contracted: readonly number[],
  factor: Factor,
  panels: readonly Panel[],
  { stride, from, to: into }: PanelWalk,
): void {
  const width = panels[0]?.vectors.length ?? 0;
  const strides = panelStrides(contracted, width);
  const terms = width * vectorBytes;
  const vectors = panels.flatMap(({ vectors: of, offset }) =>
    of.map((vector, at) => ({ ...vector, target: offset + at * vectorBytes })),
  );
  // Where the terms of a column lie side by side, blocks of four columns and four terms are transposed.
  const blocks = stride !== elementBytes && factor.contracted.at(-1) === 1;
  const loops = contracted.map((size, at): TermLoop => {
    const loop = { size, left: (factor.contracted[at] as number) * elementBytes, right: strides[at] as number };
    if (!blocks || at < contracted.length - 1) return loop;
    const fours = { size: Math.floor(size / 4), left: 4 * loop.left, right: 4 * loop.right };
    return size % 4 === 0 ? fours : { ...fours, tail: size % 4 };
  });
  walkTerms(f, {
    loops,
    left: from,
    right: into,
    unroll: blocks || panels.length > 1 ? 1 : 4,
    step(l, r, lanes) {
      for (const { start, end, target: to } of vectors) {
        const source = { local: l.local, offset: l.offset + start * stride };
        const target = { local: r.local, offset: r.offset + to };
        if (blocks && lanes === 4) transposeBlock(f, { source, target, stride, end, terms });
        else {
          for (let term = 0; term < (blocks ? lanes : 1); term += 1) {
            const entry = { local: source.local, offset: source.offset + term * elementBytes };
            f.get(target.local);
            gatherLanes(f, entry, stride, end);
            f.memory("v128.store", target.offset + term * terms);
          }
        }
      }
    },
  });
}

/** Leaves a vector of entries that are `stride` bytes apart; lanes from `lanes` on are 0. */
export function gatherLanes(f: FunctionBuilder, { local, offset }: Pointer, stride: number, lanes: number): void {
  if (stride === elementBytes) {
    loadLanes(f, { local, offset }, lanes);
    return;
  }
  // The addresses of the last lanes first: the stack gives them back the other way around.
  const offsets: number[] = [];
  for (let lane = lanes - 1; lane >= 0; lane -= 1) offsets[lane] = address(f, local, offset + lane * stride);
  f.memory("v128.load32_zero", offsets[0]);
  for (let lane = 1; lane < lanes; lane += 1) f.memoryLane("v128.load32_lane", lane, offsets[lane]);
}

interface Block {
  readonly source: Pointer;
  readonly target: Pointer;
  /** Bytes between columns of the source. */
  readonly stride: number;
  /** Columns that there are, 1 to 4. */
  readonly end: number;
  /** Bytes between terms of the target. */
  readonly terms: number;
}

function transposeBlock(f: FunctionBuilder, { source, target, stride, end, terms }: Block): void {
  const fresh = (): Local => f.local("v128");
  const columns = [fresh(), fresh(), fresh(), fresh()] as const;
  columns.forEach((column, lane) => {
    if (lane < end) {
      f.memory("v128.load", address(f, source.local, source.offset + lane * stride));
    } else f.f32x4(0);
    f.set(column);
  });
  const [a, b, c, d] = columns;
  const pairs = [fresh(), fresh(), fresh(), fresh()] as const;
  const [ab0, ab2, cd0, cd2] = pairs;
  const interleave = (one: Local, other: Local, lanes: readonly number[], into: Local): void => {
    shuffled(f, one, other, lanes);
    f.set(into);
  };
  interleave(a, b, [0, 4, 1, 5], ab0);
  interleave(a, b, [2, 6, 3, 7], ab2);
  interleave(c, d, [0, 4, 1, 5], cd0);
  interleave(c, d, [2, 6, 3, 7], cd2);
  const store = (term: number, one: Local, other: Local, lanes: readonly number[]): void => {
    f.get(target.local);
    shuffled(f, one, other, lanes);
    f.memory("v128.store", target.offset + term * terms);
  };
  store(0, ab0, cd0, [0, 1, 4, 5]);
  store(1, ab0, cd0, [2, 3, 6, 7]);
  store(2, ab2, cd2, [0, 1, 4, 5]);
  store(3, ab2, cd2, [2, 3, 6, 7]);
  f.release(...columns, ...pairs);
}

// The way a product is computed: which loops the register tiles span, which side is spread over rows, whether the other one
// is packed first. Chosen by an estimate in cycles.
import type { Machine } from "../assembler.ts";
import { costOf } from "./cost.ts";
import { exchanged, type Factor, isSpread, type Product, sizeOf, termsOf, total } from "./product.ts";
import { type ColumnTiles, columnTiles, inHigherTiles, type RowTiles, rowTiles } from "./tiles.ts";

/**
 * `spread`: a vector holds four columns; each scalar of left is spread and multiplied with vectors of right.
 * `inner`: a vector holds four terms of one sum, which are added at the end; both sides have stride 1 along the last contracted loop.
 */
export type Method = "spread" | "inner";

export interface ContractionPlan {
  /** With the sides in the order chosen, and the contracted loops too. */
  readonly product: Product;
  readonly method: Method;
  /** Loops of `product.sizes` that the tiles span; undefined for a single row or column. */
  readonly row: number | undefined;
  readonly column: number | undefined;
  /** The others, outermost first: those that right changes along, then those that it does not. */
  readonly outer: readonly number[];
  /** How many of `outer` right changes along. */
  readonly rightOuter: number;
  readonly rows: RowTiles;
  readonly columns: ColumnTiles;
  /**
   * Sides that are copied to the scratch area first: right in panels of a tile's columns, each a row of the panel for each term,
   * whenever right changes; left in such a panel of a tile's rows, for each row of tiles.
   */
  readonly packed: { readonly left: boolean; readonly right: boolean };
  /** The terms in the parts that are summed at once; where there are several, unfinished sums wait in the scratch area. */
  readonly terms: readonly TermBlock[];
}

/** Parts of the terms that follow one another: of the contracted loops, of these sizes. */
export interface TermBlock {
  readonly count: number;
  readonly contracted: readonly number[];
}

/** Terms of a part, at most. */
export const blockTerms = ({ terms }: ContractionPlan): number => Math.max(...terms.map(({ contracted }) => total(contracted)));

/** Entries of the area for unfinished sums, at most; rows from which on packing right pays, if only for where its terms lie. */
const [unfinishedEntries, rowsToPack] = [1 << 18, 16] as const;

export function planContraction(product: Product, { wideVectors }: Machine): ContractionPlan {
  const candidates = [product, exchanged(product)].flatMap(candidatesOf);
  const costs = candidates.map(costOf);
  const plan = candidates[costs.indexOf(Math.min(...costs))] as ContractionPlan;
  return wideVectors ? widened(plan) : plan;
}

/**
 * The same sums in the same order, in tiles for a machine that makes one vector of two: four vectors wide where there are columns
 * enough, and higher where they may be, so that as many additions are under way as hide what one takes.
 */
function widened(plan: ContractionPlan): ContractionPlan {
  const { method, product, rows, columns, row, column } = plan;
  const usual = method === "spread" && rows.runs.some((run) => run.rows === 4 && run.trips > 0) && columns.vectors.length === 2;
  // What is added up over a tile's columns, or rows, would be added up in another order.
  const addsAlong = (loop: number | undefined): boolean =>
    product.stores.some(({ mode, place }) => mode !== "set" && place.strides[loop as number] === 0);
  if (!usual || addsAlong(column)) return plan;
  const still = !plan.packed.left && product.skip === undefined && !addsAlong(row);
  const width = sizeOf(product, column);
  if (width < 16) return still ? { ...plan, rows: inHigherTiles(rows, 8) } : plan;
  return { ...plan, columns: columnTiles(width, 4, repeatable(product)), rows: still ? inHigherTiles(rows, 5) : rows };
}

function candidatesOf(product: Product): readonly ContractionPlan[] {
  const { sizes, left, right, ordered } = product;
  const loops = sizes.map((_, loop) => loop);
  const still = (strides: readonly number[]) => loops.filter((loop) => strides[loop] === 0);
  const last = sizes.length - 1;
  const columns = ordered ? still(left.strides).filter((loop) => loop === last) : still(left.strides);
  const rows = ordered ? [] : still(right.strides);
  const orNone = (candidates: readonly number[]) => (candidates.length > 0 ? candidates : [undefined]);
  return orNone(columns).flatMap((column) =>
    orNone(rows.filter((row) => row !== column)).flatMap((row) =>
      methodsOf(product).map((method) => planOf(product, method, row, column)),
    ),
  );
}

function methodsOf({ contracted, left, right }: Product): readonly Method[] {
  const along = contracted.some((_, loop) => left.contracted[loop] === 1 && right.contracted[loop] === 1);
  return along ? ["spread", "inner"] : ["spread"];
}

function planOf(given: Product, method: Method, row: number | undefined, column: number | undefined): ContractionPlan {
  const [height, width] = [sizeOf(given, row), sizeOf(given, column)];
  const besides = column !== undefined && given.right.strides[column] === 1;
  const ordinary = withUnitLast(given, method === "inner" ? ["left", "right"] : besides ? ["left"] : ["right"]);
  const skip = isUsable(ordinary, method, row, column) ? ordinary.skip : undefined;
  const product = { ...ordinary, skip };
  const { sizes, left, right, ordered } = product;
  const tile = ordered ? { rows: 1, vectors: 1 } : tileShape(method, height, width);
  const outer = sizes.map((_, loop) => loop).filter((loop) => loop !== row && loop !== column);
  const changing = ordered ? outer : outer.filter((loop) => right.strides[loop] !== 0);
  const packed = {
    left:
      method === "spread" &&
      row !== undefined &&
      width >= 32 &&
      termsOf(product) >= 64 &&
      left.contracted.at(-1) !== 1 &&
      skip?.terms !== false,
    right: method === "spread" && (width < 4 || !besides || (isSpread(product) && height >= rowsToPack)),
  };
  const termsAtOnce = method === "spread" ? termsTogether(product, packed) : undefined;
  const whole = skip?.terms === true && skip.loop === 0;
  const finishable = !ordered && !whole && outer.length === changing.length && height * width <= unfinishedEntries;
  return {
    product,
    method,
    row,
    column,
    outer: ordered ? outer : [...changing, ...outer.filter((loop) => !changing.includes(loop))],
    rightOuter: changing.length,
    rows: rowTiles(height, tile.rows),
    columns: columnTiles(width, tile.vectors, repeatable(product)),
    packed,
    terms: termBlocks(product.contracted, finishable ? termsAtOnce : undefined),
  };
}

/** Whether rows of tiles, or terms, are left out: by lengths that are the same for a whole tile and known before the loop in question. */
function isUsable({ skip, contracted }: Product, method: Method, row: number | undefined, column: number | undefined): boolean {
  if (skip === undefined) return false;
  const { lengths, loop, terms } = skip;
  const still = [row, column].every((across) => across === undefined || lengths.strides[across] === 0);
  if (!terms) return still && loop === row;
  const before = contracted.every((_, at) => lengths.contracted[at] === 0 || at < loop);
  return still && before && method === "spread";
}

/** Terms of a part that stay in the cache until the next tile needs them; undefined where all terms are multiplied at once. */
function termsTogether(product: Product, packed: ContractionPlan["packed"]): number | undefined {
  // A tile's part of both sides stays in the nearest cache.
  if (packed.left || (packed.right && termsOf(product) > 1024)) return 256;
  // Without packing, few rows of terms that lie far apart are read at a time, each of them to its end.
  return !packed.right && isSpread(product) ? 16 : undefined;
}

/** The terms in parts of about so many each; undefined: all at once. */
function termBlocks(contracted: readonly number[], termsAtOnce: number | undefined): readonly TermBlock[] {
  if (termsAtOnce === undefined) return [{ count: 1, contracted }];
  const [first = 1, ...others] = contracted;
  const most = Math.max(1, Math.floor(termsAtOnce / total(others)));
  if (first <= 2 * most) return [{ count: 1, contracted }];
  const blocks = Math.ceil(first / most);
  const each = Math.ceil(first / blocks);
  const count = Math.ceil(first / each) - 1;
  const last = first - count * each;
  return [
    { count, contracted: [each, ...others] },
    { count: 1, contracted: [last, ...others] },
  ];
}

/** Eight sums are enough to hide the latency of additions, and leave registers for both sides. */
function tileShape(method: Method, height: number, width: number): { readonly rows: number; readonly vectors: number } {
  if (method === "inner") return height > 1 ? { rows: 2, vectors: 1 } : { rows: 1, vectors: width > 4 ? 2 : 1 };
  const vectors = Math.ceil(width / 4);
  if (vectors === 1) return { rows: Math.min(height, 8), vectors };
  if (height >= 4) return { rows: 4, vectors: 2 };
  return { rows: height, vectors: Math.min(vectors, Math.floor(8 / height)) };
}

/** Whether computing and storing an entry a second time changes nothing. */
function repeatable({ body, stores, left, right, ordered }: Product): boolean {
  const loads = body.flatMap((instruction) => ("place" in instruction ? [instruction.place.operand] : []));
  const read = new Set([left.operand, right.operand, ...loads]);
  return !ordered && stores.every(({ mode, place }) => mode !== "add" && !read.has(place.operand));
}

/** The product with that contracted loop last along which these sides lie entry by entry, if there is one. */
function withUnitLast(product: Product, sides: readonly ("left" | "right")[]): Product {
  const { contracted, left, right, skip } = product;
  const unit = contracted.findIndex((_, loop) => sides.every((side) => product[side].contracted[loop] === 1));
  if (unit === -1) return product;
  const reorder = (values: readonly number[]) => [...values.filter((_, loop) => loop !== unit), values[unit] as number];
  const reordered = (factor: Factor): Factor => ({ ...factor, contracted: reorder(factor.contracted) });
  const loops = reorder(contracted.map((_, loop) => loop));
  return {
    ...product,
    contracted: reorder(contracted),
    left: reordered(left),
    right: reordered(right),
    skip: skip && { ...skip, loop: skip.terms ? loops.indexOf(skip.loop) : skip.loop, lengths: reordered(skip.lengths) },
  };
}

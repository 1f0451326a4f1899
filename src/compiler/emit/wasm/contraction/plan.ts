// The way a product is computed: which loops the register tiles span, which side is spread over rows, whether the other one
// is packed first. Chosen by an estimate in cycles.
import { exchanged, type Product } from "./product.ts";
import { type ColumnTiles, columnTiles, type RowTiles, rowTiles } from "./tiles.ts";

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
}

const total = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

/** Entries of a product's sum. */
export const termsOf = (product: Product): number => total(product.contracted);

/** Cycles of a packed vector by the way that its four lanes lie in memory: side by side, as a transposed block, anyhow. */
const packCycles = { together: 1.5, transposed: 3, apart: 5 } as const;
/** Cycles of a multiplication and addition of vectors, and the latency of an addition. */
const [productCycles, additionLatency] = [0.67, 3] as const;

export function planContraction(product: Product): ContractionPlan {
  const candidates = [product, exchanged(product)].flatMap(candidatesOf);
  const costs = candidates.map(costOf);
  return candidates[costs.indexOf(Math.min(...costs))] as ContractionPlan;
}

function candidatesOf(product: Product): readonly ContractionPlan[] {
  const { sizes, left, right, ordered } = product;
  const loops = sizes.map((_, loop) => loop);
  const still = (strides: readonly number[]) => loops.filter((loop) => strides[loop] === 0);
  const last = sizes.length - 1;
  const columns = ordered ? still(left.strides).filter((loop) => loop === last) : still(left.strides);
  const rows = ordered ? [] : still(right.strides);
  return [...columns, undefined].flatMap((column) =>
    [...rows, undefined]
      .filter((row) => row === undefined || row !== column)
      .flatMap((row) => methodsOf(product).map((method) => planOf(product, method, row, column))),
  );
}

function methodsOf({ contracted, left, right }: Product): readonly Method[] {
  const along = contracted.some((_, loop) => left.contracted[loop] === 1 && right.contracted[loop] === 1);
  return along ? ["spread", "inner"] : ["spread"];
}

function planOf(given: Product, method: Method, row: number | undefined, column: number | undefined): ContractionPlan {
  const product = method === "inner" ? withUnitLast(given) : given;
  const { sizes, left, right, ordered } = product;
  const [height, width] = [sizeOf(product, row), sizeOf(product, column)];
  const tile = ordered ? { rows: 1, vectors: 1 } : tileShape(method, height, width);
  const outer = sizes.map((_, loop) => loop).filter((loop) => loop !== row && loop !== column);
  const changing = ordered ? outer : outer.filter((loop) => right.strides[loop] !== 0);
  const packed = {
    left: method === "spread" && row !== undefined && width >= 32 && termsOf(product) >= 64 && left.contracted.at(-1) !== 1,
    right: method === "spread" && (width < 4 || column === undefined || right.strides[column] !== 1 || isSpread(product)),
  };
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
  };
}

/** Whether the terms of a column lie on more pages of memory than the processor keeps translations for. */
function isSpread({ contracted, right }: Product): boolean {
  const reach = contracted.reduce((sum, size, loop) => sum + (size - 1) * Math.abs(right.contracted[loop] as number), 0);
  return reach > 65536;
}

export function sizeOf({ sizes }: Product, loop: number | undefined): number {
  return loop === undefined ? 1 : (sizes[loop] as number);
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

/** The product with a contracted loop last that both sides walk entry by entry. */
function withUnitLast(product: Product): Product {
  const { contracted, left, right } = product;
  const unit = contracted.findIndex((_, loop) => left.contracted[loop] === 1 && right.contracted[loop] === 1);
  const reorder = (values: readonly number[]) => [...values.filter((_, loop) => loop !== unit), values[unit] as number];
  return {
    ...product,
    contracted: reorder(contracted),
    left: { ...left, contracted: reorder(left.contracted) },
    right: { ...right, contracted: reorder(right.contracted) },
  };
}

function costOf(plan: ContractionPlan): number {
  const { product, outer, rightOuter, rows, columns, method } = plan;
  const terms = termsOf(product);
  const count = (loops: readonly number[]) => total(loops.map((loop) => product.sizes[loop] as number));
  const tileCost = (height: number, vectors: number, lanes: number): number => {
    if (height === 0 || vectors === 0) return 0;
    return tileCycles(method, terms, height, vectors, lanes) + storeCycles(plan, height, vectors);
  };
  const lanesOf = (vectors: ColumnTiles["rest"]) => vectors.reduce((sum, { first, end }) => sum + end - first, 0);
  const rowOf = (height: number) =>
    columns.trips * tileCost(height, columns.vectors.length, 4 * columns.vectors.length) +
    tileCost(height, columns.rest.length, lanesOf(columns.rest));
  const once = rows.trips * rowOf(rows.rows) + rowOf(rows.rest);
  const packs = plan.packed.right ? count(outer.slice(0, rightOuter)) * packCost(plan, terms) : 0;
  return count(outer) * (once + 10) + packs;
}

function tileCycles(method: Method, terms: number, height: number, vectors: number, lanes: number): number {
  const overhead = 10;
  if (method === "spread") {
    const step = Math.max(productCycles * height * vectors, additionLatency, (height + vectors) / 3);
    return overhead + terms * step;
  }
  const step = Math.max(productCycles * height * lanes, additionLatency, (height + lanes) / 3);
  return overhead + Math.ceil(terms / 4) * step + 3 * height * lanes;
}

/** Of the epilogue: lanes that do not lie side by side are loaded and stored one by one. */
function storeCycles({ product, column }: ContractionPlan, height: number, vectors: number): number {
  const places = [
    ...product.body.flatMap((instruction) => ("place" in instruction ? [instruction.place] : [])),
    ...product.stores.map(({ place }) => place),
  ];
  const each = places.map(({ strides }) => {
    const stride = column === undefined ? 0 : (strides[column] as number);
    return stride === 1 || stride === 0 ? 1 : 5;
  });
  return height * vectors * total([each.reduce((sum, cycles) => sum + cycles, 0)]);
}

function packCost({ product, columns, column }: ContractionPlan, terms: number): number {
  const vectors = columns.trips * columns.vectors.length + columns.rest.length;
  const { right } = product;
  const way =
    column !== undefined && right.strides[column] === 1 ? "together" : right.contracted.at(-1) === 1 ? "transposed" : "apart";
  return terms * vectors * packCycles[way];
}

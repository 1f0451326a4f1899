// An estimate of what a plan for a contraction takes, in cycles of a processor with three ports for vectors of floats.
import type { ContractionPlan } from "./plan.ts";
import { isSpread, sizeOf, termsOf, total } from "./product.ts";
import type { ColumnTiles } from "./tiles.ts";

/** Cycles of a packed vector by the way that its four lanes lie in memory: side by side, as a transposed block, anyhow. */
const packCycles = { together: 1.5, transposed: 3, apart: 5 } as const;
/** Cycles of a multiplication and addition of vectors, the latency of an addition, and what a load or a spread scalar takes. */
const [productCycles, additionLatency, loadCycles] = [0.67, 3, 0.9] as const;
/** Cycles more for a vector of right whose terms lie on pages apart: where each page is read on, and where it is left at once. */
const farCycles = { read: 0.8, waited: 2.5 } as const;

/** Entries of right, at most, that stay in the cache while all rows read them where they are. */
const nearEntries = 1 << 18;

/** Cycles of a vector of the epilogue whose lanes lie apart: on pages apart they share a place in the cache, and drive one another out. */
const apartCycles = { near: 5, far: 40 } as const;
/** Entries of a page of memory. */
const pageEntries = 1024;

/** Of ragged values, that is not padding. */
const usedShare = 0.6;

/** Of the whole contraction. Only the order of the estimates of different plans for one product matters. */
export function costOf(plan: ContractionPlan): number {
  const { product, outer, rightOuter, rows, columns } = plan;
  const terms = termsOf(product);
  const stored = storeCycles(plan);
  const count = (loops: readonly number[]) => total(loops.map((loop) => product.sizes[loop] as number));
  const tileCost = (height: number, vectors: number, lanes: number): number => {
    if (height === 0 || vectors === 0) return 0;
    return tileCycles(plan, { height, vectors, lanes }) + height * vectors * stored;
  };
  const lanesOf = (vectors: ColumnTiles["rest"]) => vectors.reduce((sum, { first, end }) => sum + end - first, 0);
  const rowOf = (height: number) =>
    columns.trips * tileCost(height, columns.vectors.length, 4 * columns.vectors.length) +
    tileCost(height, columns.rest.length, lanesOf(columns.rest));
  const once = rows.runs.reduce((sum, run) => sum + run.trips * rowOf(run.rows), rowOf(rows.rest));
  const vectors = columns.trips * columns.vectors.length + columns.rest.length;
  const panels = rows.runs.reduce((sum, run) => sum + run.trips * Math.ceil(run.rows / 4), Math.ceil(rows.rest / 4));
  const rightPacks = plan.packed.right
    ? count(outer.slice(0, rightOuter)) * terms * vectors * packCycles[wayOf(plan, "right")]
    : 0;
  const leftPacks = plan.packed.left ? count(outer) * terms * panels * packCycles[wayOf(plan, "left")] : 0;
  const used = product.skip === undefined ? 1 : usedShare;
  return used * count(outer) * (once + 10) + rightPacks + leftPacks;
}

function tileCycles(
  { method, product, row, column, packed, terms: blocks }: ContractionPlan,
  { height, vectors, lanes }: { readonly height: number; readonly vectors: number; readonly lanes: number },
): number {
  const terms = termsOf(product);
  const overhead = 10;
  if (method === "spread") {
    const step = Math.max(productCycles * height * vectors, additionLatency, loadCycles * (height + vectors));
    const far = packed.right || !isSpread(product) ? 0 : blocks.length > 1 ? farCycles.read : farCycles.waited;
    return overhead + terms * (step + far * vectors);
  }
  const readAgain = sizeOf(product, row) > height && terms * sizeOf(product, column) > nearEntries;
  const far = readAgain ? farCycles.read * lanes : 0;
  const step = Math.max(productCycles * height * lanes, additionLatency, loadCycles * (height + lanes)) + far;
  return overhead + Math.ceil(terms / 4) * step + 3 * height * lanes;
}

/** Of the epilogue for a vector: lanes that do not lie side by side are loaded and stored one by one. */
function storeCycles({ product, column }: ContractionPlan): number {
  const places = [
    ...product.body.flatMap((instruction) => ("place" in instruction ? [instruction.place] : [])),
    ...product.stores.map(({ place }) => place),
  ];
  const each = places.map(({ strides }) => {
    const stride = column === undefined ? 0 : (strides[column] as number);
    if (stride === 1 || stride === 0) return 1;
    return Math.abs(stride) < pageEntries ? apartCycles.near : apartCycles.far;
  });
  return each.reduce((sum, cycles) => sum + cycles, 0);
}

/** How the lanes of a packed vector lie. */
function wayOf({ product, row, column }: ContractionPlan, side: "left" | "right"): keyof typeof packCycles {
  const factor = product[side];
  const across = side === "left" ? row : column;
  if (across !== undefined && factor.strides[across] === 1) return "together";
  return factor.contracted.at(-1) === 1 ? "transposed" : "apart";
}

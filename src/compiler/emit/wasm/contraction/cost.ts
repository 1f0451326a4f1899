// An estimate of what a plan for a contraction takes, in cycles of a processor with three ports for vectors of floats.
import type { ContractionPlan, Method } from "./plan.ts";
import { termsOf, total } from "./product.ts";
import type { ColumnTiles } from "./tiles.ts";

/** Cycles of a packed vector by the way that its four lanes lie in memory: side by side, as a transposed block, anyhow. */
const packCycles = { together: 1.5, transposed: 3, apart: 5 } as const;
/** Cycles of a multiplication and addition of vectors, and the latency of an addition. */
const [productCycles, additionLatency] = [0.67, 3] as const;

/** Of the whole contraction. Only the order of the estimates of different plans for one product matters. */
export function costOf(plan: ContractionPlan): number {
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
  return height * vectors * each.reduce((sum, cycles) => sum + cycles, 0);
}

function packCost({ product, columns, column }: ContractionPlan, terms: number): number {
  const vectors = columns.trips * columns.vectors.length + columns.rest.length;
  const { right } = product;
  const way =
    column !== undefined && right.strides[column] === 1 ? "together" : right.contracted.at(-1) === 1 ? "transposed" : "apart";
  return terms * vectors * packCycles[way];
}

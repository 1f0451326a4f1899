// Packing: right is copied to the scratch area so that the vectors of a tile's columns lie one after the other, term by term.
import type { FunctionBuilder, Local } from "../assembler.ts";
import { loadLanes, shuffled } from "./inner.ts";
import { type ContractionPlan, termsOf } from "./plan.ts";
import { type Pointer, type TermLoop, walkTerms } from "./terms.ts";
import type { ColumnVector } from "./tiles.ts";
import { elementBytes, move, repeat } from "./walker.ts";

const vectorBytes = 16;

/** Bytes of all panels; 0 where right is read in place. */
export function packedBytes({ packed, columns, product }: ContractionPlan): number {
  const vectors = columns.trips * columns.vectors.length + columns.rest.length;
  return packed ? vectors * vectorBytes * termsOf(product) : 0;
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

/** Packs all columns; `from` is at right's entry for the first of them. */
export function packRight(f: FunctionBuilder, plan: ContractionPlan, from: Pointer, scratch: Local): void {
  const { columns, product, column } = plan;
  const stride = elementBytes * (column === undefined ? 0 : (product.right.strides[column] as number));
  const [source, target] = [f.local("i32"), f.local("i32")];
  f.get(from.local);
  f.set(source);
  move(f, source, from.offset);
  f.get(scratch);
  f.set(target);
  const panel = (vectors: readonly ColumnVector[]): void => {
    packPanel(f, plan, vectors, { stride, from: { local: source, offset: 0 }, to: { local: target, offset: 0 } });
  };
  const width = columns.vectors.length;
  repeat(f, columns.trips, () => {
    panel(columns.vectors);
    move(f, source, 4 * width * stride);
    move(f, target, width * vectorBytes * termsOf(product));
  });
  if (columns.rest.length > 0) panel(columns.rest);
  f.release(source, target);
}

interface PanelWalk {
  /** Bytes from column to column of right. */
  readonly stride: number;
  readonly from: Pointer;
  readonly to: Pointer;
}

function packPanel(
  f: FunctionBuilder,
  { product }: ContractionPlan,
  vectors: readonly ColumnVector[],
  { stride, from, to }: PanelWalk,
): void {
  const { contracted, right } = product;
  const strides = panelStrides(contracted, vectors.length);
  const terms = vectors.length * vectorBytes;
  // Where the terms of a column lie side by side, blocks of four columns and four terms are transposed.
  const blocks = stride !== elementBytes && right.contracted.at(-1) === 1;
  const loops = contracted.map((size, at): TermLoop => {
    const loop = { size, left: (right.contracted[at] as number) * elementBytes, right: strides[at] as number };
    if (!blocks || at < contracted.length - 1) return loop;
    const fours = { size: Math.floor(size / 4), left: 4 * loop.left, right: 4 * loop.right };
    return size % 4 === 0 ? fours : { ...fours, tail: size % 4 };
  });
  const columns = vectors.flatMap(({ start, end }) => Array.from({ length: end }, (_, lane) => (start + lane) * stride));
  walkTerms(f, {
    loops,
    left: from,
    right: to,
    below: { left: Math.min(0, ...columns), right: 0 },
    unroll: 4,
    step(l, r, lanes) {
      vectors.forEach(({ start, end }, at) => {
        const source = { local: l.local, offset: l.offset + start * stride };
        const target = { local: r.local, offset: r.offset + at * vectorBytes };
        if (blocks && lanes === 4) transposeBlock(f, { source, target, stride, end, terms });
        else {
          for (let term = 0; term < (blocks ? lanes : 1); term += 1) {
            const entry = { local: source.local, offset: source.offset + term * elementBytes };
            f.get(target.local);
            gatherLanes(f, entry, stride, end);
            f.memory("v128.store", target.offset + term * terms);
          }
        }
      });
    },
  });
}

/** Leaves a vector of entries that are `stride` bytes apart; lanes from `lanes` on are 0. */
export function gatherLanes(f: FunctionBuilder, { local, offset }: Pointer, stride: number, lanes: number): void {
  if (stride === elementBytes) {
    loadLanes(f, { local, offset }, lanes);
    return;
  }
  for (let lane = 1; lane < lanes; lane += 1) f.get(local);
  f.get(local);
  f.memory("v128.load32_zero", offset);
  for (let lane = 1; lane < lanes; lane += 1) f.memoryLane("v128.load32_lane", lane, offset + lane * stride);
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
      f.get(source.local);
      f.memory("v128.load", source.offset + lane * stride);
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

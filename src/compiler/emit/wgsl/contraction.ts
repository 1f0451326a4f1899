// Contractions: as tiles in workgroup memory where they are matrix products of some size, as rows with a reduction where one
// side is narrow, in two steps where the contracted loops are long and the product is small or where a store combines entries.
import type { Access, Contraction, Instruction, Nest, Store } from "../../loops/kernel.ts";
import type { Emission } from "./emission.ts";
import { emitNest } from "./nest.ts";
import { loopGroups, mergeLoops, product, type Task } from "./task.ts";
import { emitTiles, type MatrixProduct, type Walk } from "./tiles.ts";

/** Fewer rows or columns than this leave most of a tile empty. */
const narrow = 8;
/** Workgroups that keep a device busy. */
const enoughGroups = 192;

export function emitContraction(emission: Emission, contraction: Contraction): void {
  const { sizes, batch, rows, contracted, stores, fills, path } = contraction;
  if (product(sizes) === 0) return;
  const m = product(sizes.slice(batch, batch + rows));
  const n = product(sizes.slice(batch + rows));
  const k = product(contracted);
  const plain = fills.length === 0 && stores.every(({ mode, index }) => mode === "set" && index === undefined);
  const inner = innerLoop(contraction);
  if (inner !== undefined && (Math.min(m, n) < narrow || k < 4)) {
    emitNest(emission, asNest(contraction, inner));
    return;
  }
  if (!plain) {
    const buffer = emission.scratch("f32", product(sizes), path);
    emitTiles(emission, matrixProduct(contraction, [toScratch(sizes, buffer)], 1));
    emitNest(emission, epilogue(contraction, buffer, 1));
    return;
  }
  const parts = partsFor(m, n, product(sizes.slice(0, batch)), k);
  if (parts === 1) {
    emitTiles(emission, matrixProduct(contraction, stores, 1));
    return;
  }
  const buffer = emission.scratch("f32", parts * product(sizes), path);
  emitTiles(emission, matrixProduct(contraction, [toScratch(sizes, buffer)], parts));
  emitNest(emission, epilogue(contraction, buffer, parts));
}

/** Into how many parts the contracted loops are split so that enough workgroups have work. */
function partsFor(m: number, n: number, batches: number, k: number): number {
  const groups = Math.ceil(m / 32) * Math.ceil(n / 32) * batches;
  if (groups >= enoughGroups || k < 512) return 1;
  return Math.max(1, Math.min(Math.ceil(enoughGroups / groups), Math.floor(k / 128), 64));
}

const rowMajor = (sizes: readonly number[]): readonly number[] => sizes.map((_, loop) => product(sizes.slice(loop + 1)));

const toScratch = (sizes: readonly number[], buffer: number): Store => ({
  access: { buffer, offset: 0, strides: rowMajor(sizes) },
  value: 0,
  mode: "set",
});

/** The body on finished sums, which lie in parts in a buffer. */
function epilogue({ sizes, body, stores, fills, path }: Contraction, buffer: number, parts: number): Nest {
  const along = (strides: readonly number[]): readonly number[] => [...strides, 0];
  const load = { buffer, offset: 0, strides: [...rowMajor(sizes), product(sizes)] };
  const sums: readonly Instruction[] = [
    { op: "load", access: load, dtype: "f32" },
    { op: "reduce", name: "sum", input: 0, dtype: "f32" },
  ];
  if (parts > 1) return withBody({ sizes: [...sizes, parts], body, stores, fills, path }, sums, along);
  const single: readonly Instruction[] = [{ op: "load", access: { ...load, strides: rowMajor(sizes) }, dtype: "f32" }];
  return withBody({ sizes, body, stores, fills, path }, single, (strides) => strides);
}

/** The one loop that the contracted loops are, with its factors for left and right; undefined where they are several. */
function innerLoop({ sizes, contracted, left, right }: Contraction): { size: number; left: number; right: number } | undefined {
  const at = sizes.length;
  const vectors = [left.strides.slice(at), right.strides.slice(at)];
  const groups = loopGroups(contracted, vectors, () => false);
  if (groups.length > 1) return undefined;
  const loop = groups[0]?.at(-1);
  if (loop === undefined) return { size: 1, left: 0, right: 0 };
  return { size: product(contracted), left: vectors[0]?.[loop] ?? 0, right: vectors[1]?.[loop] ?? 0 };
}

function asNest(contraction: Contraction, inner: { size: number; left: number; right: number }): Nest {
  const { sizes, left, right, body, stores, fills, path } = contraction;
  const factor = (access: Access, stride: number): Instruction => ({
    op: "load",
    access: { ...access, strides: [...access.strides.slice(0, sizes.length), ...(inner.size === 1 ? [] : [stride])] },
    dtype: "f32",
  });
  const times: Instruction = { op: "apply", name: "multiply", inputs: [0, 1], dtype: "f32", attributes: {} };
  const products = [factor(left, inner.left), factor(right, inner.right), times];
  if (inner.size === 1) return withBody({ sizes, body, stores, fills, path }, products, (strides) => strides);
  const sum: Instruction = { op: "reduce", name: "sum", input: 2, dtype: "f32" };
  return withBody({ sizes: [...sizes, inner.size], body, stores, fills, path }, [...products, sum], (strides) => [...strides, 0]);
}

/** A nest of the epilogue's body, with its product computed by `before`, whose last instruction is the sum. */
function withBody(
  { sizes, body, stores, fills, path }: Pick<Contraction, "sizes" | "body" | "stores" | "fills" | "path">,
  before: readonly Instruction[],
  along: (strides: readonly number[]) => readonly number[],
): Nest {
  const shift = before.length;
  const access = (from: Access): Access => ({ ...from, strides: along(from.strides) });
  const moved = body.map((instruction): Instruction => {
    const at = (index: number): number => (body[index]?.op === "product" ? shift - 1 : index + shift);
    switch (instruction.op) {
      case "load":
        return { ...instruction, access: access(instruction.access) };
      case "lookup":
        return { ...instruction, access: access(instruction.access), index: at(instruction.index) };
      case "apply":
        return { ...instruction, inputs: instruction.inputs.map(at) };
      case "random": {
        const base = instruction.base === undefined ? {} : { base: [at(instruction.base[0]), at(instruction.base[1])] as const };
        const factors = { first: along(instruction.first), second: along(instruction.second) };
        return { ...instruction, ...factors, ...base, seed: at(instruction.seed), step: at(instruction.step) };
      }
      case "reduce":
        throw new RangeError("the epilogue of a contraction has no reductions");
      case "product":
        return { op: "constant", value: 0, dtype: "f32" };
      default:
        return instruction;
    }
  });
  const at = (index: number): number => (body[index]?.op === "product" ? shift - 1 : index + shift);
  const placed = stores.map((store): Store => {
    const index = store.index === undefined ? {} : { index: { ...store.index, value: at(store.index.value) } };
    return { ...store, ...index, access: access(store.access), value: at(store.value) };
  });
  return { kind: "nest", sizes, body: [...before, ...moved], stores: placed, fills, path };
}

/** The contraction as matrices whose rows, columns and contracted entries each go along few loops. */
function matrixProduct(contraction: Contraction, stores: readonly Store[], parts: number): MatrixProduct {
  const { sizes, batch, rows, contracted, left, right, path } = contraction;
  const body: readonly Instruction[] = stores === contraction.stores ? contraction.body : [{ op: "product", dtype: "f32" }];
  const at = sizes.length;
  const begins = new Set([batch, batch + rows]);
  const { task, groups } = mergeLoops({ sizes, body, stores, path }, [left.strides, right.strides], (loop) => begins.has(loop));
  const walks = groups.map((group, loop): Walk => {
    const last = group.at(-1) as number;
    return { loop, size: task.sizes[loop] as number, left: left.strides[last] ?? 0, right: right.strides[last] ?? 0 };
  });
  const inRange = (from: number, to: number): readonly Walk[] =>
    walks.filter((_, loop) => (groups[loop]?.[0] as number) >= from && (groups[loop]?.[0] as number) < to);
  const inner = loopGroups(contracted, [left.strides.slice(at), right.strides.slice(at)], () => false).map((group): Walk => {
    const last = group.at(-1) as number;
    const size = product(group.map((loop) => contracted[loop] as number));
    return { loop: -1, size, left: left.strides[at + last] ?? 0, right: right.strides[at + last] ?? 0 };
  });
  return {
    task: parts === 1 ? task : withParts(task, parts, product(sizes)),
    parts,
    left: { ...left, strides: [] },
    right: { ...right, strides: [] },
    batches: inRange(0, batch),
    rows: inRange(batch, batch + rows),
    columns: inRange(batch + rows, at),
    inner,
  };
}

/** One more loop, the last: over the parts that the contracted loops are split into, each stored in its own place. */
function withParts(task: Task, parts: number, stride: number): Task {
  const stores = task.stores.map((store) => ({
    ...store,
    access: { ...store.access, strides: [...store.access.strides, stride] },
  }));
  return { ...task, sizes: [...task.sizes, parts], stores };
}

// Stores that combine many iterations in one entry: each entry is given to one invocation that loops over its iterations, or,
// where entries are few and iterations many, to several that split them and whose parts are combined in a fixed order.
import type { Instruction, Store } from "../../loops/kernel.ts";
import type { Emission } from "./emission.ts";
import { writeIndices } from "./emission.ts";
import { emitOrdered } from "./ordered.ts";
import { emitOverlapping } from "./overlapping.ts";
import { literal, placeOf, type Shader } from "./shader.ts";
import { isInjective, product, type Task } from "./task.ts";
import { combined, type Values, valuesIn } from "./values.ts";

export interface Sum {
  readonly store: Store;
  /** What the entries begin with; undefined: what is there. */
  readonly initial: number | undefined;
}

/** A store's loops: those that choose its entry, and those combined in it. With an index, one more loop stands for the entries it may choose. */
export interface SumLoops {
  readonly kept: readonly number[];
  readonly combined: readonly number[];
  readonly injective: boolean;
  /** How many entries the store's kept loops reach. */
  readonly entries: number;
}

export function sumLoops(sizes: readonly number[], { access, index }: Store): SumLoops {
  const loops = [...sizes.keys()];
  const kept = loops.filter((loop) => sizes[loop] !== 1 && access.strides[loop] !== 0);
  const walks = kept.map((loop) => [access.strides[loop] as number, sizes[loop] as number] as const);
  if (index !== undefined) walks.push([index.stride, index.size]);
  return {
    kept,
    combined: loops.filter((loop) => !kept.includes(loop)),
    injective: isInjective(walks),
    entries: product(walks.map(([, size]) => size)),
  };
}

/** Iterations combined in one entry by one invocation, at most, where more invocations could share them. */
const alone = 32;
/** With so many entries the device is busy with one invocation an entry. */
const manyEntries = 16384;
/** Rough costs in nanoseconds: an entry's look at an iteration, spread over a GPU; one step of invocations that go in order. */
const costs = { look: 5e-4, step: 400 };

/** All stores keep the same loops, and either none has an index or there is one store. */
export function emitSums(emission: Emission, task: Task, sums: readonly Sum[]): void {
  const [first] = sums;
  if (first === undefined || product(task.sizes) === 0) return;
  const { kept, combined: over, injective, entries } = sumLoops(task.sizes, first.store);
  const iterations = product(over.map((loop) => task.sizes[loop] as number));
  const { index } = first.store;
  const slow = index !== undefined && entries * costs.look > costs.step;
  if (!injective && index === undefined) {
    for (const sum of sums) emitOverlapping(emission, task, sum);
    return;
  }
  if (!injective || slow) {
    const { access } = first.store;
    const walks = kept.map((loop) => [access.strides[loop] as number, task.sizes[loop] as number] as const);
    emitOrdered(emission, { ...task, stores: sums.map(({ store }) => store) }, new Set(isInjective(walks) ? kept : []));
    return;
  }
  const ordered = sums.some(({ store }) => store.mode === "set");
  if (ordered || iterations <= alone || entries >= manyEntries) emitAlone(emission, task, sums, kept, over);
  else emitShared(emission, task, sums, kept, over, iterations);
}

const loopList = (task: Task, loops: readonly number[]) =>
  loops.map((loop) => ({ name: `i${loop}`, size: task.sizes[loop] as number }));

const dtypeOf = (task: Task, { value }: Store) => (task.body[value] as Instruction).dtype;

/** The neutral element of a store's combination. */
const neutral = (mode: Store["mode"], dtype: string): number =>
  mode === "max" ? (dtype === "i32" ? -2147483648 : Number.NEGATIVE_INFINITY) : 0;

/** Code for one iteration: takes the values into the accumulators `a0`, `a1`, …; with an index, where it chooses `chosen`. */
function accumulate(shader: Shader, values: Values, task: Task, sums: readonly Sum[]): void {
  sums.forEach(({ store }, at) => {
    const take = (): void => {
      const entry = values.at(store.value, 0);
      if (store.mode === "set") shader.line(`a${at} = ${entry}; found = true;`);
      else shader.line(`a${at} = ${combined(store.mode, dtypeOf(task, store), `a${at}`, entry, shader.use)};`);
    };
    if (store.index === undefined) take();
    else {
      const { value, size } = store.index;
      shader.block(`if (u32(clamp(${values.at(value, 0)}, 0i, ${size - 1}i)) == chosen)`, () => values.scope(take));
    }
  });
}

const entryPlace = (task: Task, { access, index }: Store): string => {
  const place = placeOf(access, (loop) => (task.sizes[loop] === 1 ? undefined : `i${loop}`));
  return index === undefined ? place : `${place} + chosen * ${index.stride}u`;
};

function emitAlone(emission: Emission, task: Task, sums: readonly Sum[], kept: readonly number[], over: readonly number[]): void {
  const shader = emission.shader();
  const chosen = sums[0]?.store.index;
  const entries = [...(chosen === undefined ? [] : [{ name: "chosen", size: chosen.size }]), ...loopList(task, kept)];
  const count = product(entries.map(({ size }) => size));
  const invocations = count > 4096 ? 256 : 64;
  shader.line(`let flat = group * ${invocations}u + local;`);
  shader.line(`if (flat >= ${count}u) { return; }`);
  writeIndices(shader, "flat", entries);
  const values = valuesIn({
    shader,
    task,
    varying: new Set(),
    index: (loop) => (task.sizes[loop] === 1 ? undefined : `i${loop}`),
  });
  sums.forEach(({ store, initial }, at) => {
    const dtype = dtypeOf(task, store);
    const keeps = store.mode === "set" || initial === undefined;
    const start = keeps ? shader.read(store.access.buffer, entryPlace(task, store)) : literal(initial, dtype, shader.use);
    shader.line(`var a${at}: ${dtype} = ${store.mode === "set" ? literal(0, dtype, shader.use) : start};`);
  });
  if (sums.some(({ store }) => store.mode === "set")) shader.line("var found = false;");
  const nested = (at: number): void => {
    const loop = loopList(task, over)[at];
    if (loop === undefined) values.scope(() => accumulate(shader, values, task, sums));
    else if (loop.size === 1) nested(at + 1);
    else shader.block(`for (var ${loop.name} = 0u; ${loop.name} < ${loop.size}u; ${loop.name}++)`, () => nested(at + 1));
  };
  nested(0);
  sums.forEach(({ store }, at) => {
    const write = (): void => shader.write(store.access.buffer, entryPlace(task, store), `a${at}`);
    if (store.mode === "set") shader.block("if (found)", write);
    else write();
  });
  emission.push(shader.finish({ invocations, groups: Math.ceil(count / invocations), path: task.path }));
}

/** The largest power of two that is not above a number, at least 1. */
const powerBelow = (value: number): number => 2 ** Math.floor(Math.log2(Math.max(1, value)));

function emitShared(
  emission: Emission,
  task: Task,
  sums: readonly Sum[],
  kept: readonly number[],
  over: readonly number[],
  iterations: number,
): void {
  const { device } = emission;
  const chosen = sums[0]?.store.index;
  const entryLoops = [...(chosen === undefined ? [] : [{ name: "chosen", size: chosen.size }]), ...loopList(task, kept)];
  const entries = product(entryLoops.map(({ size }) => size));
  // Neighbouring invocations take neighbours in memory: entries, or iterations where the innermost loop is combined.
  const innermost = Math.max(...[...task.sizes.keys()].filter((loop) => task.sizes[loop] !== 1));
  const perAccumulator = Math.floor(device.workgroupBytes / (4 * sums.length));
  const invocations = Math.min(256, device.maxInvocations, powerBelow(perAccumulator));
  const width = kept.includes(innermost) ? Math.min(32, powerBelow(entries * 2 - 1)) : 1;
  const height = invocations / width;
  const tiles = Math.ceil(entries / width);
  const parts = Math.max(1, Math.min(Math.ceil(iterations / (height * 16)), Math.ceil(512 / tiles), height * 16));
  const share = Math.ceil(iterations / parts);

  const shader = emission.shader();
  shader.line(`let entry = (group % ${tiles}u) * ${width}u + local % ${width}u;`);
  shader.line(`let part = group / ${tiles}u;`);
  shader.line(`let row = local / ${width}u;`);
  shader.line(`let held = min(entry, ${entries - 1}u);`);
  writeIndices(shader, "held", entryLoops);
  const values = valuesIn({
    shader,
    task,
    varying: new Set(),
    index: (loop) => (task.sizes[loop] === 1 ? undefined : `i${loop}`),
  });
  sums.forEach(({ store }, at) => {
    const dtype = dtypeOf(task, store);
    shader.line(`var a${at}: ${dtype} = ${literal(neutral(store.mode, dtype), dtype, shader.use)};`);
    shader.declare(`var<workgroup> s${at}: array<${dtype}, ${invocations}>;`);
  });
  const end = parts * share === iterations ? `(part + 1u) * ${share}u` : `min((part + 1u) * ${share}u, ${iterations}u)`;
  shader.block(`for (var r = part * ${share}u + row; r < ${end}; r += ${height}u)`, () => {
    values.scope(() => {
      writeIndices(shader, "r", loopList(task, over));
      accumulate(shader, values, task, sums);
    });
  });
  sums.forEach((_, at) => {
    shader.line(`s${at}[local] = a${at};`);
  });
  for (let rows = height / 2; rows >= 1; rows /= 2) {
    shader.line("workgroupBarrier();");
    shader.block(`if (row < ${rows}u)`, () => {
      sums.forEach(({ store }, at) => {
        const [own, other] = [`s${at}[local]`, `s${at}[local + ${rows * width}u]`];
        shader.line(`${own} = ${combined(store.mode as "add" | "max", dtypeOf(task, store), own, other, shader.use)};`);
      });
    });
  }
  const partials =
    parts === 1 ? undefined : sums.map(({ store }) => emission.scratch(dtypeOf(task, store), parts * entries, task.path));
  shader.block(`if (row == 0u && entry < ${entries}u)`, () => {
    sums.forEach(({ store, initial }, at) => {
      const partial = partials?.[at];
      if (partial !== undefined) {
        shader.write(partial, `part * ${entries}u + entry`, `s${at}[local]`);
        return;
      }
      const dtype = dtypeOf(task, store);
      const place = entryPlace(task, store);
      const start = initial === undefined ? shader.read(store.access.buffer, place) : literal(initial, dtype, shader.use);
      shader.write(store.access.buffer, place, combined(store.mode as "add" | "max", dtype, start, `s${at}[local]`, shader.use));
    });
  });
  emission.push(shader.finish({ invocations, groups: tiles * parts, path: task.path }));
  if (partials !== undefined) emitParts(emission, task, sums, kept, partials, parts);
}

/** Combines the parts of every entry: a task over the parts, then the entry's loops. */
function emitParts(
  emission: Emission,
  task: Task,
  sums: readonly Sum[],
  kept: readonly number[],
  partials: readonly number[],
  parts: number,
): void {
  const chosen = sums[0]?.store.index;
  const entryLoops = kept.map((loop) => task.sizes[loop] as number);
  const sizes = [parts, ...(chosen === undefined ? [] : [chosen.size]), ...entryLoops];
  const strides = sizes.map((_, loop) => product(sizes.slice(loop + 1)));
  const body = sums.map(({ store }, at): Instruction => {
    const access = { buffer: partials[at] as number, offset: 0, strides };
    return { op: "load", access, dtype: dtypeOf(task, store) };
  });
  const combinedParts = sums.map(({ store, initial }, value): Sum => {
    const own = kept.map((loop) => store.access.strides[loop] as number);
    const access = { ...store.access, strides: [0, ...(store.index === undefined ? [] : [store.index.stride]), ...own] };
    return { store: { access, value, mode: store.mode }, initial };
  });
  const stores = combinedParts.map(({ store }) => store);
  emitSums(emission, { sizes, body, stores, path: task.path }, combinedParts);
}

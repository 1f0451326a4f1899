// A nest becomes one or more dispatches: the stores whose iterations are independent of each other go together; those that
// combine many iterations in one entry follow in dispatches of their own, which read the rows' reductions from scratch memory.
import type { Instruction, Nest, Store } from "../../loops/kernel.ts";
import { variesAlongInnermost } from "../../loops/levels.ts";
import { emitEach } from "./each.ts";
import type { Emission } from "./emission.ts";
import { emitRows } from "./rows.ts";
import { emitSums, type Sum, sumLoops } from "./sums.ts";
import { buffersRead, inputsOf, isPerRow, neededBy, product, rootsOf, simplified, type Task, withoutInnermost } from "./task.ts";

export function emitNest(emission: Emission, nest: Nest): void {
  const { sizes, body, path } = nest;
  const varies = variesAlongInnermost(nest);
  const whole: Task = { sizes, body, stores: [], path };
  const perRow = (store: Store): boolean => isPerRow(store, varies);
  const loopSizes = (store: Store): readonly number[] => (perRow(store) ? sizes.slice(0, -1) : sizes);
  const isPlain = (store: Store): boolean => {
    if (store.index !== undefined) return false;
    const { combined, injective } = sumLoops(loopSizes(store), store);
    return store.mode === "set" || (injective && product(combined.map((loop) => sizes[loop] as number)) === 1);
  };
  const plain = nest.stores.filter(isPlain);
  const others = nest.stores.filter((store) => !isPlain(store));

  const initial = emitFills(emission, nest, others, loopSizes);
  const { scratch, replaced } = separated(emission, nest, others, varies);
  const groups = new Map<string, { readonly task: Task; readonly sums: Sum[] }>();
  others.forEach((store, at) => {
    const task: Task = { ...whole, body: replaced, stores: [store] };
    const own = perRow(store) ? withoutInnermost(task) : task;
    const { kept } = sumLoops(own.sizes, store);
    const key = store.index === undefined ? `${perRow(store)} ${store.mode === "set"} ${kept.join()}` : `index ${at}`;
    const group = groups.get(key) ?? { task: { ...own, stores: [] }, sums: [] };
    groups.set(key, group);
    group.sums.push({ store: own.stores[0] as Store, initial: initial.get(store) });
  });
  const emitOthers = (): void => {
    for (const { task, sums } of groups.values()) {
      const merged = simplified({ ...task, stores: sums.map(({ store }) => store) }, false);
      emitSums(
        emission,
        merged,
        merged.stores.map((store, at) => ({ store, initial: sums[at]?.initial })),
      );
    }
  };

  // Plain stores may overwrite in place what the others read.
  const overwritten = new Set(plain.map(({ access }) => access.buffer));
  const readLater = [...groups.values()].flatMap(({ task, sums }) => [
    ...buffersRead({ ...task, stores: sums.map(({ store }) => store) }),
  ]);
  if (readLater.some((buffer) => overwritten.has(buffer))) {
    emitPlain(emission, { ...whole, stores: scratch }, varies);
    emitOthers();
    emitPlain(emission, { ...whole, stores: plain }, varies);
  } else {
    emitPlain(emission, { ...whole, stores: [...plain, ...scratch] }, varies);
    emitOthers();
  }
}

function emitPlain(emission: Emission, task: Task, varies: readonly boolean[]): void {
  if (task.stores.length === 0) return;
  const needed = neededBy(task.body, task.stores.flatMap(rootsOf));
  if ([...needed].some((at) => task.body[at]?.op === "reduce")) {
    emitRows(emission, task);
    return;
  }
  const byElement = task.stores.filter((store) => !isPerRow(store, varies));
  const byRow = task.stores.filter((store) => isPerRow(store, varies));
  emitEach(emission, { ...task, stores: byElement });
  if (byRow.length > 0) emitEach(emission, withoutInnermost({ ...task, stores: byRow }));
}

/**
 * Sets the filled buffers. Where a single store of a sum reaches every entry of one, its sums begin with the value instead:
 * the values for those stores are the result.
 */
function emitFills(
  emission: Emission,
  nest: Nest,
  others: readonly Store[],
  loopSizes: (store: Store) => readonly number[],
): ReadonlyMap<Store, number> {
  const initial = new Map<Store, number>();
  for (const { buffer, value } of nest.fills) {
    const [store, ...more] = nest.stores.filter(({ access }) => access.buffer === buffer);
    if (store !== undefined && more.length === 0 && store.mode !== "set" && others.includes(store)) {
      const { injective, entries } = sumLoops(loopSizes(store), store);
      if (injective && entries === emission.count(buffer) && product(nest.sizes) > 0) {
        initial.set(store, value);
        continue;
      }
    }
    emitFill(emission, nest, buffer, value);
  }
  return initial;
}

function emitFill(emission: Emission, { path, stores, body }: Nest, buffer: number, value: number): void {
  const store = stores.find(({ access }) => access.buffer === buffer);
  const dtype = body[store?.value ?? -1]?.dtype ?? "f32";
  const constant: Instruction = { op: "constant", value, dtype };
  const access = { buffer, offset: 0, strides: [1] };
  emitEach(emission, { sizes: [emission.count(buffer)], body: [constant], stores: [{ access, value: 0, mode: "set" }], path });
}

/**
 * The row values that need a reduction and that these stores need: they are stored in scratch memory, and the body reads them
 * there.
 */
function separated(
  emission: Emission,
  { sizes, body, path }: Nest,
  others: readonly Store[],
  varies: readonly boolean[],
): { readonly scratch: readonly Store[]; readonly replaced: readonly Instruction[] } {
  const reduced: boolean[] = [];
  for (const instruction of body)
    reduced.push(instruction.op === "reduce" || inputsOf(instruction).some((input) => reduced[input] === true));
  const found = new Set<number>();
  const visit = (at: number): void => {
    if (reduced[at] !== true) return;
    if (varies[at] !== true) found.add(at);
    else for (const input of inputsOf(body[at] as Instruction)) visit(input);
  };
  for (const store of others) for (const root of rootsOf(store)) visit(root);
  const outer = sizes.slice(0, -1);
  const strides = [...outer.map((_, loop) => product(outer.slice(loop + 1))), 0];
  const replaced = [...body];
  const scratch = [...found].map((value): Store => {
    const { dtype } = body[value] as Instruction;
    const access = { buffer: emission.scratch(dtype, product(outer), path), offset: 0, strides };
    replaced[value] = { op: "load", access, dtype };
    return { access, value, mode: "set" };
  });
  return { scratch, replaced };
}

// Loops as the emitters of shaders take them: a body and its stores, all executed at every iteration of all loops, or with
// reductions along the innermost one. Loops of one iteration are dropped and neighbours that walk through memory like one loop
// are merged, so that fewer divisions find an iteration's place.
import type { Access, Instruction, Store } from "../../loops/kernel.ts";

export interface Task {
  readonly sizes: readonly number[];
  readonly body: readonly Instruction[];
  readonly stores: readonly Store[];
  readonly path: string;
}

export const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);

/** The access of an instruction, if it reads memory. */
const accessIn = (instruction: Instruction): Access | undefined =>
  instruction.op === "load" || instruction.op === "lookup" ? instruction.access : undefined;

/** The instructions that these values need, themselves included. */
export function neededBy(body: readonly Instruction[], roots: Iterable<number>): ReadonlySet<number> {
  const needed = new Set<number>();
  const visit = (at: number): void => {
    if (needed.has(at)) return;
    needed.add(at);
    for (const input of inputsOf(body[at] as Instruction)) visit(input);
  };
  for (const root of roots) visit(root);
  return needed;
}

export function inputsOf(instruction: Instruction): readonly number[] {
  switch (instruction.op) {
    case "apply":
      return instruction.inputs;
    case "lookup":
      return [instruction.index];
    case "reduce":
      return [instruction.input];
    case "random":
      return [instruction.seed, instruction.step, ...(instruction.base ?? [])];
    default:
      return [];
  }
}

/** The values that a store needs. */
export const rootsOf = ({ value, index }: Store): readonly number[] => (index === undefined ? [value] : [value, index.value]);

/** Whether a store is executed once a row: neither its value nor its place changes along the innermost loop. */
export const isPerRow = ({ value, access, index }: Store, varies: readonly boolean[]): boolean =>
  varies[value] !== true && index === undefined && (access.strides.at(-1) ?? 0) === 0;

/** The buffers that the task's stores need to read. */
export function buffersRead({ body, stores }: Task): ReadonlySet<number> {
  const found = new Set<number>();
  for (const at of neededBy(body, stores.flatMap(rootsOf))) {
    const access = accessIn(body[at] as Instruction);
    if (access !== undefined) found.add(access.buffer);
  }
  return found;
}

/** For each instruction the loops of more than one iteration along which its value changes. */
export function loopsOf(
  { sizes, body }: Pick<Task, "sizes" | "body">,
  reducedLoop = sizes.length - 1,
): readonly ReadonlySet<number>[] {
  const along = (...vectors: readonly (readonly number[])[]): number[] =>
    [...sizes.keys()].filter((loop) => sizes[loop] !== 1 && vectors.some((vector) => (vector[loop] ?? 0) !== 0));
  const found: ReadonlySet<number>[] = [];
  for (const instruction of body) {
    const own = new Set(inputsOf(instruction).flatMap((input) => [...(found[input] ?? [])]));
    const access = accessIn(instruction);
    if (access !== undefined) for (const loop of along(access.strides)) own.add(loop);
    if (instruction.op === "index" && sizes[instruction.loop] !== 1) own.add(instruction.loop);
    if (instruction.op === "random") for (const loop of along(instruction.first, instruction.second)) own.add(loop);
    if (instruction.op === "product") for (const loop of sizes.keys()) own.add(loop);
    if (instruction.op === "reduce") own.delete(reducedLoop);
    found.push(own);
  }
  return found;
}

/** The task with every list of factors by loop, and every loop number, replaced. */
export function mapLoops(
  task: Task,
  sizes: readonly number[],
  vector: (values: readonly number[]) => readonly number[],
  loopAt: (loop: number) => number | undefined,
): Task {
  const access = (from: Access): Access => ({ ...from, strides: vector(from.strides) });
  const body = task.body.map((instruction): Instruction => {
    switch (instruction.op) {
      case "load":
      case "lookup":
        return { ...instruction, access: access(instruction.access) };
      case "random":
        return { ...instruction, first: vector(instruction.first), second: vector(instruction.second) };
      case "index": {
        const loop = loopAt(instruction.loop);
        return loop === undefined ? { op: "constant", value: 0, dtype: "i32" } : { ...instruction, loop };
      }
      default:
        return instruction;
    }
  });
  const stores = task.stores.map((store) => ({ ...store, access: access(store.access) }));
  return { sizes, body, stores, path: task.path };
}

/** Without the innermost loop: of values that do not change along it. */
export function withoutInnermost(task: Task): Task {
  const last = task.sizes.length - 1;
  return mapLoops(
    task,
    task.sizes.slice(0, -1),
    (values) => values.slice(0, last),
    (loop) => (loop === last ? undefined : loop),
  );
}

/** Groups of loops to be one loop each: `vectors` are the factors by loop that must stay linear; `apart` begins a group. */
export function loopGroups(
  sizes: readonly number[],
  vectors: readonly (readonly number[])[],
  apart: (loop: number) => boolean,
): readonly (readonly number[])[] {
  const groups: number[][] = [];
  for (const [loop, size] of sizes.entries()) {
    const group = groups.at(-1);
    const previous = group?.at(-1);
    if (size === 1 && !apart(loop)) continue;
    const linear =
      group !== undefined &&
      previous !== undefined &&
      !apart(loop) &&
      vectors.every((vector) => (vector[previous] ?? 0) === (vector[loop] ?? 0) * size);
    if (linear) group.push(loop);
    else groups.push([loop]);
  }
  return groups;
}

export interface Merged {
  readonly task: Task;
  /** For each new loop the old loops that it stands for. */
  readonly groups: readonly (readonly number[])[];
}

/** Fewer loops that do the same, in the same order. `vectors`: other factors by loop; `apart`: loops that begin a new one. */
export function mergeLoops(task: Task, vectors: readonly (readonly number[])[], apart: (loop: number) => boolean): Merged {
  const { sizes } = task;
  const needed = neededBy(task.body, task.stores.flatMap(rootsOf));
  const all = [...vectors, ...task.stores.map(({ access }) => access.strides)];
  const named = new Set<number>();
  for (const at of needed) {
    const instruction = task.body[at] as Instruction;
    const access = accessIn(instruction);
    if (access !== undefined) all.push(access.strides);
    if (instruction.op === "random") all.push(instruction.first, instruction.second);
    if (instruction.op === "index") named.add(instruction.loop);
  }
  const isNamed = (loop: number): boolean => sizes[loop] !== 1 && (named.has(loop) || named.has(previousOf(sizes, loop)));
  const groups = loopGroups(sizes, all, (loop) => apart(loop) || isNamed(loop));
  const merged = groups.map((group) => product(group.map((loop) => sizes[loop] as number)));
  const mapped = mapLoops(
    task,
    merged,
    (values) => groups.map((group) => values[group.at(-1) as number] ?? 0),
    (loop) => {
      const at = groups.findIndex((group) => group.includes(loop));
      return at === -1 ? undefined : at;
    },
  );
  return { task: mapped, groups };
}

/** The task with fewer loops. `separate`: the innermost loop stays as it is. */
export function simplified(task: Task, separate: boolean): Task {
  const last = task.sizes.length - 1;
  return mergeLoops(task, [], (loop) => separate && loop === last).task;
}

/** The loop of more than one iteration before this one, or -1. */
function previousOf(sizes: readonly number[], loop: number): number {
  for (let at = loop - 1; at >= 0; at -= 1) if (sizes[at] !== 1) return at;
  return -1;
}

/** Whether different iterations of these loops are sure to touch different entries. */
export function isInjective(loops: readonly (readonly [stride: number, size: number])[]): boolean {
  const sorted = loops.filter(([, size]) => size > 1).sort(([a], [b]) => Math.abs(a) - Math.abs(b));
  let reach = 0;
  for (const [stride, size] of sorted) {
    if (Math.abs(stride) <= reach) return false;
    reach += (size - 1) * Math.abs(stride);
  }
  return true;
}

// Tasks with reductions along the innermost loop: a row is computed by several invocations side by side that combine their
// parts, or by one where rows are short. Short rows are written out, each invocation holding its entries in registers; longer
// ones are gone through once for each reduction that needs another's result, and once more for the stores.
import type { Instruction, Store } from "../../loops/kernel.ts";
import { variesAlongInnermost } from "../../loops/levels.ts";
import type { Emission } from "./emission.ts";
import { writeIndices } from "./emission.ts";
import { keep, type LaneCombiner, laneCombiner, type Reduce } from "./lanes.ts";
import { literal, type Shader } from "./shader.ts";
import { inputsOf, isPerRow, neededBy, product, rootsOf, simplified, type Task } from "./task.ts";
import { combined, type Values, valuesIn } from "./values.ts";

/** An invocation holds at most so many entries of a row at once. */
const entriesHeld = 16;
const invocations = 128;

/** Stores are plain: none has an index, each entry is touched once. */
export function emitRows(emission: Emission, given: Task): void {
  const task = simplified(given, true);
  const { sizes, stores, path } = task;
  if (product(sizes) === 0) return;
  const last = sizes.length - 1;
  const inner = sizes[last] as number;
  const outer = sizes.slice(0, -1);
  const rows = product(outer);
  const lanes = lanesFor(emission, task, rows, inner);
  const held = Math.ceil(inner / lanes);
  const rowsAtOnce = Math.max(1, invocations / lanes);
  const perGroup = lanes * rowsAtOnce;
  const shader = emission.shader();
  shader.line(`let lane = local % ${lanes}u;`);
  shader.line(`let row = group * ${rowsAtOnce}u + local / ${lanes}u;`);
  const whole = rows % rowsAtOnce === 0;
  if (!whole) shader.line(`let there = row < ${rows}u;`);
  shader.line(`let own = ${whole ? "row" : `min(row, ${rows - 1}u)`};`);
  writeIndices(
    shader,
    "own",
    outer.map((size, loop) => ({ name: `i${loop}`, size })),
  );
  const unrolled = held <= entriesHeld;
  const context: RowContext = {
    shader,
    task,
    lanes,
    held,
    inner,
    varies: variesAlongInnermost(task),
    combine: laneCombiner(emission, shader, lanes, perGroup),
    values: valuesIn({
      shader,
      task,
      varying: new Set(unrolled && held > 1 ? [last] : []),
      index: (loop, copy) => (sizes[loop] === 1 ? undefined : loop < last ? `i${loop}` : unrolled ? `c${copy}` : "c"),
    }),
  };
  const guard = (condition: string | undefined, write: () => void): void => {
    const conditions = [...(whole ? [] : ["there"]), ...(condition === undefined ? [] : [condition])];
    if (conditions.length === 0) write();
    else shader.block(`if (${conditions.join(" && ")})`, write);
  };
  if (unrolled) writeUnrolled(context, stores, guard);
  else writeLooped(context, stores, guard);
  emission.push(shader.finish({ invocations: perGroup, groups: Math.ceil(rows / rowsAtOnce), path }));
}

interface RowContext {
  readonly shader: Shader;
  readonly task: Task;
  readonly lanes: number;
  /** Entries of a row that one invocation takes. */
  readonly held: number;
  readonly inner: number;
  readonly varies: readonly boolean[];
  readonly values: Values;
  readonly combine: LaneCombiner;
}

type Guard = (condition: string | undefined, write: () => void) => void;

/** How many invocations compute a row. */
function lanesFor(emission: Emission, task: Task, rows: number, inner: number): number {
  const last = task.sizes.length - 1;
  const needed = neededBy(task.body, task.stores.flatMap(rootsOf));
  const contiguous = [...needed].some((at) => {
    const instruction = task.body[at] as Instruction;
    const isRead = instruction.op === "load" || instruction.op === "lookup";
    return isRead && Math.abs(instruction.access.strides[last] ?? 0) === 1;
  });
  if (inner <= 4 || (!contiguous && rows >= 8192)) return 1;
  const limit = Math.min(256, emission.device.maxInvocations);
  const share = rows >= 2048 ? 32 : 256;
  return Math.min(limit, share, 2 ** Math.floor(Math.log2(inner)));
}

function writeUnrolled(
  { shader, task, lanes, held, inner, varies, values, combine }: RowContext,
  stores: readonly Store[],
  guard: Guard,
): void {
  const whole = held * lanes === inner;
  for (let copy = 0; copy < held; copy += 1) {
    const place = copy === 0 ? "lane" : `lane + ${copy * lanes}u`;
    const inside = whole || copy < held - 1;
    shader.line(`let c${copy} = ${inside ? place : `min(${place}, ${inner - 1}u)`};`);
  }
  const tail = `lane + ${(held - 1) * lanes}u < ${inner}u`;
  const needed = neededBy(task.body, stores.flatMap(rootsOf));
  task.body.forEach((instruction, at) => {
    if (instruction.op !== "reduce" || !needed.has(at)) return;
    const { dtype } = task.body[instruction.input] as Instruction;
    const steady = varies[instruction.input] !== true;
    let value = "";
    let position = "";
    for (let copy = 0; copy < held; copy += 1) {
      const raw = values.at(instruction.input, steady ? 0 : copy);
      const outside = !whole && copy === held - 1;
      const entry = outside ? `select(${neutral(instruction, dtype, shader)}, ${raw}, ${tail})` : raw;
      if (instruction.name === "argmax") {
        const better = copy === 0 ? "" : keep(shader, `${entry} > ${value}`);
        position = copy === 0 ? "c0" : keep(shader, `select(${position}, c${copy}, ${better})`);
        value = copy === 0 ? keep(shader, entry) : keep(shader, `select(${value}, ${entry}, ${better})`);
      } else {
        const mode = instruction.name === "sum" ? "add" : "max";
        value = keep(shader, copy === 0 ? entry : combined(mode, dtype, value, entry, shader.use));
      }
    }
    values.define(at, combine(instruction, dtype, value, position));
  });
  for (const store of stores)
    for (let copy = 0; copy < (isPerRow(store, varies) ? 1 : held); copy += 1) values.at(store.value, copy);
  // Another lane may still read what a store of a row value overwrites.
  if (lanes > 1 && stores.some((store) => isPerRow(store, varies))) shader.line("workgroupBarrier();");
  for (const store of stores) {
    if (isPerRow(store, varies)) {
      guard(lanes > 1 ? "lane == 0u" : undefined, () => writeAt(shader, task, values, store, 0));
      continue;
    }
    for (let copy = 0; copy < held; copy += 1) {
      guard(!whole && copy === held - 1 ? tail : undefined, () => writeAt(shader, task, values, store, copy));
    }
  }
}

function writeLooped(
  { shader, task, lanes, inner, varies, values, combine }: RowContext,
  stores: readonly Store[],
  guard: Guard,
): void {
  const needed = neededBy(task.body, stores.flatMap(rootsOf));
  const levels = reduceLevels(task);
  const loop = (body: () => void): void =>
    shader.block(`for (var c = lane; c < ${inner}u; c += ${lanes}u)`, () => values.scope(body));
  const deepest = Math.max(0, ...[...needed].map((at) => levels[at] as number));
  for (let level = 1; level <= deepest; level += 1) {
    const reduces = [...needed]
      .sort((a, b) => a - b)
      .flatMap((at) => {
        const instruction = task.body[at] as Instruction;
        return instruction.op === "reduce" && levels[at] === level ? [{ at, instruction }] : [];
      });
    rowValues(
      task,
      values,
      varies,
      reduces.map(({ instruction }) => instruction.input),
    );
    for (const { at, instruction } of reduces) {
      const { dtype } = task.body[instruction.input] as Instruction;
      shader.line(`var a${at}: ${dtype} = ${neutral(instruction, dtype, shader)};`);
      if (instruction.name === "argmax") shader.line(`var p${at} = lane;`);
    }
    loop(() => {
      for (const { at, instruction } of reduces) {
        const { dtype } = task.body[instruction.input] as Instruction;
        const entry = values.at(instruction.input, 0);
        if (instruction.name === "argmax") shader.line(`if (${entry} > a${at}) { a${at} = ${entry}; p${at} = c; }`);
        else {
          const mode = instruction.name === "sum" ? "add" : "max";
          shader.line(`a${at} = ${combined(mode, dtype, `a${at}`, entry, shader.use)};`);
        }
      }
    });
    for (const { at, instruction } of reduces) {
      const { dtype } = task.body[instruction.input] as Instruction;
      values.define(at, combine(instruction, dtype, `a${at}`, `p${at}`));
    }
  }
  const single = stores.filter((store) => isPerRow(store, varies));
  const elements = stores.filter((store) => !single.includes(store));
  rowValues(
    task,
    values,
    varies,
    stores.map(({ value }) => value),
  );
  if (elements.length > 0) {
    loop(() => {
      for (const { value } of elements) values.at(value, 0);
      guard(undefined, () => {
        for (const store of elements) writeAt(shader, task, values, store, 0);
      });
    });
  }
  if (single.length === 0) return;
  if (lanes > 1) shader.line("workgroupBarrier();");
  guard(lanes > 1 ? "lane == 0u" : undefined, () => {
    for (const store of single) writeAt(shader, task, values, store, 0);
  });
}

/** Writes the row values that these values read, before the loop over the row begins. */
function rowValues(task: Task, values: Values, varies: readonly boolean[], roots: readonly number[]): void {
  const visit = (at: number): void => {
    if (varies[at] !== true) values.at(at, 0);
    else for (const input of inputsOf(task.body[at] as Instruction)) visit(input);
  };
  for (const root of roots) visit(root);
}

/** For each instruction how many reductions follow one another up to it. */
function reduceLevels({ body }: Task): readonly number[] {
  const levels: number[] = [];
  for (const instruction of body) {
    const before = Math.max(0, ...inputsOf(instruction).map((input) => levels[input] as number));
    levels.push(before + (instruction.op === "reduce" ? 1 : 0));
  }
  return levels;
}

function writeAt(shader: Shader, task: Task, values: Values, store: Store, copy: number): void {
  const { access, mode, value } = store;
  const entry = values.at(value, copy);
  const place = values.place(store, copy);
  if (mode === "set") {
    shader.write(access.buffer, place, entry);
    return;
  }
  const { dtype } = task.body[value] as Instruction;
  shader.write(access.buffer, place, combined(mode, dtype, shader.read(access.buffer, place), entry, shader.use));
}

function neutral({ name }: Reduce, dtype: string, shader: Shader): string {
  if (name === "sum") return dtype === "i32" ? "0i" : "0.0f";
  return dtype === "i32" ? literal(-2147483648, "i32", shader.use) : literal(Number.NEGATIVE_INFINITY, "f32", shader.use);
}

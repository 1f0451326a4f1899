// Random contractions for the emitter's tests: several loops of each role in odd sizes, every order of axes in memory, gaps and
// reversed axes, bodies of all kinds of instructions, all modes of stores.
import { sequence } from "../../../src/compiler/ir/random.ts";
import type { Access, Buffer, Contraction, Instruction, Store } from "../../../src/compiler/loops/kernel.ts";

export interface ContractionSample {
  readonly contraction: Contraction;
  readonly buffers: readonly Buffer[];
  readonly contents: readonly (Float32Array | Int32Array)[];
}

type Choose = (below: number) => number;

const [mostProducts, mostEntries] = [120000, 6000];
const small = [1, 2, 3, 4];
const large = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16, 17, 31, 33, 50, 64, 70];

/** The random contraction of a number. */
export function contractionOf(seed: number): ContractionSample {
  const { integer } = sequence(seed, "contraction");
  return makeSample(integer);
}

function makeSample(choose: Choose): ContractionSample {
  const roles = { batch: choose(3), rows: choose(3), columns: choose(3), contracted: 1 + choose(3) };
  const sizes: number[] = [];
  const draw = (count: number, most: number): number[] =>
    Array.from({ length: count }, (_, loop) => {
      const list = loop === count - 1 ? large : small;
      const left = most / sizes.reduce((product, size) => product * size, 1);
      const fitting = list.filter((size) => size <= left);
      const size = fitting[choose(fitting.length)] as number;
      sizes.push(size);
      return size;
    });
  const loops = [
    ...draw(roles.batch, roles.rows + roles.columns > 0 ? 12 : mostEntries),
    ...draw(roles.rows, mostEntries),
    ...draw(roles.columns, mostEntries),
  ];
  const contracted = draw(roles.contracted, mostProducts);
  const { place, buffers, contents } = memory(choose, [...loops, ...contracted]);

  const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + at);
  const batch = range(0, roles.batch);
  const rows = range(roles.batch, roles.rows);
  const columns = range(roles.batch + roles.rows, roles.columns);
  const terms = range(loops.length, contracted.length);
  const factor = (own: readonly number[]): Access =>
    place([...batch.filter(() => choose(6) > 0), ...own, ...terms.filter(() => choose(12) > 0)], "f32", 1, true).access;
  const left = factor(rows);
  const right =
    choose(20) === 0 && left.strides.slice(roles.batch, loops.length).every((stride) => stride === 0) ? left : factor(columns);
  const within: Place = (along, dtype, copies = 1) => place(along, dtype, copies, false);
  const body = makeBody(choose, loops, within);
  const { stores, fills } = makeStores(choose, loops, { body, place: within });
  const { batch: _, ...counts } = { ...roles, contracted };
  return {
    contraction: {
      kind: "contraction",
      sizes: loops,
      batch: roles.batch,
      ...counts,
      left,
      right,
      body,
      stores,
      fills,
      path: "test",
    },
    buffers,
    contents,
  };
}

/** An access of a new buffer; with several copies of what it reaches, `stride` entries apart, in case an index chooses one. */
type Place = (
  along: readonly number[],
  dtype: Buffer["dtype"],
  copies?: number,
) => { readonly access: Access; readonly stride: number };

function memory(choose: Choose, sizes: readonly number[]) {
  const buffers: Buffer[] = [];
  const contents: (Float32Array | Int32Array)[] = [];
  /** `deep`: the access has a stride for every loop, contracted ones too. */
  const place = (along: readonly number[], dtype: Buffer["dtype"], copies: number, deep: boolean) => {
    const order = [...along];
    if (choose(2) === 0) for (let at = order.length - 1; at > 0; at -= 1) swap(order, at, choose(at + 1));
    const strides = sizes.map(() => 0);
    let [entries, offset] = [1, 0];
    const gaps = choose(3) === 0;
    for (const loop of order.reverse()) {
      const size = sizes[loop] as number;
      const reversed = choose(8) === 0;
      strides[loop] = reversed ? -entries : entries;
      if (reversed) offset += entries * (size - 1);
      entries *= size + (gaps ? choose(3) : 0);
    }
    const buffer = buffers.push({ kind: "value", dtype, shape: [entries * copies], path: "" }) - 1;
    const phase = buffer * 1.7 + choose(100);
    const value = (entry: number): number => Math.sin(entry * 7.3 + phase);
    contents.push(
      dtype === "i32"
        ? Int32Array.from({ length: entries * copies }, (_, entry) => Math.floor(Math.abs(value(entry)) * 9) - 1)
        : Float32Array.from({ length: entries * copies }, (_, entry) => value(entry)),
    );
    const depth = deep ? sizes.length : strides.length;
    return { access: { buffer, offset, strides: strides.slice(0, depth) }, stride: entries };
  };
  return { buffers, contents, place };
}

function swap(list: number[], a: number, b: number): void {
  [list[a], list[b]] = [list[b] as number, list[a] as number];
}

function makeBody(choose: Choose, loops: readonly number[], place: Place): readonly Instruction[] {
  const body: Instruction[] = [{ op: "product", dtype: "f32" }];
  const all = loops.map((_, loop) => loop);
  const subset = (): number[] => (choose(2) === 0 ? all : all.filter(() => choose(2) > 0));
  const access = (dtype: Buffer["dtype"]): Access => {
    const { access: found } = place(subset(), dtype);
    return { ...found, strides: found.strides.slice(0, loops.length) };
  };
  const of = (dtype: Buffer["dtype"]): number[] => body.flatMap((each, at) => (each.dtype === dtype ? [at] : []));
  const pick = (list: readonly number[]): number => list[list.length - 1 - choose(Math.min(list.length, 3))] as number;
  const float = (): number => pick(of("f32"));
  const whole = (): number => {
    if (of("i32").length === 0 || choose(3) === 0) body.push({ op: "load", access: access("i32"), dtype: "i32" });
    return pick(of("i32"));
  };
  const apply = (name: string, inputs: readonly number[], dtype: Buffer["dtype"] = "f32"): Instruction => {
    return { op: "apply", name, inputs, dtype, attributes: name === "cast" ? { dtype } : {} };
  };
  const makers: (() => Instruction)[] = [
    () => ({ op: "load", access: access("f32"), dtype: "f32" }),
    () => ({ op: "load", access: access("f32"), dtype: "f32" }),
    () => ({ op: "constant", value: choose(7) / 2 - 1, dtype: "f32" }),
    () => apply("add", [float(), float()]),
    () => apply("add", [0, float()]),
    () => apply("subtract", [float(), float()]),
    () => apply("maximum", [float(), float()]),
    () => apply("tanh", [float()]),
    () => apply("cast", [whole()]),
    () => ({ op: "index", loop: choose(Math.max(loops.length, 1)), dtype: "i32" }),
    () => {
      const size = 1 + choose(5);
      const { access: found, stride } = place(subset(), "f32", size);
      const moved = { ...found, strides: found.strides.slice(0, loops.length) };
      return { op: "lookup", access: moved, index: whole(), stride, size, dtype: "f32" };
    },
    () => {
      const seed = body.push({ op: "constant", value: choose(1000), dtype: "i32" }) - 1;
      const strides = (): number[] => loops.map(() => choose(4));
      const base = choose(2) === 0 ? {} : { base: [seed, seed] as const };
      const [first, second] = [strides(), strides()];
      return { op: "random", distribution: "uniform", key: choose(1e6), seed, step: seed, first, second, ...base, dtype: "f32" };
    },
  ];
  const count = choose(3) === 0 ? 0 : choose(8);
  for (let at = 0; at < count; at += 1) {
    const made = (makers[choose(makers.length)] as () => Instruction)();
    if (made.op !== "index" || loops.length > 0) body.push(made);
  }
  return body;
}

function makeStores(
  choose: Choose,
  loops: readonly number[],
  { body, place }: { readonly body: readonly Instruction[]; readonly place: Place },
): Pick<Contraction, "stores" | "fills"> {
  const all = loops.map((_, loop) => loop);
  const stores: Store[] = [];
  const fills: { buffer: number; value: number }[] = [];
  const add = (store: Store): void => {
    stores.push({ ...store, access: { ...store.access, strides: store.access.strides.slice(0, loops.length) } });
  };
  /** The product, or the product plus another value, so that every store changes along all loops. */
  const values = body.flatMap((each, at) => {
    const direct = each.op === "apply" && each.name === "add" && each.inputs[0] === 0;
    return at === 0 || direct ? [at] : [];
  });
  const indices = body.flatMap((each, at) => (each.dtype === "i32" ? [at] : []));
  const count = 1 + choose(3);
  for (let at = 0; at < count; at += 1) {
    const mode = (["set", "set", "set", "add", "max"] as const)[choose(5)] as Store["mode"];
    const free = mode === "set" && choose(2) === 0;
    const value = free ? choose(body.length) : (values[choose(values.length)] as number);
    const { dtype } = body[value] as Instruction;
    if (indices.length > 0 && choose(4) === 0) {
      const size = 1 + choose(5);
      const { access, stride } = place(all, dtype, size);
      add({ access, value, mode, index: { value: indices[choose(indices.length)] as number, stride, size } });
      continue;
    }
    const inPlace = body.find(
      (each) =>
        each.op === "load" &&
        each.dtype === dtype &&
        each.access.strides.every((stride, loop) => stride !== 0 || loops[loop] === 1),
    );
    if (inPlace?.op === "load" && mode !== "max" && choose(2) === 0) {
      if (!stores.some(({ access }) => access.buffer === inPlace.access.buffer))
        add({ access: inPlace.access, value, mode: "set" });
      continue;
    }
    const { access } = place(mode === "set" ? all : all.filter(() => choose(3) > 0), dtype);
    add({ access, value, mode });
    if (mode !== "set" && choose(2) === 0) {
      fills.push({ buffer: access.buffer, value: mode === "add" ? 0 : Number.NEGATIVE_INFINITY });
    }
  }
  if (stores.length === 0) add({ access: place(all, "f32").access, value: 0, mode: "set" });
  return { stores, fills };
}

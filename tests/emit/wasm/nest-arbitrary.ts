// Random nests for the emitter's tests: loops of odd sizes, strides of every kind, reductions, lookups, all modes of stores.
import { sequence } from "../../../src/compiler/ir/random.ts";
import type { Access, Buffer, Instruction, Nest, Skip, Store } from "../../../src/compiler/loops/kernel.ts";
import { variesAlongInnermost } from "../../../src/compiler/loops/levels.ts";
import type { Sample } from "./nest-run.ts";

type Choose = (below: number) => number;

const sizes = [1, 2, 3, 4, 5, 7, 8, 50, 64, 67];
const mostEntries = 4000;

/** The random nest of a number. */
export function sampleOf(seed: number): Sample {
  const { integer } = sequence(seed, "nest");
  return makeSample(integer);
}

function makeSample(choose: Choose): Sample {
  const loops = shapeOf(choose);
  const buffers: Buffer[] = [];
  const fixed: (Float32Array | Int32Array)[] = [];
  const newBuffer = (dtype: Buffer["dtype"], entries: number): number => {
    const at = buffers.push({ kind: "value", dtype, shape: [entries], path: "" }) - 1;
    const phase = at * 1.7 + choose(100);
    fixed.push(
      dtype === "i32"
        ? Int32Array.from({ length: entries }, (_, entry) => Math.floor(Math.abs(Math.sin(entry * 12.9 + phase)) * 9) - 1)
        : Float32Array.from({ length: entries }, (_, entry) => 1.5 * Math.sin(entry * 7.3 + phase)),
    );
    return at;
  };
  const place: Place = (along, dtype, copies = 1) => {
    const { offset, strides, entries } = layoutOf(choose, loops, along);
    const access = { buffer: newBuffer(dtype, entries * copies), offset, strides };
    if (copies === 1 || choose(2) === 0) return { access, stride: entries };
    return { access: { ...access, offset: offset * copies, strides: strides.map((stride) => stride * copies) }, stride: 1 };
  };
  const body = makeBody(choose, loops, place);
  const { stores, fills } = makeStores(choose, loops, { body, place });
  const skip = choose(3) === 0 ? { skip: makeSkip(choose, { loops, stores, newBuffer, contents: fixed }) } : {};
  return { nest: { kind: "nest", sizes: loops, body, stores, fills, ...skip, path: "test" }, buffers, contents: fixed };
}

function shapeOf(choose: Choose): number[] {
  const loops: number[] = [];
  const count = 1 + choose(4);
  for (let loop = 0; loop < count; loop += 1) {
    const left = mostEntries / loops.reduce((product, size) => product * size, 1);
    const fitting = sizes.filter((size) => size <= left);
    loops.push(fitting[choose(fitting.length)] as number);
  }
  return loops;
}

/** A row-major array over some loops in some order, perhaps with gaps, perhaps with some axes reversed. */
function layoutOf(choose: Choose, loops: readonly number[], along: readonly number[]) {
  const order = [...along];
  if (choose(2) === 0) for (let at = order.length - 1; at > 0; at -= 1) swap(order, at, choose(at + 1));
  const strides = loops.map(() => 0);
  let [entries, offset] = [1, 0];
  const gaps = choose(3) === 0;
  for (const loop of order.reverse()) {
    const size = (loops[loop] as number) + (gaps ? choose(3) : 0);
    const reversed = choose(5) === 0;
    strides[loop] = reversed ? -entries : entries;
    if (reversed) offset += entries * ((loops[loop] as number) - 1);
    entries *= size;
  }
  return { offset, strides, entries };
}

function swap(list: number[], a: number, b: number): void {
  [list[a], list[b]] = [list[b] as number, list[a] as number];
}

function subset(choose: Choose, loops: readonly number[]): number[] {
  const all = loops.map((_, loop) => loop);
  return choose(2) === 0 ? all : all.filter(() => choose(3) > 0);
}

/** An access of a new buffer; with several copies of what it reaches, `stride` entries apart, in case an index chooses one. */
type Place = (
  along: readonly number[],
  dtype: Buffer["dtype"],
  copies?: number,
) => { readonly access: Access; readonly stride: number };

function makeBody(choose: Choose, loops: readonly number[], place: Place): readonly Instruction[] {
  const body: Instruction[] = [];
  const of = (dtype: Buffer["dtype"]): number[] => body.flatMap((each, at) => (each.dtype === dtype ? [at] : []));
  const pick = (list: readonly number[]): number => list[list.length - 1 - choose(Math.min(list.length, 4))] as number;
  const load = (dtype: Buffer["dtype"]): Instruction => ({
    op: "load",
    access: place(subset(choose, loops), dtype).access,
    dtype,
  });
  const apply = (name: string, inputs: readonly number[], dtype: Buffer["dtype"] = "f32"): Instruction => ({
    op: "apply",
    name,
    inputs,
    dtype,
    attributes: name === "cast" ? { dtype } : {},
  });
  body.push(load("f32"), load("i32"));
  const exact = (): number => pick(body.flatMap(({ op, dtype }, at) => (op === "load" && dtype === "f32" ? [at] : [])));
  const makers: (() => Instruction)[] = [
    () => load("f32"),
    () => load("f32"),
    () => ({ op: "constant", value: choose(7) / 2 - 1, dtype: "f32" }),
    () => ({ op: "index", loop: choose(loops.length), dtype: "i32" }),
    () => apply("cast", [pick(of("i32"))]),
    () => apply("cast", [exact()], "i32"),
    () => apply("add", [pick(of("i32")), pick(of("i32"))], "i32"),
    () => apply(["add", "subtract"][choose(2)] as string, [pick(of("f32")), pick(of("f32"))]),
    () => apply("maximum", [pick(of("f32")), pick(of("f32"))]),
    () => apply("multiply", [exact(), pick(of("f32"))]),
    () => apply(["tanh", "sigmoid"][choose(2)] as string, [pick(of("f32"))]),
    () => apply("less", [exact(), exact()]),
    () => lookup(choose, pick(of("i32")), loops, place),
    () => random(choose, body, loops),
    () => ({ op: "reduce", name: "sum", input: pick(of("f32")), dtype: "f32" }),
    () => ({ op: "reduce", name: "max", input: pick(of("f32")), dtype: "f32" }),
    () => ({ op: "reduce", name: "max", input: pick(of("i32")), dtype: "i32" }),
    () => ({ op: "reduce", name: "argmax", input: exact(), dtype: "i32" }),
  ];
  const reduces = choose(2) === 0 ? 0 : 4;
  const count = 1 + choose(9);
  for (let at = 0; at < count; at += 1) body.push((makers[choose(makers.length - 4 + reduces)] as () => Instruction)());
  return body;
}

function lookup(choose: Choose, index: number, loops: readonly number[], place: Place): Instruction {
  const size = 1 + choose(5);
  return { op: "lookup", ...place(subset(choose, loops), "f32", size), index, size, dtype: "f32" };
}

function random(choose: Choose, body: Instruction[], loops: readonly number[]): Instruction {
  const seed = body.push({ op: "constant", value: choose(1000), dtype: "i32" }) - 1;
  const strides = (): number[] => loops.map(() => choose(4));
  const base = choose(2) === 0 ? {} : { base: [seed, seed] as const };
  const distribution = choose(2) === 0 ? "uniform" : "normal";
  return {
    op: "random",
    distribution,
    key: choose(1e6),
    seed,
    step: seed,
    first: strides(),
    second: strides(),
    ...base,
    dtype: "f32",
  };
}

function makeStores(
  choose: Choose,
  loops: readonly number[],
  { body, place }: { readonly body: readonly Instruction[]; readonly place: Place },
): Pick<Nest, "stores" | "fills"> {
  const varies = variesAlongInnermost({ sizes: loops, body });
  const all = loops.map((_, loop) => loop);
  const stores: Store[] = [];
  const fills: { buffer: number; value: number }[] = [];
  const count = 1 + choose(3);
  for (let at = 0; at < count; at += 1) {
    const value = body.length - 1 - choose(Math.min(body.length, at === 0 ? 1 : 4));
    const { dtype } = body[value] as Instruction;
    const mode = (["set", "set", "add", "max"] as const)[choose(4)] as Store["mode"];
    const rows = all.slice(0, -1);
    const indices = body.flatMap((each, index) => (each.dtype === "i32" ? [index] : []));
    if (choose(5) === 0) {
      const size = 1 + choose(5);
      const { access, stride } = place(subset(choose, loops), dtype, size);
      stores.push({ access, value, mode, index: { value: indices[choose(indices.length)] as number, stride, size } });
      continue;
    }
    const inPlace = body.find(
      (each) =>
        each.op === "load" &&
        each.dtype === dtype &&
        each.access.strides.every((stride, loop) => stride !== 0 || loops[loop] === 1),
    );
    if (inPlace?.op === "load" && mode === "set" && varies[value] === true && choose(3) === 0) {
      if (!stores.some(({ access }) => access === inPlace.access)) stores.push({ access: inPlace.access, value, mode });
      continue;
    }
    const along = mode !== "set" ? subset(choose, loops) : varies[value] === true || choose(2) === 0 ? all : rows;
    const { access } = place(along, dtype);
    stores.push({ access, value, mode });
    if (mode !== "set" && choose(2) === 0)
      fills.push({ buffer: access.buffer, value: mode === "add" ? 0 : Number.NEGATIVE_INFINITY });
  }
  return { stores, fills };
}

/** Lengths that leave out some iterations of one loop, all or none of them. */
function makeSkip(
  choose: Choose,
  {
    loops,
    stores,
    newBuffer,
    contents,
  }: {
    readonly loops: readonly number[];
    readonly stores: readonly Store[];
    readonly newBuffer: (dtype: Buffer["dtype"], entries: number) => number;
    readonly contents: readonly (Float32Array | Int32Array)[];
  },
): Skip {
  const loop = choose(loops.length);
  const size = loops[loop] as number;
  let entries = 1;
  const strides = loops.map((own, at) => {
    if (at >= loop || choose(3) === 0) return 0;
    entries *= own;
    return entries / own;
  });
  const buffer = newBuffer("i32", entries);
  contents[buffer]?.forEach((_, at, lengths) => {
    lengths[at] = choose(size + 3) - 1;
  });
  return { loop, lengths: { buffer, offset: 0, strides }, values: stores.map(() => choose(5) - 2) };
}

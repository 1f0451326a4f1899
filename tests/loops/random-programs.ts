// Random kernel programs over a batch: elementwise kernels, reductions over any loops, contractions, scans, scatters, updates of
// variables in place. Axes often have equal sizes, so that a scheduler which goes by sizes alone is found out.
import { type RandomSequence, sequence } from "../../src/compiler/ir/random.ts";
import type { Access, Buffer, Instruction, Kernel, KernelProgram, Nest, Store } from "../../src/compiler/loops/kernel.ts";

interface Value {
  readonly buffer: number;
  /** Names of axes, outermost in memory first. */
  readonly axes: readonly string[];
}

const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);

export function randomProgram(seed: number): KernelProgram {
  const random = sequence(seed, "program");
  const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)] as T;
  const sizes: Readonly<Record<string, number>> = {
    B: pick([4, 6]),
    T: pick([3, 4, 6]),
    F: pick([2, 4, 6]),
    G: pick([1, 4, 5]),
  };
  const windows = { H: 2 * (sizes.B as number), W: 2 };
  const sizeOf = (axis: string): number => ({ ...sizes, ...windows })[axis] as number;
  const buffers: Buffer[] = [];
  const kernels: Kernel[] = [];
  const values: Value[] = [];
  const variables: Value[] = [];

  const add = (kind: Buffer["kind"], axes: readonly string[], name?: string): Value => {
    const buffer: Buffer = { kind, dtype: "f32", shape: axes.map(sizeOf), path: "" };
    return { buffer: buffers.push(name === undefined ? buffer : { ...buffer, name }) - 1, axes };
  };
  const strideOf = ({ axes }: Value, axis: string): number =>
    axes.includes(axis) ? product(axes.slice(axes.indexOf(axis) + 1).map(sizeOf)) : 0;
  const access = (value: Value, loops: readonly string[]): Access => {
    const strides = loops.map((axis) => strideOf(value, axis));
    const reversed = random.integer(6) === 0 ? random.integer(Math.max(loops.length, 1)) : -1;
    const by = strides[reversed];
    if (by === undefined) return { buffer: value.buffer, offset: 0, strides };
    const offset = by * (sizeOf(loops[reversed] as string) - 1);
    return { buffer: value.buffer, offset, strides: strides.map((stride, loop) => (loop === reversed ? -stride : stride)) };
  };
  const plain = (value: Value, loops: readonly string[]): Access => ({
    buffer: value.buffer,
    offset: 0,
    strides: loops.map((axis) => strideOf(value, axis)),
  });
  const apply = (name: string, ...inputs: number[]): Instruction => ({ op: "apply", name, inputs, dtype: "f32", attributes: {} });
  const inside = (loops: readonly string[]): readonly Value[] =>
    [...values, ...variables].filter(({ axes }) => axes.every((axis) => loops.includes(axis)));
  const someLoops = (): readonly string[] => {
    const axes = ["B", "T", "F", "G"].filter((axis) => random.integer(axis === "B" ? 8 : 2) > 0);
    return axes.length === 0 ? ["F"] : random.integer(4) === 0 ? random.shuffle(axes) : axes;
  };

  /** Loads of up to three values combined, now and then with a loop's index. */
  const bodyOver = (loops: readonly string[], extra: readonly Value[] = []): Instruction[] => {
    const body: Instruction[] = [{ op: "constant", value: 0.5, dtype: "f32" }];
    for (const value of [...extra, ...random.shuffle([...inside(loops)]).slice(0, 1 + random.integer(3))]) {
      body.push({ op: "load", access: access(value, loops), dtype: "f32" });
      const last = body.length - 1;
      body.push(apply(pick(["add", "multiply", "subtract"]), last - 1, last), apply("tanh", last + 1));
    }
    if (random.integer(4) === 0) {
      body.push({ op: "index", loop: random.integer(loops.length), dtype: "i32" });
      const last = body.length - 1;
      body.push(
        { op: "apply", name: "cast", inputs: [last], dtype: "f32", attributes: { dtype: "f32" } },
        apply("add", last - 1, last + 1),
      );
    }
    return body;
  };

  const nest = (
    loops: readonly string[],
    body: readonly Instruction[],
    stores: readonly Store[],
    fills: Nest["fills"] = [],
  ): Nest => ({
    kind: "nest",
    sizes: loops.map(sizeOf),
    body,
    stores,
    fills,
    path: "",
  });

  const elementwise = (): void => {
    const loops = someLoops();
    const body = bodyOver(loops);
    const target = add("value", random.integer(4) === 0 ? random.shuffle([...loops]) : loops);
    const stores: Store[] = [{ access: plain(target, loops), value: body.length - 1, mode: "set" }];
    const fills: Nest["fills"][number][] = [];
    // A sum over some of the loops beside it, as in the gradient of a bias.
    if (random.integer(2) === 0) {
      const sum = add(
        "value",
        loops.filter(() => random.integer(2) === 0),
      );
      stores.push({ access: plain(sum, loops), value: body.length - 1, mode: "add" });
      fills.push({ buffer: sum.buffer, value: pick([0, 0, 0.25]) });
      kernels.push(nest(loops, body, stores, fills));
      values.push(target, sum);
      return;
    }
    kernels.push(nest(loops, body, stores));
    values.push(target);
  };

  const reduction = (): void => {
    const loops = someLoops();
    const body = bodyOver(loops);
    const name = pick(["sum", "max"] as const);
    const inner = loops[loops.length - 1] as string;
    body.push({ op: "load", access: plain(pick([...values, ...variables]), loops), dtype: "f32" });
    body.splice(-1, 1, { op: "reduce", name, input: body.length - 2, dtype: "f32" });
    const target = add("value", loops.slice(0, -1));
    const stores: Store[] = [{ access: plain(target, loops), value: body.length - 1, mode: "set" }];
    const own = add("value", loops);
    if (random.integer(2) === 0 && sizeOf(inner) > 1) {
      // The rest of the row goes by what the row was reduced to.
      body.push(apply("multiply", body.length - 1, body.length - 2));
      stores.push({ access: plain(own, loops), value: body.length - 1, mode: "set" });
      values.push(own);
    }
    kernels.push(nest(loops, body, stores));
    values.push(target);
  };

  const contraction = (): void => {
    const axes = random.shuffle(["B", "T", "F", "G"]);
    const batch = axes[3] === "B" && random.integer(2) === 0 ? ["B"] : [];
    const [row, column, contracted] = axes.filter((axis) => !batch.includes(axis)) as [string, string, string];
    const more = random.integer(3) === 0 && batch.length === 0 ? [axes[3] as string] : [];
    const loops = [...batch, row, column];
    const summed = [contracted, ...more];
    const wanted = (own: string): readonly string[] => [...batch, own, ...summed];
    const factor = (own: string): Value => {
      const fitting = inside(wanted(own)).filter(({ axes: had }) => had.length > 0);
      if (fitting.length > 0) return pick(fitting);
      const input = add("input", wanted(own), `input${buffers.length}`);
      values.push(input);
      return input;
    };
    const all = [...loops, ...summed];
    const [left, right] = [plain(factor(row), all), plain(factor(column), all)];
    const body: Instruction[] = [
      { op: "product", dtype: "f32" },
      { op: "constant", value: 0.25, dtype: "f32" },
      apply("multiply", 0, 1),
    ];
    if (random.integer(2) === 0) body.push(apply("tanh", 2));
    const target = add("value", loops);
    const adds = random.integer(3) === 0;
    kernels.push({
      kind: "contraction",
      sizes: loops.map(sizeOf),
      batch: batch.length,
      rows: 1,
      columns: 1,
      contracted: summed.map(sizeOf),
      left,
      right,
      body,
      stores: [{ access: plain(target, loops), value: body.length - 1, mode: adds ? "add" : "set" }],
      fills: adds ? [{ buffer: target.buffer, value: 0 }] : [],
      path: "",
    });
    values.push(target);
  };

  /** A buffer of twice the batch, written in halves or whole, and read in pairs: own ones, or such that overlap with the next entry's. */
  const pairs = (): void => {
    const target = add("value", ["H", "F"]);
    const rows = sizeOf("B") * sizeOf("F");
    if (random.integer(2) === 0) {
      for (const half of [0, 1]) {
        const body = bodyOver(["B", "F"]);
        const to = { ...plain(target, []), offset: half * rows, strides: [sizeOf("F"), 1] };
        kernels.push(nest(["B", "F"], body, [{ access: to, value: body.length - 1, mode: "set" }]));
      }
    } else {
      const body = bodyOver(["H", "F"]);
      kernels.push(nest(["H", "F"], body, [{ access: plain(target, ["H", "F"]), value: body.length - 1, mode: "set" }]));
    }
    const loops = ["B", "W", "F"];
    const result = add("value", ["B", "F"]);
    const read = { buffer: target.buffer, offset: 0, strides: [pick([1, 2]) * sizeOf("F"), sizeOf("F"), 1] };
    const body: Instruction[] = [{ op: "load", access: read, dtype: "f32" }, apply("tanh", 0)];
    const store: Store = { access: plain(result, loops), value: 1, mode: "add" };
    kernels.push(nest(loops, body, [store], [{ buffer: result.buffer, value: 0 }]));
    values.push(result);
  };

  /** carry = tanh(carry + slice), total += carry, over the steps of a sequence that has the batch as its second axis. */
  const scan = (): void => {
    const carry = add("value", ["B", "F"]);
    const total = add("value", ["F"]);
    const part = add("value", ["F"]);
    const stacked = add("value", ["T", "B", "F"]);
    const sequences = values.filter(({ axes }) => axes.join("") === "TBF");
    const source = sequences.length > 0 ? pick(sequences) : add("input", ["T", "B", "F"], `input${buffers.length}`);
    if (sequences.length === 0) values.push(source);
    const constant: Instruction = { op: "constant", value: 0, dtype: "f32" };
    kernels.push(
      nest(["B", "F"], [constant], [{ access: plain(carry, ["B", "F"]), value: 0, mode: "set" }]),
      nest(["F"], [constant], [{ access: plain(total, ["F"]), value: 0, mode: "set" }]),
    );
    const stepped = (value: Value): Access => ({ ...plain(value, ["B", "F"]), steps: [strideOf(value, "T")] });
    const load = (from: Access): Instruction => ({ op: "load", access: from, dtype: "f32" });
    const still = (value: Value, loops: readonly string[]): Access => ({ ...plain(value, loops), steps: [0] });
    const step = nest(
      ["B", "F"],
      [load(still(carry, ["B", "F"])), load(stepped(source)), apply("add", 0, 1), apply("tanh", 2)],
      [
        { access: still(carry, ["B", "F"]), value: 3, mode: "set" },
        { access: stepped(stacked), value: 3, mode: "set" },
        { access: still(part, ["B", "F"]), value: 3, mode: "add" },
      ],
      [{ buffer: part.buffer, value: 0 }],
    );
    const sum = nest(
      ["F"],
      [load(still(total, ["F"])), load(still(part, ["F"])), apply("add", 0, 1)],
      [{ access: still(total, ["F"]), value: 2, mode: "set" }],
    );
    // At times the next iteration needs the sum over the whole batch.
    const mixed = random.integer(3) === 0;
    const mix = nest(
      ["B", "F"],
      [load(still(carry, ["B", "F"])), load(still(total, ["B", "F"])), apply("subtract", 0, 1), apply("tanh", 2)],
      [{ access: still(carry, ["B", "F"]), value: 3, mode: "set" }],
    );
    const body = mixed ? [step, sum, mix] : [step, sum];
    kernels.push({ kind: "loop", iterations: sizeOf("T"), reverse: random.integer(2) === 0, body, path: "" });
    values.push(carry, total, stacked);
  };

  const scatter = (): void => {
    const loops = ["B", "T", "F"];
    const target = add("value", ["G", "F"]);
    const body = bodyOver(loops);
    body.push({ op: "index", loop: 1, dtype: "i32" });
    const index = { value: body.length - 1, stride: sizeOf("F"), size: sizeOf("G") };
    const store: Store = { access: plain(target, loops), value: body.length - 2, mode: "add", index };
    kernels.push(nest(loops, body, [store], [{ buffer: target.buffer, value: 0 }]));
    values.push(target);
  };

  /** The same number throughout, as in the gradient of a mean: whoever reads it first may have to fill it. */
  const constant = (): void => {
    const loops = someLoops();
    const target = add("value", loops);
    const body: Instruction[] = [{ op: "constant", value: 0.75, dtype: "f32" }];
    kernels.push(nest(loops, body, [{ access: plain(target, loops), value: 0, mode: "set" }]));
    values.push(target);
  };

  const update = (variable: Value): void => {
    const loops = variable.axes.length === 0 ? ["G"] : variable.axes;
    const body = bodyOver(loops, [variable]).map((each): Instruction => {
      const readsIt = each.op === "load" && each.access.buffer === variable.buffer;
      return readsIt ? { ...each, access: plain(variable, loops) } : each;
    });
    kernels.push(nest(loops, body, [{ access: plain(variable, loops), value: body.length - 1, mode: "set" }]));
  };

  for (const axes of [["B", "T", "F"], ["B", "F"], ["B"]]) values.push(add("input", axes, `input${buffers.length}`));
  for (const axes of [["F", "G"], ["F"], ["B", "F"]]) variables.push(add("variable", axes, `variable${buffers.length}`));
  const makers = [
    elementwise,
    elementwise,
    elementwise,
    reduction,
    contraction,
    contraction,
    scan,
    scatter,
    pairs,
    constant,
  ] as const;
  for (let count = 4 + random.integer(10); count > 0; count -= 1) pick(makers)();
  for (const variable of variables) if (random.integer(3) > 0) update(variable);

  const outputs: Record<string, number> = {};
  for (const { buffer } of values.slice(-4)) {
    const own = buffers[buffer] as Buffer;
    if (own.kind !== "value") continue;
    outputs[`output${buffer}`] = buffer;
    buffers[buffer] = { ...own, kind: "output", name: `output${buffer}` };
  }
  return { name: `random ${seed}`, buffers, kernels, outputs, copies: copiesOf(random, buffers, variables, values) };
}

/** At times a variable takes a value once everything has run. */
function copiesOf(
  random: RandomSequence,
  buffers: readonly Buffer[],
  variables: readonly Value[],
  values: readonly Value[],
): KernelProgram["copies"] {
  const [variable] = variables;
  const fitting = values.find(({ buffer, axes }) => axes.join() === variable?.axes.join() && buffers[buffer]?.kind === "value");
  if (variable === undefined || fitting === undefined || random.integer(2) === 0) return [];
  return [{ variable: variable.buffer, from: fitting.buffer }];
}

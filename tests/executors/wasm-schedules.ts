// A schedule made by hand with every kind of segment, for the tests of program emission and of threads.
import type { Access, Buffer, Instruction, Kernel, Nest, Store } from "../../src/compiler/loops/kernel.ts";
import type { Placement, Schedule, ScheduledKernel } from "../../src/compiler/loops/schedule.ts";

export const [chunks, rows, width, iterations] = [16, 3, 20, 5];

const at = (buffer: number, strides: readonly number[], more: Partial<Access> = {}): Access => ({
  buffer,
  offset: 0,
  strides,
  ...more,
});
const load = (access: Access): Instruction => ({ op: "load", access, dtype: "f32" });
const apply = (name: string, ...inputs: number[]): Instruction => ({ op: "apply", name, inputs, dtype: "f32", attributes: {} });
const set = (access: Access, value: number): Store => ({ access, value, mode: "set" });
const nest = (sizes: readonly number[], body: readonly Instruction[], ...stores: Store[]): Nest => ({
  kind: "nest",
  sizes,
  body,
  stores,
  fills: [],
  path: "",
});
const scheduled = (kernel: Kernel, source: number): ScheduledKernel => ({ kernel, source });

const [x, w, half, product, partial, total, history, shown] = [0, 1, 2, 3, 4, 5, 6, 7];

const declare = (kind: Buffer["kind"], shape: readonly number[], more: Partial<Buffer> = {}): Buffer => ({
  kind,
  dtype: "f32",
  shape,
  path: "",
  ...more,
});

const buffers: readonly Buffer[] = [
  declare("input", [chunks * rows - 1, width], { name: "x" }),
  declare("variable", [width], { name: "w" }),
  declare("constant", [1], { values: Float32Array.of(0.5) }),
  declare("value", [rows, width]),
  declare("value", [chunks, width]),
  declare("output", [width], { name: "total" }),
  declare("output", [iterations + 1, width], { name: "history" }),
  declare("value", [width]),
];

/** For a chunk of so many rows: product = x · w, partial = the sum of its rows. */
function chunkKernels(count: number): readonly ScheduledKernel[] {
  const scale = nest(
    [count, width],
    [load(at(x, [width, 1])), load(at(w, [0, 1])), apply("multiply", 0, 1)],
    set(at(product, [width, 1]), 2),
  );
  const clear = nest([width], [{ op: "constant", value: 0, dtype: "f32" }], set(at(partial, [1]), 0));
  const gather: Nest = nest([count, width], [load(at(product, [width, 1]))], {
    access: at(partial, [0, 1]),
    value: 0,
    mode: "add",
  });
  return [scheduled(scale, 0), scheduled(clear, 1), scheduled(gather, 2)];
}

const sum: Nest = {
  ...nest([chunks, width], [load(at(partial, [width, 1]))], { access: at(total, [0, 1]), value: 0, mode: "add" }),
  fills: [{ buffer: total, value: 0 }],
};
const first = nest([width], [load(at(total, [1]))], set(at(history, [1]), 0));
const doubled = nest([width], [load(at(total, [1])), apply("add", 0, 0)], set(at(shown, [1]), 1));
/** history[t + 1] = history[t] · 0.5 */
const next = nest(
  [width],
  [load(at(history, [1], { steps: [width] })), load(at(half, [0])), apply("multiply", 0, 1)],
  set(at(history, [1], { offset: width, steps: [width] }), 2),
);

const whole = (...places: readonly (readonly [number, number])[]): ReadonlyMap<number, Placement> =>
  new Map(places.map(([buffer, address]) => [buffer, { kind: "whole", address }]));

const addresses = new Map([
  [half, 0],
  [x, 64],
  [partial, 8192],
  [total, 16384],
  [history, 20480],
  [shown, 24576],
]);
const place = (buffer: number): readonly [number, number] => [buffer, addresses.get(buffer) ?? 0];

/**
 * total = the sum of the rows of x, each times w; history[t] = total / 2^t; afterwards w = 2 · total. The last of 16 chunks has
 * two rows instead of three.
 */
export const mixedSchedule: Schedule = {
  name: "mixed",
  buffers,
  segments: [
    {
      kind: "chunked",
      chunks,
      kernels: chunkKernels(rows),
      last: chunkKernels(rows - 1),
      placements: new Map<number, Placement>([
        [x, { kind: "sliced", address: 64, chunkStride: rows * width }],
        [w, { kind: "whole", address: 0 }],
        [product, { kind: "local", offset: 128 }],
        [partial, { kind: "sliced", address: 8192, chunkStride: width }],
      ]),
    },
    { kind: "tasks", tasks: [[scheduled(sum, 3)]], placements: whole(place(partial), place(total)) },
    {
      kind: "tasks",
      tasks: [[scheduled(first, 4)], [scheduled(doubled, 5)]],
      placements: whole(place(total), place(history), place(shown)),
    },
    {
      kind: "tasks",
      tasks: [[scheduled({ kind: "loop", iterations, reverse: false, body: [next], path: "" }, 6)]],
      placements: whole(place(half), place(history)),
    },
  ],
  addresses,
  sharedBytes: 32768,
  arenaBytes: 128 + 4 * rows * width,
  copies: [{ variable: w, from: shown }],
  outputs: { total, history },
};

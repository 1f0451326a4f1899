// What schedules look like: which kernels share a segment, where buffers live, how chunks are cut.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { Kernel, Nest } from "../../src/compiler/loops/kernel.ts";
import { lower } from "../../src/compiler/loops/lower/index.ts";
import { schedule } from "../../src/compiler/loops/schedule/index.ts";
import type { ChunkedSegment, Schedule } from "../../src/compiler/loops/schedule.ts";
import {
  apply,
  at,
  batch,
  layers,
  load,
  named,
  nest,
  onlyChunked,
  outline,
  product,
  program,
  rows,
  value,
  width,
} from "./hand-programs.ts";
import { expectSchedules } from "./run-schedule.ts";

test("kernels along the batch share a segment, and a weight gradient waits where copies of it would be large", () => {
  const planned = schedule(layers, { entries: 8 });
  expect(outline(planned)[0]).toEqual(["chunked", [0, 1, 2, 4]]);
  const [first] = planned.segments as [ChunkedSegment];
  expect(first.chunks).toBe(8);
  expect(first.kernels.map(({ kernel }) => (kernel as Nest).sizes[0])).toEqual([8, 8, 8, 8]);
  expect(first.placements.get(0)).toMatchObject({ kind: "sliced", chunkStride: 8 * width });
  expect(first.placements.get(1)).toEqual({ kind: "whole", address: 0 });
  expect(first.placements.get(4)).toMatchObject({ kind: "sliced", chunkStride: 8 });
});

test("chunks make copies of a gradient that is small beside what it is made of, added in order by the update", () => {
  const long = [50 * width, width, 1];
  const sizes = [batch, 50, width];
  const total = nest(sizes, [load(at(4, long))], at(3, [0, 0, 1]));
  const planned = schedule(
    program(
      [
        ...[named("input", "x", ...sizes), named("variable", "w", width, width), named("variable", "b", width), value(width)],
        ...[value(...sizes), value(...sizes)],
      ],
      [
        product(sizes, width, at(0, [...long.slice(0, 2), 0, 1]), at(1, [0, 0, 1, width]), at(5, long)),
        product(sizes, width, at(5, [...long.slice(0, 2), 0, 1]), at(1, [0, 0, 1, width]), at(4, long)),
        { ...total, stores: total.stores.map((store) => ({ ...store, mode: "add" })), fills: [{ buffer: 3, value: 0 }] },
        nest([width], [load(at(2, [1])), load(at(3, [1])), apply("subtract", 0, 1)], at(2, [1])),
      ],
      {},
    ),
  );
  expect(outline(planned)).toEqual([
    ["chunked", [0, 1, 2]],
    ["tasks", [3]],
  ]);
  const { chunks, placements, kernels } = onlyChunked(planned);
  expect([placements.get(4)?.kind, placements.get(5)?.kind]).toEqual(["local", "local"]);
  const copies = planned.buffers.findIndex(({ shape }) => shape.join() === [chunks, width].join());
  expect(placements.get(copies)).toMatchObject({ kind: "sliced", chunkStride: width });
  // The copy of each chunk is set to 0 first.
  expect(kernels).toHaveLength(4);
  const updates = planned.segments.flatMap((segment) => (segment.kind === "tasks" ? segment.tasks.flat() : []));
  const loads = updates.flatMap(({ kernel }) => (kernel.kind === "nest" ? kernel.body : []));
  const offsets = loads.flatMap((each) => (each.op === "load" && each.access.buffer === copies ? [each.access.offset] : []));
  expect(offsets).toEqual(Array.from({ length: chunks }, (_, chunk) => chunk * width));
});

test("the last chunk has what is left", () => {
  const { chunks, kernels, last } = onlyChunked(
    schedule(
      program(
        [named("input", "x", 10, 6), named("output", "y", 10, 6)],
        [nest([10, 6], [load(at(0, [6, 1])), apply("exp", 0)], at(1, [6, 1]))],
        {
          y: 1,
        },
      ),
      { finest: true, entries: 4 },
    ),
  );
  expect(chunks).toBe(3);
  expect(kernels.map(({ kernel }) => (kernel as Nest).sizes)).toEqual([[4, 6]]);
  expect(last?.map(({ kernel }) => (kernel as Nest).sizes)).toEqual([[2, 6]]);
});

test("a matrix of all pairs is not read along its own axis before all of it is there", () => {
  const pairs = program(
    [named("input", "x", batch, width), value(batch, width), value(batch, batch), named("output", "y", batch, batch)],
    [
      nest([batch, width], [load(at(0, rows)), apply("tanh", 0)], at(1, rows)),
      product([batch, batch], width, at(1, [width, 0, 1]), at(1, [0, width, 1]), at(2, [batch, 1])),
      nest([batch, batch], [load(at(2, [1, batch])), load(at(2, [batch, 1])), apply("add", 0, 1)], at(3, [batch, 1])),
    ],
    { y: 3 },
  );
  const planned = schedule(pairs, { finest: true, entries: 16 });
  expect(outline(planned)).toEqual([
    ["chunked", [0]],
    ["chunked", [1]],
    ["chunked", [2]],
  ]);
  // The product reads one factor row by row and the other whole: the same buffer under two numbers.
  const placements = [...(planned.segments[1]?.placements.entries() ?? [])].filter(([buffer]) => buffer === 1 || buffer > 3);
  expect(placements.map(([, { kind }]) => kind).sort()).toEqual(["sliced", "whole"]);
});

test("a constant is filled for all that read it, wherever the first of them is moved to", () => {
  // The samples' weights are first read by what has to be whole before the segment, as all samples read its first entry.
  const weighted = program(
    [named("input", "x", batch, width), value(batch), value(batch), value(batch, width), named("output", "y", batch, width)],
    [
      nest([batch], [{ op: "constant", value: 0.25, dtype: "f32" }], at(1, [1])),
      nest([batch], [load(at(1, [1])), load(at(0, [width])), apply("multiply", 0, 1)], at(2, [1])),
      nest([batch, width], [load(at(0, rows)), apply("tanh", 0)], at(3, rows)),
      nest(
        [batch, width],
        [load(at(3, rows)), load(at(2, [0, 0])), load(at(1, [1, 0])), apply("multiply", 0, 1), apply("multiply", 3, 2)],
        at(4, rows),
      ),
    ],
    { y: 4 },
  );
  const x = Float64Array.from({ length: batch * width }, (_, k) => Math.sin(k));
  const [planned] = expectSchedules(weighted, { inputs: { x }, variables: {} }, [{ finest: true, entries: 16 }]);
  expect(outline(planned as Schedule)).toEqual([
    ["chunked", [1]],
    ["chunked", [2, 3]],
  ]);
});

test("a scan runs in chunks of its batch, its carry and its steps in the arena", () => {
  const steps = 7;
  const [sequence, still] = [{ steps: [batch * width] }, { steps: [0] }];
  const step = nest(
    [batch, width],
    [load(at(1, rows, still)), load(at(0, rows, sequence)), apply("add", 0, 1)],
    at(2, rows, sequence),
  );
  const planned = schedule(
    program(
      [named("input", "x", steps, batch, width), value(batch, width), value(steps, batch, width), named("output", "y", batch)],
      [
        nest([batch, width], [{ op: "constant", value: 0, dtype: "f32" }], at(1, rows)),
        {
          kind: "loop",
          iterations: steps,
          reverse: false,
          body: [step, nest([batch, width], [load(at(2, rows, sequence))], at(1, rows, still))],
          path: "",
        },
        {
          ...nest([steps, batch, width], [load(at(2, [batch * width, width, 1]))], at(3, [0, 1, 0])),
          stores: [{ access: at(3, [0, 1, 0]), value: 0, mode: "add" }],
          fills: [{ buffer: 3, value: 0 }],
        },
      ],
      { y: 3 },
    ),
    { finest: true, entries: 16 },
  );
  const { chunks, placements, kernels } = onlyChunked(planned);
  expect(chunks).toBe(4);
  expect([placements.get(1)?.kind, placements.get(2)?.kind]).toEqual(["local", "local"]);
  // A chunk's own part of the steps has no gaps: one step after another, 16 samples each.
  const loop = kernels.find(({ kernel }) => kernel.kind === "loop")?.kernel;
  const inner = loop?.kind === "loop" ? (loop.body[0] as Nest) : undefined;
  expect(inner?.stores[0]?.access.steps).toEqual([16 * width]);
  expect(planned.arenaBytes).toBe(4 * 16 * width * (steps + 1));
});

test("little work is one task in the order of the program", () => {
  const planned = schedule({ ...layers, kernels: layers.kernels.slice(4) });
  expect(planned.segments.map((segment) => segment.kind === "tasks" && segment.tasks.length)).toEqual([1]);
});

test("independent updates are tasks, large ones in pieces", () => {
  const [large, small] = [1 << 18, 1 << 10];
  const sizes = [large, small, small, small];
  const planned = schedule(
    program(
      sizes.flatMap((size, k) => [named("variable", `w${k}`, size), named("input", `g${k}`, size)]),
      sizes.map((size, k) => nest([size], [load(at(2 * k, [1])), load(at(2 * k + 1, [1])), apply("add", 0, 1)], at(2 * k, [1]))),
      {},
    ),
  );
  const [segment, ...others] = planned.segments;
  expect(others).toEqual([]);
  if (segment?.kind !== "tasks") throw new Error("the updates share no segment of tasks");
  const pieces = segment.tasks.filter((task) => task.some(({ source }) => source === 0));
  expect(pieces.length).toBeGreaterThan(4);
  const sizeOf = (kernel: Kernel | undefined): number => (kernel?.kind === "nest" ? (kernel.sizes[0] ?? 0) : 0);
  expect(pieces.reduce((total, [first]) => total + sizeOf(first?.kernel), 0)).toBe(large);
  expect(segment.tasks.length).toBeGreaterThan(pieces.length);
});

test("a host function has a segment of its own", () => {
  const host: Kernel = {
    kind: "host",
    name: "sort",
    attributes: {},
    inputs: [{ buffer: 1, shape: [batch], dtype: "f32" }],
    output: 2,
    path: "",
  };
  const planned = schedule(
    program(
      [named("input", "x", batch), value(batch), value(batch), named("output", "y", batch)],
      [
        nest([batch], [load(at(0, [1])), apply("exp", 0)], at(1, [1])),
        host,
        nest([batch], [load(at(2, [1])), apply("log", 0)], at(3, [1])),
      ],
      { y: 3 },
    ),
  );
  expect(planned.segments.map(({ kind }) => kind)).toEqual(["tasks", "host", "tasks"]);
});

test("memory: inputs and outputs keep their places, variables have none, a value gives its place to a later one", () => {
  const chain = Array.from({ length: 5 }, (_, k) => nest([batch], [load(at(k, [1])), apply("exp", 0)], at(k + 1, [1])));
  const buffers = [named("input", "x", batch), ...chain.map((_, k) => (k === 4 ? named("output", "y", batch) : value(batch)))];
  const planned = schedule(program(buffers, chain, { y: 5 }));
  expect([...planned.addresses]).toEqual([
    [0, 0],
    [5, 4 * batch],
  ]);
  expect(planned.sharedBytes).toBe(2 * 4 * batch);
  const offsets = [1, 2, 3, 4].map((buffer) => planned.segments[0]?.placements.get(buffer));
  expect(offsets).toEqual([0, 1, 0, 1].map((place) => ({ kind: "local", offset: place * 4 * batch })));
  expect(schedule(layers).addresses.has(1)).toBe(false);
});

test("the reference model: forward and backward in chunks of samples, then the sums of copies with the updates", () => {
  const path = "bench/models/reference.mmx";
  const { compiled } = checkSpec(memoryHost({ [path]: readFileSync(path, "utf8") }), path);
  const [stage] = compiled?.train?.stages ?? [];
  if (stage === undefined) throw new Error(`${path} trains nothing`);
  const plan = makePlan("joint", stage.graph, { B: 64, T: 50, F: 64, G: 64, H: 64 });
  const planned = schedule(lower(plan.graph, plan.name));
  const kinds = planned.segments.map((segment) => [
    segment.kind,
    segment.kind === "chunked" ? segment.kernels.length > 200 : false,
  ]);
  expect(kinds.slice(-3)).toEqual([
    ["chunked", true],
    ["tasks", false],
    ["tasks", false],
  ]);
  expect(kinds.length).toBeLessThanOrEqual(5);
  const [main] = planned.segments.slice(-3);
  expect(main?.kind === "chunked" && main.chunks).toBe(8);
  expect(planned.arenaBytes).toBeLessThan(32e6);
});

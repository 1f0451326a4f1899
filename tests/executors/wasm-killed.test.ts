// What a step of the wasm executor does where it waits long for one of its threads: for one that works on, it gets the same bits; for
// one that was killed or ended meanwhile, it fails, and so does whatever would go on with the variables.
import type { Worker } from "node:worker_threads";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { constantDim } from "../../src/compiler/dims/dim.ts";
import { anyMachine } from "../../src/compiler/emit/wasm/module-builder.ts";
import { control } from "../../src/compiler/emit/wasm/program-control.ts";
import { type GraphBuilder, graphBuilder } from "../../src/compiler/ir/builder.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../src/compiler/ir/plan.ts";
import type { Feeds, Program, Results, Session } from "../../src/runtime/executors/executor.ts";
import { ExecutionError } from "../../src/runtime/executors/feeds.ts";
import type { StartWorker } from "../../src/runtime/executors/wasm/crew.ts";
import { wasmExecutor } from "../../src/runtime/executors/wasm/index.ts";
import { startNodeWorker } from "../../src/runtime/executors/wasm/node-worker.ts";
import { openSession } from "../../src/runtime/executors/wasm/session.ts";
import { words } from "../../src/runtime/executors/wasm/worker-source.ts";
import { leaf, tensor } from "./programs.ts";
import { wave } from "./samples.ts";

const sessions: Session[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) session.dispose();
});

const width = 48;

const lookUp = (): never => {
  throw new Error("these plans call no host function");
};

/** carry <- tanh(carry · w + slice), once for every slice: work that no second thread can share. */
function recurrence(builder: GraphBuilder, w: number, at: number, length: number): number {
  const body = graphBuilder();
  const product = (left: number, right: number): number => body.add("dot", [left, right], { batch: [], contract: [[1, 0]] });
  const carry = leaf(body, "input", "carry.0", [1, width]);
  const ones = body.add("constant", [], { value: 1, sizes: [1, width].map(constantDim), dtype: "f32" });
  const slice = product(leaf(body, "input", "slice.0", [1, 1]), ones);
  const next = body.add("tanh", [body.add("add", [product(carry, leaf(body, "input", "const.0", [width, width])), slice])]);
  const start = leaf(builder, "input", `start${at}`, [1, width]);
  const attributes = { carries: 1, sequences: 1, constants: 1, outputs: 0, reverse: false };
  const slices = leaf(builder, "input", `slices${at}`, [length, 1, 1]);
  const loop = builder.add("scan", [start, slices, w], attributes, { body: body.finish({ "carry.0": next }) });
  return builder.add("part", [loop], { index: 0 });
}

/** A step of recurrences side by side, each a task for one thread, and of an update. */
function plan(lengths: readonly number[]): Plan {
  const builder = graphBuilder();
  const w = leaf(builder, "variable", "w", [width, width]);
  const outputs = Object.fromEntries(lengths.map((length, at) => [`last${at}`, recurrence(builder, w, at, length)]));
  const scale = builder.add("constant", [], { value: 1.01, sizes: [width, width].map(constantDim), dtype: "f32" });
  const assignments = [{ variable: "w", value: builder.add("multiply", [w, scale]) }];
  return makePlan("slow", builder.finish(outputs, assignments), {});
}

const feedsOf = (lengths: readonly number[]): Feeds =>
  Object.fromEntries(
    lengths.flatMap((length, at) => [
      [`start${at}`, tensor([1, width], wave(width, 0.3 + at))],
      [`slices${at}`, tensor([length, 1, 1], wave(length, 0.2 + at))],
    ]),
  );

const openSingle = (): Session =>
  openSession("wasm", { crew: undefined, lookUp, tracer: async () => wasmExecutor(), machine: anyMachine });

async function load(session: Session, lengths: readonly number[]): Promise<Program> {
  if (!sessions.includes(session)) sessions.push(session);
  session.write("w", tensor([width, width], wave(width * width, 0.1)));
  return session.load(plan(lengths));
}

/** Slices a millisecond on one thread, all of a core its own: the best of many trials, each shorter than a turn of other tests. */
let pace: number;
const trial = 5_000;
beforeAll(async () => {
  const program = await load(openSingle(), [trial]);
  let least = Number.POSITIVE_INFINITY;
  // Long enough for V8 to have optimised the code: what it runs first is several times slower.
  for (const began = performance.now(); performance.now() - began < 600; ) {
    const start = performance.now();
    await program.run(feedsOf([trial]));
    least = Math.min(least, performance.now() - start);
  }
  pace = trial / least;
});

/** Two recurrences for two threads, given out longest first. */
const lengthsFor = (milliseconds: number): readonly number[] => [1, 0.05].map((part) => Math.ceil(part * milliseconds * pace));

const notify = Atomics.notify;

/** Whether the session's own thread is held up in its next run. */
let held = false;

/** The own thread is held up after it has called the other one, until that has taken the longer recurrence; so the own waits for it. */
beforeEach(() => {
  let mail = 0;
  Atomics.notify = ((block: Int32Array, index: number, count?: number) => {
    const called = notify(block, index, count);
    const before = mail;
    mail = Atomics.load(block, words.mail);
    // It may have been called for a message instead, that says what the next run is of.
    if (!held || mail !== before) return called;
    held = false;
    const taken = (): number => Atomics.load(block, control.ticket / 4);
    for (const start = performance.now(); taken() === 0 && performance.now() - start < 5000; );
    return called;
  }) as typeof notify;
});
afterEach(() => {
  Atomics.notify = notify;
});

/** A session of two threads, both awake, and the worker that is its other one. */
async function pair(mayWait: boolean): Promise<{ readonly session: Session; readonly workers: readonly Worker[] }> {
  const workers: Worker[] = [];
  const start: StartWorker = (source, failed) => {
    process.once("worker", (worker) => {
      workers.push(worker);
    });
    return startNodeWorker(source, failed);
  };
  const session = openSession("wasm", {
    crew: { threads: 2, start, mayWait },
    lookUp,
    tracer: async () => wasmExecutor(),
    machine: anyMachine,
  });
  const short = lengthsFor(10);
  const program = await load(session, short);
  await program.run(feedsOf(short));
  await new Promise((resolve) => setTimeout(resolve, 100));
  return { session, workers };
}

const middle = "the variable other was written in the middle of a step; await the step first";

/** Runs steps until one waits for the other thread, and does something then; how that step ended, and how many there were. */
async function untilWaiting(session: Session, program: Program, feeds: Feeds, act: () => void) {
  for (let steps = 1; steps <= 20; steps += 1) {
    let waited = false;
    const watch = setInterval(() => {
      try {
        session.write("other", tensor([1], [1]));
      } catch (error) {
        expect(String(error)).toContain(middle);
        if (!waited) act();
        waited = true;
      }
    }, 1);
    held = true;
    const [outcome] = await Promise.allSettled([program.run(feeds)]);
    clearInterval(watch);
    if (waited || outcome.status === "rejected") return { outcome, steps };
  }
  throw new Error("the other thread never kept the session waiting");
}

/** By whether the session's own thread may sleep, as a browser's main thread may not. */
describe.each([{ mayWait: true }, { mayWait: false }])("a session whose own thread may sleep: $mayWait", ({ mayWait }) => {
  let lengths: readonly number[];
  beforeAll(() => {
    // Four times as long as the session's thread sleeps before it looks up.
    lengths = lengthsFor(400);
  });

  test("waits for a thread that works for long, and gives the bits of one thread", async () => {
    const { session } = await pair(mayWait);
    const program = await load(session, lengths);
    const feeds = feedsOf(lengths);
    // Its memory is kept for the step that uses it.
    const { outcome, steps } = await untilWaiting(session, program, feeds, () => program.dispose());
    if (outcome.status === "rejected") throw outcome.reason;
    const single = openSingle();
    const alone = await load(single, lengths);
    let expected: Results = {};
    for (let step = 0; step < steps; step += 1) expected = await alone.run(feeds);
    expect(outcome.value).toEqual(expected);
    expect(await session.read("w")).toEqual(await single.read("w"));
  });

  test("fails where the thread is killed in the middle of a step, as does all that would go on from there", async () => {
    const { session, workers } = await pair(mayWait);
    const program = await load(session, lengths);
    let killed = 0;
    const { outcome } = await untilWaiting(session, program, feedsOf(lengths), () => {
      killed = performance.now();
      for (const worker of workers) void worker.terminate();
    });
    expect(performance.now() - killed).toBeLessThan(3000);
    const why = outcome.status === "rejected" ? outcome.reason : undefined;
    expect(why).toBeInstanceOf(ExecutionError);
    const message =
      "a thread of the backend wasm failed in the middle of a step of slow (it ended with exit code 1), so the variables may be " +
      "half-written; start again, with MMX_THREADS=1 to do without threads";
    expect((why as ExecutionError).message).toBe(message);
    await expect(program.run(feedsOf(lengths))).rejects.toThrow(message);
    await expect(session.read("w")).rejects.toThrow(message);
  });

  test("fails a step in whose middle it is disposed of", async () => {
    const { session } = await pair(mayWait);
    const program = await load(session, lengths);
    const { outcome } = await untilWaiting(session, program, feedsOf(lengths), () => session.dispose());
    expect(String(outcome.status === "rejected" ? outcome.reason : outcome.status)).toContain(
      "the session was disposed in the middle of a step of slow; await the step before you dispose of its session",
    );
  });
});

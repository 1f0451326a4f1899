// Threads of the wasm executor on a schedule made by hand: the same bits for any number of threads, helpers that truly take part,
// and what happens where one fails.
import { afterEach, describe, expect, test } from "vitest";
import { type EmittedProgram, emitProgram } from "../../src/compiler/emit/wasm/program.ts";
import { type Crew, gatherCrew, type StartWorker } from "../../src/runtime/executors/wasm/crew.ts";
import { type SessionMemory, sessionMemory } from "../../src/runtime/executors/wasm/memory.ts";
import { startNodeWorker } from "../../src/runtime/executors/wasm/node-worker.ts";
import { chunks, iterations, mixedSchedule, rows, width } from "./wasm-schedules.ts";

interface Machine {
  readonly memory: SessionMemory;
  readonly emitted: EmittedProgram;
  readonly crew: Crew | undefined;
  readonly variable: number;
  readonly workspace: number;
  /** One step; the outputs. */
  step(feed: Float32Array): Float32Array;
}

const crews: Crew[] = [];
afterEach(() => {
  for (const crew of crews.splice(0)) crew.stop();
});

interface MachineOptions {
  readonly shared?: boolean;
  readonly start?: StartWorker;
  readonly mayWait?: boolean;
}

async function machine(threads: number, options: MachineOptions = {}): Promise<Machine> {
  const { shared = threads > 1, start = startNodeWorker, mayWait = true } = options;
  const memory = sessionMemory(shared);
  const variable = memory.allocate(4 * width);
  const constant = memory.allocate(4);
  const emitted = emitProgram(mixedSchedule, {
    variableAddress: () => variable,
    constantAddress: () => constant,
    memory: { initialPages: 1, maximumPages: memory.maximumPages, shared },
  });
  const module = await WebAssembly.compile(emitted.bytes);
  const { exports } = new WebAssembly.Instance(module, { mmx: { memory: memory.memory } });
  const crew = shared ? gatherCrew(memory, { threads, start, mayWait }) : undefined;
  if (crew !== undefined) crews.push(crew);
  crew?.load(1, module);
  const { arenaBytes, workspaceBytes, phases } = emitted;
  const workspace = memory.workspace(workspaceBytes + threads * arenaBytes);
  const arena = workspace + workspaceBytes;
  memory.views().f32.fill(0, workspace / 4, (arena + threads * arenaBytes) / 4);
  memory.views().f32[constant / 4] = 0.5;
  return {
    memory,
    emitted,
    crew,
    variable,
    workspace,
    step(feed) {
      const { f32 } = memory.views();
      f32.set(feed, (workspace + 64) / 4);
      for (const phase of phases) {
        if (phase.kind === "host") throw new Error("this schedule calls no host function");
        const [from, to] = phase.together;
        if (crew === undefined) exports.alone?.(...phase.alone, arena, workspace);
        else {
          crew.run({ program: 1, name: "mixed", from, to, workspace, arena, arenaBytes }, (first, patience) => {
            const left = exports.together?.(first, from, to, patience, arena, workspace);
            if (left === undefined) throw new Error("the module has no driver for threads");
            return left;
          });
        }
      }
      const at = (address: number, count: number): Float32Array =>
        f32.slice((workspace + address) / 4, (workspace + address) / 4 + count);
      f32.copyWithin(variable / 4, (workspace + 24576) / 4, (workspace + 24576) / 4 + width);
      return Float32Array.of(...at(16384, width), ...at(20480, (iterations + 1) * width));
    },
  };
}

const feedOf = (step: number): Float32Array =>
  Float32Array.from({ length: (chunks * rows - 1) * width }, (_, at) => Math.sin(step + 0.37 * at));

/** Results of all steps and the variable at the end. */
function train({ memory, variable, step }: Machine, steps: number): Float32Array {
  memory.views().f32.fill(0.1, variable / 4, variable / 4 + width);
  const seen: number[] = [];
  for (let at = 0; at < steps; at += 1) seen.push(...step(feedOf(at)));
  return Float32Array.of(...seen, ...memory.views().f32.subarray(variable / 4, variable / 4 + width));
}

test("computes what the schedule says, on one thread and memory of its own", async () => {
  const single = await machine(1);
  single.memory.views().f32.fill(0.1, single.variable / 4, single.variable / 4 + width);
  const feed = feedOf(0);
  const results = single.step(feed);
  for (let column = 0; column < width; column += 1) {
    let total = 0;
    for (let row = 0; row < chunks * rows - 1; row += 1) total += 0.1 * (feed[row * width + column] ?? 0);
    for (let time = 0; time <= iterations; time += 1) {
      expect(results[(time + 1) * width + column]).toBeCloseTo(total / 2 ** time, 5);
    }
    expect(single.memory.views().f32[single.variable / 4 + column]).toBeCloseTo(2 * total, 5);
  }
});

describe("several threads", () => {
  test.each([2, 3, 5])("%d threads give the bits of one", async (threads) => {
    const expected = train(await machine(1), 300);
    expect(train(await machine(threads), 300)).toEqual(expected);
  });

  test("a thread that may not sleep, like a browser's main thread, looks on and gets the same bits", async () => {
    expect(train(await machine(2, { mayWait: false }), 50)).toEqual(train(await machine(1), 50));
  });

  test("helpers take part", async () => {
    const three = await machine(3);
    const { step, memory, workspace, emitted } = three;
    train(three, 1);
    const { f32 } = memory.views();
    const worked = (thread: number): boolean =>
      f32[(workspace + emitted.workspaceBytes + thread * emitted.arenaBytes + 128) / 4] !== 0;
    for (let tries = 0; tries < 200 && !(worked(1) && worked(2)); tries += 1) {
      for (let at = 0; at < 200; at += 1) step(feedOf(1));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect([worked(1), worked(2)]).toEqual([true, true]);
  });

  test("helpers that sleep, start late or never start hold nobody up", async () => {
    const never: StartWorker = () => ({ post() {}, stop() {} });
    const expected = train(await machine(1), 5);
    expect(train(await machine(4, { start: never }), 5)).toEqual(expected);
    const pausing = await machine(2);
    for (let pause = 0; pause < 5; pause += 1) {
      expect(train(pausing, 5)).toEqual(expected);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
});

describe("a helper that fails", () => {
  /** A thread whose script does something else where the named call stands. */
  const broken =
    (from: string, to: string): StartWorker =>
    (source, failed) => {
      expect(source).toContain(from);
      return startNodeWorker(source.replace(from, to), failed);
    };
  const untilFailure = async ({ step }: Machine): Promise<unknown> => {
    for (let tries = 0; tries < 500; tries += 1) {
      try {
        for (let at = 0; at < 200; at += 1) step(feedOf(1));
      } catch (error) {
        return error;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error("no failure was seen");
  };

  test("within a run, by a trap: the run ends and says so, as does each after it", async () => {
    const trapping = await machine(2, { start: broken("patience, arena, workspace)", "patience, 0xe0000000, workspace)") });
    expect(String(await untilFailure(trapping))).toContain("memory access out of bounds");
    expect(() => trapping.step(feedOf(1))).toThrow(
      /^a thread .* failed in the middle of a step of mixed \(.*\), so the variables may be half-written; start again, with MMX_THREADS=1 to/,
    );
  });

  test("between runs, by ending: the next run says so", async () => {
    const ending = await machine(2, { start: broken("takePart(epoch);", 'throw new Error("gone");') });
    expect(String(await untilFailure(ending))).toContain("gone");
    expect(() => ending.step(feedOf(1))).toThrow(
      /^a thread of the backend wasm failed before a step of mixed \(gone\); start again, with MMX_THREADS=1 to do without threads$/,
    );
  });
});

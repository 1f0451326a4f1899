// Padding and short batches do not show in a training: with one longer sample in the test part every training batch is padded
// further, and everything that is trained stays the same.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import type { CompiledSpec } from "../../src/compiler/compiled.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { sequence } from "../../src/compiler/ir/random.ts";
import { columnsOf } from "../../src/runtime/data/formats/format.ts";
import { writeNpz } from "../../src/runtime/data/formats/write.ts";
import { loadDataset } from "../../src/runtime/data/load.ts";
import type { Executor } from "../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { tfjsExecutor } from "../../src/runtime/executors/tfjs/index.ts";
import { loadCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import { readMetrics } from "../../src/runtime/train/metrics-log.ts";
import { train } from "../../src/runtime/train/trainer.ts";

const spec = compile(`mmx 1
use std.attention, std.recurrent
dim T <= 40 ragged
dim D = 6

data clips {
  text:  f32[B, T, Ft]
  audio: f32[B, Fa] optional
  mood:  target f32[B]
  split by fold { train: 0, test: 1 }
  standardise text
}

model Trial(clip: clips) {
  x = clip.text |> Linear(D) |> dropout(0.2)
  words = x |> Attention(heads: 2) |> mean(over: T)
  order = x |> GRU(4) |> max(over: T)
  fused = concat(words, order, along: last) |> Linear(D)
  sound = clip.audio |> Linear(D)
  score = (fused + (sound else 0)) |> Linear(1) |> squeeze()
  bank label: f32[samples] = clip.mood
  update label = 0.9 * rows(label) + 0.1 * score
  predict mood = score
  loss task = mae(score, clip.mood) + 0.1 * mae(score, rows(label))
}

train Trial on clips {
  batch: 8
  stage one { epochs: 2, minimize: task, optimizer: sgd(lr: 1e-2, momentum: 0.9) }
  stage two { epochs: 2, minimize: task, optimizer: adam(lr: 1e-2), drop: { audio: 30% } }
}
`);

function compile(text: string): CompiledSpec {
  const { compiled, diagnostics } = checkSpec(memoryHost({ "trial.mmx": text }), "trial.mmx");
  if (compiled === undefined) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return compiled;
}

const folder = mkdtempSync(join(tmpdir(), "mmx-padding-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** 29 training samples of 1 to 11 steps (a last batch of five), and one test sample of `longest` steps. */
async function dataset(longest: number) {
  const random = sequence(2, "padding");
  const count = 30;
  const lengths = Int32Array.from({ length: count }, (_, row) => (row === count - 1 ? longest : 1 + random.integer(11)));
  const text = new Float32Array(count * longest * 3);
  const audio = new Float32Array(count * 2);
  const mood = new Float32Array(count);
  lengths.forEach((length, row) => {
    for (let at = 0; at < length * 3; at += 1) text[row * longest * 3 + at] = row === count - 1 ? 0.5 : random.normal();
    audio.fill(row % 4 === 0 ? Number.NaN : row / count, row * 2, row * 2 + 2);
    mood[row] = (text[row * longest * 3] ?? 0) * 0.5 + row / count;
  });
  const path = join(folder, `clips-${longest}.npz`);
  await writeNpz(
    path,
    columnsOf([
      { name: "text", type: "f32", shape: [count, longest, 3], values: text },
      { name: "text_length", type: "i32", shape: [count], values: lengths },
      { name: "audio", type: "f32", shape: [count, 2], values: audio },
      { name: "mood", type: "f32", shape: [count], values: mood },
      { name: "fold", type: "i32", shape: [count], values: Int32Array.from(mood, (_, row) => (row === count - 1 ? 1 : 0)) },
    ]),
  );
  const [schema] = spec.data;
  if (schema === undefined) throw new RangeError("the spec has no data");
  return loadDataset(schema, path, { dimensions: spec.dimensions });
}

/** Trains with test data of that length; losses, weights, and the shapes that plans were compiled for. */
async function trained(executor: Executor, longest: number) {
  const lengths = new Set<number>();
  let plans = 0;
  const watching: Executor = {
    name: executor.name,
    async open() {
      const session = await executor.open();
      return {
        ...session,
        load(plan) {
          plans += 1;
          const text = plan.graph.nodes.find((node) => node.op === "input" && node.attributes.name === "clip.text");
          lengths.add(text?.shape[1] ?? 0);
          return session.load(plan);
        },
      };
    },
  };
  const runDirectory = join(folder, `${executor.name}-${longest}`);
  await train({ spec, datasets: { clips: await dataset(longest) }, executor: watching, runDirectory });
  const { variables } = await loadCheckpoint(join(runDirectory, "checkpoints/last.safetensors"));
  const rows = await readMetrics(join(runDirectory, "metrics.jsonl"));
  const losses = rows.flatMap((row) => (row.kind === "step" ? [row.total] : []));
  return { variables, losses, lengths, plans };
}

test("in the interpreter, to the bit", async () => {
  const [short, long] = [await trained(interpreterExecutor(), 11), await trained(interpreterExecutor(), 40)];
  expect([...short.lengths].sort()).toEqual([11, 8]);
  expect([...long.lengths].sort()).toEqual([16, 8]);
  expect(short.losses).toHaveLength(16);
  expect(long.losses).toEqual(short.losses);
  expect(long.variables).toEqual(short.variables);
});

test.each(["cpu", "wasm"] as const)("on tfjs-%s, to rounding; a handful of plans serve every epoch", async (backend) => {
  const executor = await tfjsExecutor(backend);
  const [short, long] = [await trained(executor, 11), await trained(executor, 40)];
  for (const [step, loss] of long.losses.entries()) expect(loss).toBeCloseTo(short.losses[step] ?? Number.NaN, 5);
  for (const [name, { data }] of long.variables) {
    // A softmax over keys does not change with their offset: its gradient is rounding alone, which Adam makes large.
    if (name.endsWith("keys/Linear.offset")) continue;
    const other = short.variables.get(name)?.data ?? [];
    for (const [at, value] of data.entries()) expect(value, name).toBeCloseTo(other[at] ?? Number.NaN, 4);
  }
  // at most two padded lengths times two batch sizes in each of two stages
  expect(long.plans).toBeLessThanOrEqual(8);
});

// Specs compiled from text and trained on synthetic data with a planted signal: the shapes of training that papers use.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import type { CompiledSpec } from "../../src/compiler/compiled.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { batchCount } from "../../src/runtime/data/batches.ts";
import { writeNpz } from "../../src/runtime/data/formats/write.ts";
import { loadDataset } from "../../src/runtime/data/load.ts";
import { synthesise } from "../../src/runtime/data/synth.ts";
import { tfjsExecutor } from "../../src/runtime/executors/tfjs/index.ts";
import type { TrainEvent } from "../../src/runtime/train/events.ts";
import { type Datasets, trainingSources } from "../../src/runtime/train/run-context.ts";
import { evaluateRun, openRun, predictRun } from "../../src/runtime/train/trained-run.ts";
import { train, trained } from "../../src/runtime/train/trainer.ts";

function compile(text: string, overrides: Readonly<Record<string, string>> = {}): CompiledSpec {
  const { compiled, diagnostics } = checkSpec(memoryHost({ "spec.mmx": text }), "spec.mmx", { overrides });
  if (compiled === undefined) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return compiled;
}

async function synthetic(spec: CompiledSpec, samples: number): Promise<Datasets> {
  const folder = await mkdtemp(join(tmpdir(), "mmx-spec-"));
  const datasets: Record<string, Datasets[string]> = {};
  for (const [number, schema] of spec.data.entries()) {
    const path = join(folder, `${schema.name}.npz`);
    await writeNpz(path, synthesise(schema, {}, { samples, seed: number + 1, dimensions: spec.dimensions }));
    datasets[schema.name] = await loadDataset(schema, path, { dimensions: spec.dimensions });
  }
  return datasets;
}

async function runSpec(spec: CompiledSpec, datasets: Datasets) {
  const run = join(await mkdtemp(join(tmpdir(), "mmx-spec-run-")), "run");
  const executor = await tfjsExecutor("cpu");
  const events: TrainEvent[] = [];
  const result = await train({ spec, datasets, executor, runDirectory: run, onEvent: (event) => events.push(event) });
  return { run, executor, events, result };
}

const contrastive = `mmx 1
use std.contrastive
dim D = 6
dim T <= 12 ragged

data clips {
  text:  f32[B, Ft]
  audio: f32[B, T, Fa] optional
  mood:  target f32[B] in -3 .. 3
  fold:  id text[B]
  split by fold { train: "a", valid: "b", test: "c" }
  standardise text
}

model Pair(clip: clips) {
  t = clip.text |> Linear(D) |> tanh()
  a = clip.audio |> Linear(D) |> tanh() |> mean(over: T)
  loss align = info_nce(t, a, temperature: 0.2) + nt_xent(t, a, temperature: 0.5)
  fused = t + (a else 0)
  score = fused |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)
}

train Pair on clips {
  seed: 4
  batch: 8
  stage joint {
    epochs: 8
    minimize: task + 0.1 * align
    optimizer: adam(lr: 2e-2)
    clip: 1.0
    drop: { audio: 20% }
    keep: best(valid.mae)
  }
}

evaluate Pair on clips.test {
  metrics: [mae, pearson, acc2, f1, acc7]
  missing: [rates(30%), subsets(all)]
}
`;

describe("regression with a contrastive term, ragged and optional audio", () => {
  test("a last batch of one sample neither breaks nor spoils the training", async () => {
    const first = compile(contrastive);
    const datasets = await synthetic(first, 60);
    const { program, model } = trained(first);
    const [source] = trainingSources(model, program, datasets);
    if (source === undefined) throw new RangeError("no source");
    const count = batchCount([source], 1);
    const spec = compile(contrastive, { "train.batch": String(count - 1) });
    const { result, events } = await runSpec(spec, datasets);
    const steps = events.filter((event) => event.event === "step");
    expect(steps).toHaveLength(2 * 8);
    expect(steps.every((step) => step.event === "step" && Number.isFinite(step.total))).toBe(true);
    expect(result.status).toBe("done");
  });

  test("learns; the run opened again repeats its test and predicts without targets", async () => {
    const spec = compile(contrastive);
    const datasets = await synthetic(spec, 90);
    const { run, executor, result, events } = await runSpec(spec, datasets);
    const epochs = events.filter((event) => event.event === "epoch");
    const valid = epochs.map((event) => (event.event === "epoch" ? (event.metrics.valid?.mae ?? Number.NaN) : Number.NaN));
    expect(Math.min(...valid)).toBeLessThan((valid[0] ?? 0) * 0.8);
    expect(result.missing.map((row) => row.condition)).toEqual(["30%", "{text, audio}", "{text}"]);
    const opened = await openRun(run);
    const again = await evaluateRun({ run: opened, spec, datasets, executor });
    expect(again.test).toEqual(result.test);
    const [schema] = spec.data;
    if (schema === undefined) throw new RangeError("no data");
    const columns = synthesise(schema, {}, { samples: 20, seed: 5, dimensions: spec.dimensions });
    const path = join(run, "new.npz");
    await writeNpz(path, new Map([...columns].filter(([name]) => name !== "mood")));
    const fresh = await loadDataset(schema, path, {
      dimensions: spec.dimensions,
      targets: "optional",
      ...(opened.statistics.clips === undefined ? {} : { statistics: opened.statistics.clips }),
    });
    const sources = [{ parameter: "clip", parts: [{ dataset: fresh, part: "all" }] }];
    const [prediction] = await predictRun({ run: opened, spec, executor, sources });
    expect(prediction?.columns[0]).toMatchObject({ name: "mood", shape: [20] });
  });
});

const classifier = `mmx 1
labels Feeling = sad | neutral | happy

data clips {
  face: f32[B, Ff]
  voice: f32[B, Fv]
  kind: target Feeling[B]
  fold: id text[B]
  split by fold { train: "a", test: "b" }
}

model Sort(clip: clips) {
  logits = concat(clip.face, clip.voice, along: last) |> MLP(12, 3)
  predict kind = logits
  loss task = cross_entropy(logits, clip.kind)
}

train Sort on clips {
  batch: 16
  stage one { epochs: 10, minimize: task, optimizer: adamw(lr: 2e-2) }
}

evaluate Sort on clips.test {
  metrics: [accuracy, balanced_accuracy, f1(average: weighted), f1(average: macro), f1(positive: happy), auc, eer(positive: sad), cross_entropy]
  seeds: 2
}
`;

describe("classification", () => {
  test("learns; every metric has its own name and a spread over the seeds", async () => {
    const spec = compile(classifier);
    const { result, run, executor } = await runSpec(spec, await synthetic(spec, 150));
    const names = [
      "accuracy",
      "balanced_accuracy",
      "f1_weighted",
      "f1_macro",
      "f1_happy",
      "auc",
      "eer",
      "cross_entropy",
      "loss.task",
    ];
    expect(Object.keys(result.test)).toEqual(names);
    expect(result.test.accuracy).toMatchObject({ mean: expect.any(Number), std: expect.any(Number) });
    const accuracy = result.test.accuracy;
    expect(accuracy !== null && typeof accuracy === "object" && accuracy.mean > 0.7).toBe(true);
    const opened = await openRun(run);
    const datasets = await synthetic(spec, 12);
    const clips = datasets.clips;
    if (clips === undefined) throw new RangeError("no data");
    const sources = [{ parameter: "clip", parts: [{ dataset: clips, part: "train" }] }];
    await expect(predictRun({ run: opened, spec, executor, sources, seed: 99 })).rejects.toThrow(/the run has no seed 99/);
    const [prediction] = await predictRun({ run: opened, spec, executor, sources });
    const [classes, probability] = prediction?.columns ?? [];
    expect(["sad", "neutral", "happy"]).toContain(classes?.values[0]);
    const row = [...((probability?.values ?? []) as Float32Array)].slice(0, 3);
    expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
  });

  test("a class that the target does not have is refused before any training", async () => {
    const spec = compile(classifier.replace("positive: happy", "positive: angry"));
    const datasets = await synthetic(spec, 30);
    await expect(runSpec(spec, datasets)).rejects.toThrow(
      /positive: angry is no class of the target; its classes are sad, neutral, happy/,
    );
  });
});

const adaptation = `mmx 1
use std.domain
labels Lie = truth | lie

data dolos {
  face: f32[B, 5]
  lie: target Lie[B]
  fold: id text[B]
  split by fold { train: "a", test: "b" }
}
data mdpe {
  face: f32[B, 5]
  lie: target Lie[B]
}
data mmdd {
  face: f32[B, 5]
  lie: target Lie[B]
  fold: id text[B]
  split by fold { train: "a", test: "b" }
}

module Net(x: f32[B, F]) {
  h = x |> Linear(6) |> tanh()
  { hidden: h, logits: h |> Linear(2) }
}

model Adapt(source: dolos, target: mmdd without lie) {
  net = Net()
  s = source.face |> net
  t = target.face |> net
  loss classify = cross_entropy(s.logits, source.lie)
  loss near = mmd(s.hidden, t.hidden)
  predict lie = s.logits
}

train Adapt on { source: dolos + mdpe, target: mmdd } {
  batch: 10
  stage adapt { epochs: 6, minimize: classify + ramp(0, 0.5) * near, optimizer: sgd(lr: 0.1, momentum: 0.9), schedule: cosine(to: 0.1) }
}
evaluate Adapt on { source: mmdd.test } { metrics: [accuracy, f1(positive: lie), auc, eer] }
`;

describe("domain adaptation: two batches, one of them without labels", () => {
  test("trains on concatenated sources and tests on the target's own part", async () => {
    const spec = compile(adaptation);
    const datasets = await synthetic(spec, 50);
    const { result, events } = await runSpec(spec, datasets);
    expect(Object.keys(result.test)).toEqual(["accuracy", "f1", "auc", "eer"]);
    const started = events.find((event) => event.event === "stage-start");
    const expected = (datasets.dolos?.parts.train?.length ?? 0) + 50;
    expect(started).toMatchObject({ samples: expected });
  });
});

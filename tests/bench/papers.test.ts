// The papers' training steps, and those of the benchmarks' own models, against PyTorch: the first losses, each after another update, from the same weights, batch and random
// numbers. losses.json was written by bench/record-losses.mjs; no Python is needed here. The steps run as in the benchmark: the
// bundled pipeline in a process of its own.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { isFull } from "../executors/conformance/budget.ts";

interface Recorded {
  readonly spec: string;
  readonly stage?: string;
  readonly set: Readonly<Record<string, string>>;
  readonly sizes: Readonly<Record<string, number>>;
  readonly losses: readonly number[];
}

interface OwnModel {
  readonly model: string;
  readonly batch: number;
  readonly width: number;
  readonly losses: readonly number[];
}

interface Child {
  readonly failure?: string;
  run(request: object): Promise<{ readonly losses: readonly number[] }>;
  stop(): void;
}

interface Bench {
  readonly cache: string;
  writeModel(folder: string, model: string, batch: number, width: number): string;
  bundlePipeline(): Promise<string>;
  start(
    what: { readonly command: string; readonly args: readonly string[]; readonly job: object },
    limit: number,
  ): Promise<Child>;
}

const root = join(import.meta.dirname, "../..");
const bench = (file: string): Promise<unknown> => import(pathToFileURL(join(root, "bench", file)).href);
const { papers, models } = JSON.parse(readFileSync(join(import.meta.dirname, "losses.json"), "utf8")) as {
  readonly papers: Readonly<Record<string, Recorded>>;
  readonly models: readonly OwnModel[];
};

describe("first losses equal PyTorch's to 1e-4", () => {
  const limit = 120_000;
  let bundle = "";
  let start: Bench["start"];

  beforeAll(async () => {
    ({ start } = (await bench("lib/child.mjs")) as Bench);
    bundle = await ((await bench("lib/bundle.mjs")) as Bench).bundlePipeline();
  }, limit);

  async function expectLosses(source: object, executor: string, losses: readonly number[]): Promise<void> {
    const job = { bundle, root, executor, threads: 2, gemm: false, ...source };
    const child = await start({ command: process.execPath, args: [join(root, "bench/step-worker.mjs")], job }, limit);
    expect(child.failure).toBeUndefined();
    const { losses: found } = await child.run({ milliseconds: 0, least: 3, most: 3 });
    child.stop();
    expect(found).toHaveLength(losses.length);
    for (const [step, loss] of losses.entries()) {
      expect(Math.abs((found[step] ?? Number.NaN) - loss) / Math.max(1, Math.abs(loss)), `step ${step + 1}`).toBeLessThan(1e-4);
    }
  }

  it.each(
    // tfjs takes long for the large graphs
    Object.entries(papers).flatMap(([name, paper]) =>
      (isFull && /mmcl|e3rg/.test(name) ? ["wasm", "tfjs-wasm"] : ["wasm"]).map((executor) => ({ name, paper, executor })),
    ),
  )("$name on $executor", ({ paper: { losses, ...source }, executor }) => expectLosses(source, executor, losses), limit);

  it.each(models.flatMap((model) => (isFull ? ["wasm", "tfjs-wasm"] : ["wasm"]).map((executor) => ({ ...model, executor }))))(
    "the model $model on $executor",
    async ({ model, batch, width, losses, executor }) => {
      const { writeModel } = (await bench("peers/model.mjs")) as Bench;
      const { cache } = (await bench("lib/bundle.mjs")) as Bench;
      const manifest = writeModel(cache, model, batch, width);
      await expectLosses({ spec: `bench/models/${model}.mmx`, set: { D: String(width) }, manifest }, executor, losses);
    },
    limit,
  );
});

// Domain adaptation without the target's labels: the checker refuses a spec that reads them, and a training does not depend on them.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { sequence } from "../../src/compiler/ir/random.ts";
import { columnsOf } from "../../src/runtime/data/formats/format.ts";
import { writeNpz } from "../../src/runtime/data/formats/write.ts";
import { loadCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import { mmx } from "../cli/command.ts";

const path = fileURLToPath(new URL("../../examples/mmpda/office.mmx", import.meta.url));
const text = readFileSync(path, "utf8");
const codesOf = (spec: string): readonly string[] => {
  const host = {
    read: (file: string) => (file === path ? spec : readFileSync(file, "utf8")),
    resolve: (from: string, name: string) => join(from, "..", name),
  };
  return checkSpec(host, path).diagnostics.map(({ slug }) => slug);
};

describe("the checker", () => {
  test.each([
    ["a loss on the target's labels", "lmmd(s.fused, source.kind, t.fused", "lmmd(s.fused, target.kind, t.fused"],
    ["a prediction from them", "predict kind = s.logits", "predict kind = s.logits + onehot(target.kind, Object)"],
  ])("refuses %s", (_, before, after) => {
    expect(codesOf(text)).toEqual([]);
    expect(text).toContain(before);
    expect(codesOf(text.replace(before, after))).toEqual(["withheld-read"]);
  });
});

describe("a training", () => {
  const domains = ["amazon", "caltech", "dslr", "webcam"];
  let folder = "";

  /** A domain's file; `turned` gives every sample another label. */
  async function write(domain: string, name: string, turned: boolean): Promise<void> {
    const count = 12;
    const random = sequence(1, domain);
    const prefix = domain === "caltech" ? "caltech10" : domain;
    const view = (view: string, width: number) => ({
      name: `${prefix}_${view}`,
      type: "f32" as const,
      shape: [count, width],
      values: Float32Array.from({ length: count * width }, () => random.integer(1000) / 500 - 1),
    });
    const values = Int32Array.from({ length: count }, (_, at) => (at + (turned ? 3 : 0)) % 10);
    const label = { name: `${prefix}_label`, type: "i32" as const, shape: [count], values };
    await writeNpz(join(folder, name), columnsOf([view("surf", 5), view("hog", 3), view("color", 4), label]));
  }

  const train = (out: string, amazon: string) =>
    mmx(
      [
        ...[
          "train",
          path,
          "--backend",
          "cpu",
          "--seeds",
          "1",
          "--set",
          "D=8",
          "--set",
          "stage.adapt.epochs=1",
          "--set",
          "train.batch=6",
        ],
        ...domains.flatMap((domain) => ["--data", `${domain}=${domain === "amazon" ? amazon : `${domain}.npz`}`]),
        ...["--out", join(folder, out)],
      ],
      { folder },
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mmx-target-"));
    for (const domain of domains) await write(domain, `${domain}.npz`, false);
    await write("amazon", "turned.npz", true);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("gives the same weights whatever the target's labels are; only the test differs", async () => {
    const [plain, turned] = [await train("plain", "amazon.npz"), await train("turned", "turned.npz")];
    expect([plain.error, turned.error, plain.exit, turned.exit]).toEqual(["", "", 0, 0]);
    const weights = async (run: string) => (await loadCheckpoint(join(folder, run, "checkpoints", "last.safetensors"))).variables;
    expect(await weights("turned")).toEqual(await weights("plain"));
    const losses = (run: string): unknown[] =>
      readFileSync(join(folder, run, "metrics.jsonl"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    const kind = (rows: unknown[], wanted: boolean): unknown[] =>
      rows.filter((row) => ((row as { kind: string }).kind === "test") === wanted);
    expect(kind(losses("turned"), false)).toEqual(kind(losses("plain"), false));
    expect(kind(losses("turned"), true)).not.toEqual(kind(losses("plain"), true));
  }, 120_000);
});

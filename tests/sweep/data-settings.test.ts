// `--set train.on.NAME` and `evaluate.on.NAME`: which data blocks a model's parameter is given, for domains left out in turn.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";

const path = fileURLToPath(new URL("../../examples/mmpda/office.mmx", import.meta.url));
const host = {
  read: (file: string) => readFileSync(file, "utf8"),
  resolve: (from: string, name: string) => join(from, "..", name),
};
const check = (overrides: Readonly<Record<string, string>>) => checkSpec(host, path, { overrides });

test("sources and target change places", () => {
  const { compiled, diagnostics } = check({
    "train.on.source": "amazon + caltech + webcam",
    "train.on.target": "dslr",
    "evaluate.on.source": "dslr.train",
  });
  expect(diagnostics).toEqual([]);
  expect(compiled?.train?.on).toEqual({ source: ["amazon", "caltech", "webcam"], target: ["dslr"] });
  expect(compiled?.evaluate?.on).toEqual({ source: { data: "dslr", split: "train" } });
});

test.each([
  ["a block that is not there", { "train.on.target": "dlsr" }, "unknown-name"],
  ["a part that is not there", { "evaluate.on.source": "dslr.valid" }, "unknown-split"],
  ["a parameter that is not there", { "train.on.targets": "dslr" }, "unknown-override"],
])("%s is said", (_, overrides, slug) => {
  const { compiled, diagnostics } = check(overrides);
  expect(compiled).toBeUndefined();
  expect(diagnostics.map((diagnostic) => diagnostic.slug)).toEqual([slug]);
});

// Whole training steps of specs, one for each stage, at widths that a float64 reference runs quickly: which width a layer has
// changes nothing of what lowering and scheduling do. With MMX_CONFORMANCE=full the widths are the specs' own.
import { readFileSync } from "node:fs";
import { describe, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import type { StaticGraph } from "../../src/compiler/ir/graph.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import { isFull } from "../executors/conformance/budget.ts";

interface Spec {
  readonly path: string;
  readonly sizes: Readonly<Record<string, number>>;
  /** Widths as `--set` gives them. */
  readonly set: Readonly<Record<string, string>>;
}

const specs: readonly Spec[] = [
  { path: "tests/check/papers/cyin.mmx", sizes: { T: 4, Ft: 5, Fa: 3, Fv: 2 }, set: { K: "6" } },
  { path: "tests/check/papers/semantic-mac.mmx", sizes: { Ft: 5, Fa: 3 }, set: {} },
  { path: "tests/check/papers/mmpda.mmx", sizes: { T: 4, Ft: 5, Fa: 3, Fv: 2, Ff: 3, Fm: 4 }, set: {} },
  { path: "examples/digits/digits.mmx", sizes: { P: 6 }, set: { D: "12", Z: "5" } },
  { path: "examples/mmcl/mmcl.mmx", sizes: { Ft: 5, Fa: 3, Fv: 2 }, set: { D: "8" } },
];

/** The spec's text with the widths of its widest layers, which it names by no dimension, made small. */
const narrow = (text: string): string => text.replaceAll("Linear(64)", "Linear(10)");

/** A test for each stage of each spec, which is given the plan's graph at a batch of 3. */
export function testTrainingSteps(check: (graph: StaticGraph) => void): void {
  describe.each(specs)("a training step of $path", ({ path, sizes, set }) => {
    const host = {
      ...memoryHost({}),
      read: (file: string) => (isFull ? (text: string) => text : narrow)(readFileSync(file, "utf8")),
    };
    const { compiled } = checkSpec(host, path, { overrides: isFull ? {} : set });
    const stages = compiled?.train?.stages ?? [];
    test.each(stages.map((stage) => [stage.name, stage] as const))("%s", { timeout: 180_000 }, (_name, stage) => {
      check(makePlan("step", stage.graph, { B: 3, samples: 7, ...sizes }).graph);
    });
  });
}

// The hard parts of three papers, small: what the language was drawn for checks clean, and each stage becomes a plan.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { renderAll } from "../../src/compiler/diagnostics/render.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";

const folder = join(import.meta.dirname, "papers");
const sizes = { B: 4, T: 6, samples: 12, Ft: 5, Fa: 4, Fv: 3, Ff: 5, Fm: 4 };

test.each(readdirSync(folder))("%s", (file) => {
  const { compiled, diagnostics, sources } = checkSpec(memoryHost({ [file]: readFileSync(join(folder, file), "utf8") }), file);
  expect(renderAll(diagnostics, sources)).toBe("");
  const stages = compiled?.train?.stages ?? [];
  expect(stages.length).toBeGreaterThan(0);
  for (const stage of stages) {
    const plan = makePlan(stage.name, stage.graph, sizes);
    expect(plan.graph.assignments.length).toBeGreaterThanOrEqual(stage.trainable.length);
    expect(plan.flops).toBeGreaterThan(0);
  }
});

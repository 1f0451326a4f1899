// A plan loaded into a TensorFlow session of its own, with its own copies of the plan's variables.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emitProgram, type ProgramOptions } from "../../../compiler/emit/graphdef/program.ts";
import type { Plan } from "../../../compiler/ir/plan.ts";
import type { Binding } from "./binding.ts";

export interface Model {
  readonly plan: Plan;
  readonly session: number;
  /** For each variable of the plan which version of its value the session holds; 0: none. */
  readonly versions: number[];
}

/** Throws what TensorFlow throws where it does not take the graph. */
export function loadModel(binding: Binding, plan: Plan, options: ProgramOptions): Model {
  const folder = mkdtempSync(join(tmpdir(), "mmx-"));
  try {
    writeFileSync(join(folder, "saved_model.pb"), emitProgram(plan, options));
    return { plan, session: binding.loadSavedModel(folder, "serve"), versions: plan.variables.map(() => 0) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// Finds out whether a TensorFlow library has XLA: not every build of it has.
import { constantDim } from "../../../compiler/dims/dim.ts";
import { names } from "../../../compiler/emit/graphdef/program.ts";
import { graphBuilder } from "../../../compiler/ir/builder.ts";
import { makePlan } from "../../../compiler/ir/make-plan.ts";
import type { Binding } from "./binding.ts";
import { loadModel } from "./model.ts";
import { runSession } from "./tensors.ts";

const found = new WeakMap<Binding, boolean>();

/** Compiles and runs the step of a tiny plan, once a process. */
export function compilesSteps(binding: Binding): boolean {
  const known = found.get(binding);
  if (known !== undefined) return known;
  const builder = graphBuilder();
  const x = builder.add("input", [], { name: "x", sizes: [constantDim(2)], dtype: "f32" });
  const plan = makePlan("probe", builder.finish({ y: builder.add("tanh", [x]) }), {});
  const model = loadModel(binding, plan, { compiled: true });
  const able = runs(binding, model.session);
  binding.deleteSavedModel(model.session);
  found.set(binding, able);
  return able;
}

function runs(binding: Binding, session: number): boolean {
  const x = { dtype: "f32", shape: [2], data: Float32Array.of(0, 1) } as const;
  try {
    return runSession(binding, session, new Map([[names.feed(0), x]]), [names.result(0)])[0]?.[0] === 0;
  } catch {
    // Without XLA, TensorFlow finds no kernel for the compiled function and says so.
    return false;
  }
}

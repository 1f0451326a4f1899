// A few steps of a tiny training program, compared with the float64 interpreter: does a backend compute what it should?
import { constantDim, type Dim } from "../../compiler/dims/dim.ts";
import { gradients } from "../../compiler/ir/autodiff.ts";
import { graphBuilder } from "../../compiler/ir/builder.ts";
import { makePlan } from "../../compiler/ir/make-plan.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import type { Executor, Feeds, HostTensor } from "../executors/executor.ts";
import { interpreterExecutor } from "../executors/interpreter.ts";

export interface SelfTest {
  /** Time of the steps on the backend, loading of packages excluded. */
  readonly milliseconds: number;
  readonly ok: boolean;
  /** Largest relative difference to the interpreter, over losses and weights. */
  readonly difference: number;
}

const steps = 3;
const tolerance = 1e-4;
const shapes = { x: [8, 5], y: [8, 3], first: [5, 4], second: [4, 3] } as const;

/** Throws what the executor throws. */
export async function selfTest(executor: Executor): Promise<SelfTest> {
  const plan = trainingPlan();
  const expected = await train(interpreterExecutor(), plan);
  const started = performance.now();
  const actual = await train(executor, plan);
  const milliseconds = performance.now() - started;
  const difference = Math.max(...expected.map((value, at) => relativeDifference(value, actual[at] ?? Number.NaN)));
  return { milliseconds, difference, ok: difference <= tolerance };
}

/** Two layers with a tanh between, the mean square of the error, plain gradient descent. */
function trainingPlan(): Plan {
  const builder = graphBuilder();
  const leaf = (op: "input" | "variable", name: keyof typeof shapes): number =>
    builder.add(op, [], { name, sizes: shapes[name].map(constantDim), dtype: "f32" });
  const fill = (value: number, sizes: readonly Dim[]): number => builder.add("constant", [], { value, sizes, dtype: "f32" });
  const product = (left: number, right: number): number => builder.add("dot", [left, right], { batch: [], contract: [[1, 0]] });
  const first = leaf("variable", "first");
  const second = leaf("variable", "second");
  const hidden = builder.add("tanh", [product(leaf("input", "x"), first)]);
  const error = builder.add("subtract", [product(hidden, second), leaf("input", "y")]);
  const total = builder.add("sum", [builder.add("multiply", [error, error])], { axes: [0, 1] });
  const loss = builder.add("multiply", [total, fill(1 / 24, [])]);
  const slopes = gradients(builder, loss, [first, second]);
  const descend = (weight: number, slope: number | undefined): number => {
    if (slope === undefined) throw new Error("the self-test's loss does not reach its weights");
    const step = builder.add("multiply", [slope, fill(0.5, builder.shape(weight))]);
    return builder.add("subtract", [weight, step]);
  };
  const assignments = [
    { variable: "first", value: descend(first, slopes[0]) },
    { variable: "second", value: descend(second, slopes[1]) },
  ];
  return makePlan("self-test", builder.finish({ loss }, assignments), {});
}

/** The losses of all steps, then the final weights. */
async function train(executor: Executor, plan: Plan): Promise<readonly number[]> {
  const session = await executor.open();
  try {
    const values: number[] = [];
    for (const name of ["first", "second"] as const) session.write(name, wave(shapes[name], 0.7));
    const feeds: Feeds = { x: wave(shapes.x, 1.3), y: wave(shapes.y, 2.1) };
    const program = await session.load(plan);
    for (let step = 0; step < steps; step += 1) values.push(...((await program.run(feeds)).loss?.data ?? []));
    for (const name of ["first", "second"]) values.push(...(await session.read(name)).data);
    return values;
  } finally {
    session.dispose();
  }
}

/** Values that look irregular and are the same everywhere. */
function wave(shape: readonly number[], frequency: number): HostTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = Float32Array.from({ length: count }, (_, at) => Math.sin(1 + frequency * at * at));
  return { dtype: "f32", shape, data };
}

function relativeDifference(expected: number, actual: number): number {
  if (Number.isNaN(actual)) return Number.POSITIVE_INFINITY;
  return Math.abs(actual - expected) / Math.max(1e-2, Math.abs(expected));
}

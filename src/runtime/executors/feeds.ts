// Checks common to all executors: that feeds and variables are what a plan reads, said in words a user can act on.
import type { Plan, PlanInput } from "../../compiler/ir/plan.ts";
import type { Feeds, HostTensor } from "./executor.ts";

/** A run was given something that does not fit its plan. */
export class ExecutionError extends Error {}

export const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Throws `ExecutionError` where an input of the plan is absent or has another shape or element type. Others are ignored. */
export function checkFeeds(plan: Plan, feeds: Feeds): void {
  for (const input of plan.inputs) {
    const feed = feeds[input.name];
    if (feed === undefined)
      throw new ExecutionError(`${plan.name} needs the input ${input.name}, which this batch does not have`);
    checkTensor(plan, "input", input, feed);
  }
}

/** Throws `ExecutionError` where a variable of the plan is not in the session or has another shape or element type. */
export function checkVariables(plan: Plan, variables: ReadonlyMap<string, Pick<HostTensor, "dtype" | "shape">>): void {
  for (const variable of plan.variables) {
    const held = variables.get(variable.name);
    if (held === undefined) throw new ExecutionError(`${plan.name} needs the variable ${variable.name}, which was never written`);
    checkTensor(plan, "variable", variable, held);
  }
}

/** Throws `ExecutionError` where the data do not fill the shape. */
export function checkHostTensor(name: string, { shape, data }: HostTensor): void {
  const expected = elementCount(shape);
  if (data.length === expected) return;
  throw new ExecutionError(`${name}: ${data.length} values do not fill the shape [${shape.join(", ")}] (${expected} values)`);
}

/** The names to return. Throws `ExecutionError` for one the plan does not compute. */
export function requestedOutputs(plan: Plan, names: readonly string[] | undefined): readonly (readonly [string, number])[] {
  const { outputs } = plan.graph;
  if (names === undefined) return Object.entries(outputs);
  return names.map((name) => {
    const node = outputs[name];
    if (node === undefined)
      throw new ExecutionError(`${plan.name} has no output ${name}; it has ${Object.keys(outputs).join(", ")}`);
    return [name, node] as const;
  });
}

function checkTensor(plan: Plan, kind: string, expected: PlanInput, actual: Pick<HostTensor, "dtype" | "shape">): void {
  const same = expected.shape.length === actual.shape.length && expected.shape.every((size, axis) => size === actual.shape[axis]);
  if (same && expected.dtype === actual.dtype) return;
  const write = (dtype: string, shape: readonly number[]): string => `${dtype}[${shape.join(", ")}]`;
  throw new ExecutionError(
    `${plan.name}: the ${kind} ${expected.name} is ${write(expected.dtype, expected.shape)} in the plan but ${write(actual.dtype, actual.shape)} here`,
  );
}

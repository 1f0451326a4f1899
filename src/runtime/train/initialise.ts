// First values of weights, banks and optimiser state. Each is a function of the seed and the variable's own name, so adding
// a weight, or making them in another order, changes no other.
import type { VariableDeclaration } from "../../compiler/compiled.ts";
import { evaluateDim, type Sizes } from "../../compiler/dims/dim.ts";
import { type RandomSequence, sequence } from "../../compiler/ir/random.ts";
import type { BatchSource } from "../data/batches.ts";
import { partRows } from "../data/dataset.ts";
import type { HostTensor } from "../executors/executor.ts";
import { TrainError } from "./train-error.ts";

/** The training split by model parameter: what a bank that starts as a column is filled from. */
export type ColumnSources = readonly BatchSource[];

/**
 * The first value of a variable, of the declared shape at these sizes. Raises `TrainError` where a column that a bank
 * starts as is not there or does not fill it.
 */
export function initialise(declaration: VariableDeclaration, sizes: Sizes, seed: number, sources: ColumnSources): HostTensor {
  const { name, dtype, initializer } = declaration;
  const shape = declaration.shape.map((size) => evaluateDim(size, sizes));
  const count = shape.reduce((product, size) => product * size, 1);
  const values = dtype === "i32" ? new Int32Array(count) : new Float32Array(count);
  const random = sequence(seed, name);
  const uniform = (low: number, high: number): void => {
    for (let at = 0; at < count; at += 1) values[at] = low + (high - low) * random.uniform();
  };
  const normal = (deviation: number): void => {
    for (let at = 0; at < count; at += 1) values[at] = deviation * random.normal();
  };
  switch (initializer.kind) {
    case "constant":
      values.fill(initializer.value);
      break;
    case "glorot": {
      const limit = Math.sqrt(6 / (evaluateDim(initializer.fanIn, sizes) + evaluateDim(initializer.fanOut, sizes)));
      uniform(-limit, limit);
      break;
    }
    case "he":
      normal(Math.sqrt(2 / evaluateDim(initializer.fanIn, sizes)));
      break;
    case "fan_in": {
      const limit = 1 / Math.sqrt(evaluateDim(initializer.fanIn, sizes));
      uniform(-limit, limit);
      break;
    }
    case "uniform":
      uniform(initializer.low, initializer.high);
      break;
    case "normal":
      normal(initializer.deviation);
      break;
    case "orthogonal":
      values.set(orthogonal(name, shape, random));
      break;
    case "column":
      values.set(column(declaration, initializer, count, sources));
      break;
  }
  return { dtype, shape, data: values };
}

/**
 * A matrix whose rows, or columns where it has more rows than columns, are orthonormal: normal vectors made orthogonal by
 * modified Gram-Schmidt, applied twice against rounding (Saxe et al. 2014).
 */
function orthogonal(name: string, shape: readonly number[], random: RandomSequence): Float64Array {
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined || shape.length !== 2) {
    throw new TrainError(
      `${name} has ${shape.length} axes, but orthogonal() needs two`,
      "Take another initialiser, such as glorot(in, out).",
    );
  }
  const vectors = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const basis: Float64Array[] = [];
  while (basis.length < vectors) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (const other of [...basis, ...basis]) {
      const along = dot(vector, other);
      for (let at = 0; at < length; at += 1) vector[at] = (vector[at] ?? 0) - along * (other[at] ?? 0);
    }
    const norm = Math.sqrt(dot(vector, vector));
    basis.push(vector.map((value) => value / norm));
  }
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const row = Math.floor(at / columns);
    const other = at % columns;
    return (rows <= columns ? basis[row]?.[other] : basis[other]?.[row]) ?? 0;
  });
}

function dot(left: Float64Array, right: Float64Array): number {
  return left.reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
}

function column(
  { name }: VariableDeclaration,
  initializer: { readonly parameter: string; readonly field: string },
  count: number,
  sources: ColumnSources,
): Float64Array {
  const label = `${initializer.parameter}.${initializer.field}`;
  const source = sources.find((candidate) => candidate.parameter === initializer.parameter);
  const values: number[] = [];
  for (const { dataset, part } of source?.parts ?? []) {
    const data = dataset.fields.get(initializer.field);
    if (data === undefined || Array.isArray(data.values)) {
      throw new TrainError(`bank ${name} starts as ${label}, but data ${dataset.schema.name} has no such column of numbers`);
    }
    const stride = data.shape.slice(1).reduce((product, size) => product * size, 1);
    for (const row of partRows(dataset, part)) {
      for (let at = row * stride; at < (row + 1) * stride; at += 1) values.push(Number(data.values[at]));
    }
  }
  if (values.length !== count) {
    throw new TrainError(`bank ${name} holds ${count} values, but ${label} of the training samples has ${values.length}`);
  }
  return Float64Array.from(values);
}

// Plain arithmetic on nested arrays, one sample at a time and without any padding: the independent references of the library's
// tests are written with it.

export type Vector = readonly number[];
export type Matrix = readonly Vector[];

export const sum = (values: Vector): number => values.reduce((total, value) => total + value, 0);
export const mean = (values: Vector): number => (values.length === 0 ? 0 : sum(values) / values.length);
export const dot = (a: Vector, b: Vector): number => sum(a.map((value, at) => value * at0(b, at)));
export const zip = (a: Vector, b: Vector, f: (x: number, y: number) => number): Vector =>
  a.map((value, at) => f(value, at0(b, at)));
export const add = (a: Vector, b: Vector): Vector => zip(a, b, (x, y) => x + y);
export const times = (a: Vector, b: Vector): Vector => zip(a, b, (x, y) => x * y);
export const scale = (a: Vector, s: number): Vector => a.map((value) => value * s);
export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

/** The entry at an index that must exist. */
export function at0<Entry>(values: readonly Entry[], index: number): Entry {
  const value = values[index];
  if (value === undefined) throw new RangeError(`no entry ${index} of ${values.length}`);
  return value;
}

export const transpose = (m: Matrix): Matrix => range(at0(m, 0).length).map((column) => m.map((row) => at0(row, column)));

/** x W + b for one row. */
export function linear(x: Vector, weight: Matrix, bias?: Vector): Vector {
  return transpose(weight).map((column, at) => dot(x, column) + (bias === undefined ? 0 : at0(bias, at)));
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
export const softplus = (x: number): number => Math.log(1 + Math.exp(x));
export const gelu = (x: number): number => (x / 2) * (1 + erf(x / Math.SQRT2));

/** erf by its Maclaurin series, 60 terms: exact to rounding for the |x| < 4 of the tests. */
export function erf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < 60; n += 1) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

export function softmax(values: Vector): Vector {
  const powers = values.map((value) => Math.exp(value));
  return powers.map((power) => power / sum(powers));
}
export const logSumExp = (values: Vector): number => Math.log(sum(values.map((value) => Math.exp(value))));
export const logSoftmax = (values: Vector): Vector => values.map((value) => value - logSumExp(values));

export function layerNorm(x: Vector, gain: Vector, offset: Vector, epsilon = 1e-5): Vector {
  const centre = mean(x);
  const variance = mean(x.map((value) => (value - centre) ** 2));
  return x.map((value, at) => ((value - centre) / Math.sqrt(variance + epsilon)) * at0(gain, at) + at0(offset, at));
}

/** x / |x|. */
export const unit = (x: Vector): Vector => scale(x, 1 / Math.sqrt(dot(x, x)));
export const squaredDistance = (a: Vector, b: Vector): number => sum(zip(a, b, (x, y) => (x - y) ** 2));

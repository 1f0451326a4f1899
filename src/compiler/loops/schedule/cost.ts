// What running a kernel costs, in nanoseconds on one core of about 2024: rough figures from measured kernels, good enough to
// balance tasks and to tell large work from small. They depend on the program alone.
import type { Contraction, Kernel, Nest } from "../kernel.ts";

const callTime = 30;
const multiplyAddTime = 0.04;
const elementTime = 0.08;
const scatterTime = 1.5;
const rowTime = 1;

const slow: Readonly<Record<string, number>> = {
  ...{ exp: 0.6, tanh: 1, sigmoid: 0.8, erf: 1.2, log: 0.8, log1p: 1, sin: 1, cos: 1, power: 2 },
  ...{ divide: 0.25, sqrt: 0.25 },
};

const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);

/** Nanoseconds of one run. */
export function costOf(kernel: Kernel): number {
  switch (kernel.kind) {
    case "loop":
      return kernel.iterations * kernel.body.reduce((total, inner) => total + costOf(inner), 0);
    case "host":
      return callTime;
    case "nest":
      return callTime + epilogueCost(kernel);
    case "contraction":
      return callTime + epilogueCost(kernel) + multiplyAddTime * product(kernel.sizes) * product(kernel.contracted);
  }
}

function epilogueCost(kernel: Nest | Contraction): number {
  const elements = product(kernel.sizes);
  let each = 0;
  for (const instruction of kernel.body) {
    if (instruction.op === "random") each += 8;
    else if (instruction.op === "lookup") each += scatterTime;
    else if (instruction.op === "apply") each += slow[instruction.name] ?? elementTime;
    else if (instruction.op === "load" || instruction.op === "reduce") each += elementTime;
  }
  for (const { index } of kernel.stores) each += index === undefined ? elementTime : scatterTime;
  return elements * each + rowTime * (elements / Math.max(kernel.sizes.at(-1) ?? 1, 1));
}

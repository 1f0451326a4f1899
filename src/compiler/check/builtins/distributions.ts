// Distributions as values: Gaussians with a diagonal covariance.

import { missingArgument } from "../../diagnostics/records/types/missing-argument.ts";
import { wrongKind } from "../../diagnostics/records/types/wrong-kind.ts";
import { printType } from "../../types/print.ts";
import type { GaussianValue, TensorValue } from "../../types/value.ts";
import type { BuiltinCall } from "../calls.ts";
import { type Elaboration, report, tensor } from "../context.ts";
import { binary, unary } from "../elementwise.ts";
import { evaluate } from "../expressions.ts";
import { numberValue, toTensor } from "../values.ts";
import { type BuiltinTable, booleanNamed, namedExpression } from "./builtin.ts";
import { random } from "./creation.ts";

function gaussianAt(e: Elaboration, call: BuiltinCall, at: number): GaussianValue | undefined {
  const given = call.positional[at];
  if (given?.value.kind === "gaussian") return given.value;
  if (given !== undefined && given.value.kind !== "unknown") {
    report(e, wrongKind, {
      span: given.span,
      expected: "a distribution, `gaussian(mean: …, logvar: …)`",
      found: printType(given.value),
    });
  }
  return undefined;
}

export const distributionBuiltins: BuiltinTable = {
  gaussian: {
    signature: "gaussian(mean: f32[...], logvar: f32[...]) -> Gaussian[...]",
    doc: "Independent normal distributions with the given means and logarithms of variances.",
    arguments: [0, 0],
    named: ["mean", "logvar"],
    call(e, call) {
      const parts: TensorValue[] = [];
      for (const name of ["mean", "logvar"]) {
        const expression = namedExpression(call, name);
        if (expression === undefined) {
          report(e, missingArgument, { span: call.span, name: `${name}:`, callee: "gaussian", declared: undefined });
          return undefined;
        }
        const value = toTensor(e, expression.span, evaluate(e, call.scope, expression));
        if (value === undefined) return undefined;
        parts.push(value);
      }
      const [mean, logvar] = parts as [TensorValue, TensorValue];
      // Adding them checks that they meet, with the diagnostic of any other sum.
      const fits = binary(e, call.span, "add", "gaussian", mean, logvar);
      return fits === undefined ? undefined : { kind: "gaussian", mean, logvar };
    },
  },
  logvar: {
    signature: "logvar(q: Gaussian[...]) -> f32[...]",
    doc: "The logarithms of a distribution's variances.",
    arguments: [1, 1],
    named: [],
    call: (e, call) => gaussianAt(e, call, 0)?.logvar,
  },
  sample: {
    signature: "sample(q: Gaussian[...], always: bool = false) -> f32[...]",
    doc: "mean + exp(logvar / 2) * noise (Kingma and Welling 2014); the mean in evaluation unless `always: true`.",
    arguments: [1, 1],
    named: ["always"],
    call(e, call) {
      const q = gaussianAt(e, call, 0);
      if (q === undefined) return undefined;
      if (!e.training && !booleanNamed(e, call, "always", false)) return q.mean;
      const noise = tensor(e, random(e, call.span, q.mean.axes, "normal"), q.mean.axes, q.mean.masks);
      const half = binary(e, call.span, "multiply", "*", q.logvar, numberValue(0.5));
      if (half === undefined) return undefined;
      const scaled = binary(e, call.span, "multiply", "*", unary(e, call.span, "exp", half), noise);
      return scaled === undefined ? undefined : binary(e, call.span, "add", "+", q.mean, scaled);
    },
  },
  kl: {
    signature: "kl(q: Gaussian[...], p: normal | Gaussian[...]) -> f32[...]",
    doc: "Kullback-Leibler divergence an entry; from the standard normal -½(1 + logvar - mean² - exp(logvar)) (Kingma and Welling 2014, appendix B).",
    arguments: [2, 2],
    named: [],
    call(e, call) {
      const q = gaussianAt(e, call, 0);
      const prior = call.positional[1];
      if (q === undefined || prior === undefined) return undefined;
      const { span } = call;
      const op = (name: string, written: string, left: TensorValue, right: TensorValue | number): TensorValue => {
        const made = binary(e, span, name, written, left, typeof right === "number" ? numberValue(right) : right);
        if (made === undefined) throw new Error("parts of one distribution have one shape");
        return made;
      };
      if (prior.value.kind === "normal") {
        const squares = op("add", "+", op("multiply", "*", q.mean, q.mean), unary(e, span, "exp", q.logvar));
        return op("multiply", "*", op("subtract", "-", op("subtract", "-", squares, q.logvar), 1), 0.5);
      }
      const p = gaussianAt(e, call, 1);
      if (p === undefined) return undefined;
      const apart = binary(e, span, "subtract", "kl", q.mean, p.mean);
      if (apart === undefined) return undefined;
      const spreadOut = op("add", "+", unary(e, span, "exp", q.logvar), op("multiply", "*", apart, apart));
      const ratio = op("divide", "/", spreadOut, unary(e, span, "exp", p.logvar));
      const logs = op("subtract", "-", p.logvar, q.logvar);
      return op("multiply", "*", op("subtract", "-", op("add", "+", logs, ratio), 1), 0.5);
    },
  },
};

// Raw outputs as what a reader of predictions wants: values, classes, probabilities.
import type { Prediction as Declared } from "../../compiler/compiled.ts";
import { decide } from "../metrics/confusion.ts";
import type { MetricInput } from "../metrics/metric.ts";

/** Columns of a predictions file, row-major, samples first. */
export interface Prediction {
  readonly name: string;
  readonly task: MetricInput["task"];
  readonly columns: readonly PredictionColumn[];
}

export interface PredictionColumn {
  /** `mood`, `kind`, `kind_probability`. */
  readonly name: string;
  /** [entries] or [entries, classes]; one entry a sample, or one a step of a ragged target's samples. */
  readonly shape: readonly number[];
  /** Class names where the target has labels. */
  readonly values: Float32Array | Int32Array | readonly string[];
}

/**
 * regression: the values. classes: the class with the largest logit and the softmax. binary: 1 where the logit is above 0, and
 * the sigmoid. multilabel: the same for every label.
 */
export function predictionOf({ name, task, field }: Declared, input: MetricInput): Prediction {
  const { prediction, width } = input;
  const count = prediction.length / width;
  const probability = (shape: readonly number[], values: Float32Array): PredictionColumn => ({
    name: `${name}_probability`,
    shape,
    values,
  });
  const sigmoid = Float32Array.from(prediction, (logit) => 1 / (1 + Math.exp(-logit)));
  const named = (classes: Int32Array): Int32Array | readonly string[] =>
    field.labels === undefined ? classes : Array.from(classes, (label) => field.labels?.[label] ?? String(label));
  switch (task) {
    case "regression":
      return { name, task, columns: [{ name, shape: [count], values: Float32Array.from(prediction) }] };
    case "classes": {
      const { prediction: classes } = decide({ ...input, truth: new Float64Array(count) });
      return {
        name,
        task,
        columns: [{ name, shape: [count], values: named(classes) }, probability([count, width], softmax(prediction, width))],
      };
    }
    case "binary":
      return { name, task, columns: [{ name, shape: [count], values: named(signs(prediction)) }, probability([count], sigmoid)] };
    case "multilabel":
      return {
        name,
        task,
        columns: [{ name, shape: [count, width], values: signs(prediction) }, probability([count, width], sigmoid)],
      };
  }
}

const signs = (logits: Float64Array): Int32Array => Int32Array.from(logits, (logit) => (logit > 0 ? 1 : 0));

function softmax(logits: Float64Array, width: number): Float32Array {
  const result = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += width) {
    const row = logits.subarray(start, start + width);
    const largest = row.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
    const exponents = row.map((logit) => Math.exp(logit - largest));
    const sum = exponents.reduce((total, value) => total + value, 0);
    result.set(
      exponents.map((value) => value / sum),
      start,
    );
  }
  return result;
}

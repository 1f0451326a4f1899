// Every metric against scikit-learn's values (fixtures/) and against values computed by hand.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { metricNames } from "../../src/compiler/check/metric-names.ts";
import { computeMetric, metricTable } from "../../src/runtime/metrics/index.ts";
import type { MetricInput, MetricOptions, MetricTask } from "../../src/runtime/metrics/metric.ts";
import { roundHalfToEven } from "../../src/runtime/metrics/sentiment.ts";

interface FixtureCase {
  readonly task: MetricTask;
  readonly width: number;
  readonly truth: readonly number[];
  readonly prediction: readonly number[];
  readonly expected: readonly (readonly [string, MetricOptions, number])[];
}

const fixtures = JSON.parse(readFileSync(new URL("./fixtures/scikit_learn.json", import.meta.url), "utf8")) as Record<
  string,
  FixtureCase
>;

function input(
  task: MetricTask,
  truth: readonly number[],
  prediction: readonly number[],
  width = 1,
  labels?: readonly string[],
): MetricInput {
  return { task, truth: Float64Array.from(truth), prediction: Float64Array.from(prediction), width, labels };
}

describe("against scikit-learn", () => {
  for (const [name, fixture] of Object.entries(fixtures)) {
    for (const [metric, options, expected] of fixture.expected) {
      test(`${name}: ${metric} ${JSON.stringify(options)}`, () => {
        const result = computeMetric(metric, input(fixture.task, fixture.truth, fixture.prediction, fixture.width), options);
        expect(result.value).toBeCloseTo(expected, 12);
      });
    }
  }

  test("the fixtures cover every metric of the table", () => {
    const covered = new Set(Object.values(fixtures).flatMap((fixture) => fixture.expected.map(([metric]) => metric)));
    expect([...covered].sort()).toEqual(Object.keys(metricTable).sort());
  });
});

test("the checker knows the same metrics, better in the same direction and for the same targets", () => {
  const known = Object.fromEntries(Object.values(metricTable).map(({ name, better, tasks }) => [name, { better, tasks }]));
  expect(metricNames).toEqual(known);
});

describe("by hand", () => {
  test("halves round to the even number, as numpy.round", () => {
    expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999, 2.6].map(roundHalfToEven)).toEqual([-2, -2, 0, 0, 2, 2, 2, 3]);
    // 0.5 and 2.5 fall to 0 and 2; rounding halves up would give 1 and 3 and score 0
    expect(computeMetric("acc7", input("regression", [0, 2], [0.5, 2.5])).value).toBe(1);
  });

  test("acc7 clips to -3 .. 3 first, acc5 to -2 .. 2, acc3 to -1 .. 1", () => {
    const values = input("regression", [3, -2, 1, 0], [3.9, -3.4, 2.2, 0.2]);
    expect(computeMetric("acc7", values).value).toBe(0.5);
    expect(computeMetric("acc5", values).value).toBe(0.75);
    expect(computeMetric("acc3", values).value).toBe(1);
  });

  test("the two acc2 treat zero differently", () => {
    const values = input("regression", [0, 1, -1, 2], [-0.1, 0, -0.5, 1]);
    // has0: truth + + - +, prediction - + - +; non0 leaves the first out and counts the prediction 0 as negative
    expect(computeMetric("acc2", values).value).toBe(0.75);
    expect(computeMetric("acc2_nonzero", values).value).toBeCloseTo(2 / 3, 15);
  });

  test("the binary F1 of the deception challenge: TP 157, FP 122, FN 115, TN 205", () => {
    const truth = [...Array<number>(157 + 115).fill(1), ...Array<number>(122 + 205).fill(0)];
    const logits = [
      ...Array<number>(157).fill(1),
      ...Array<number>(115).fill(-1),
      ...Array<number>(122).fill(1),
      ...Array<number>(205).fill(-1),
    ];
    const values = input("binary", truth, logits, 1, ["lie", "truth"]);
    expect(computeMetric("f1", values, { positive: "truth" }).value).toBeCloseTo(0.56987, 5);
    expect(computeMetric("accuracy", values).value).toBeCloseTo(0.60434, 5);
  });

  test("equal error rate where the curve crosses exactly", () => {
    // scores 4 3 2 1 with truth + - + -: at the threshold 3 both error rates are one half
    expect(computeMetric("eer", input("binary", [1, 0, 1, 0], [4, 3, 2, 1])).value).toBe(0.5);
    expect(computeMetric("eer", input("binary", [1, 1, 0, 0], [4, 3, 2, 1])).value).toBe(0);
  });
});

describe("at the edges", () => {
  test("no samples: no value, and a reason", () => {
    for (const metric of Object.values(metricTable)) {
      for (const task of metric.tasks) {
        const result = computeMetric(metric.name, input(task, [], [], task === "regression" || task === "binary" ? 1 : 2));
        expect(result.value, metric.name).toBeNull();
        expect("reason" in result && result.reason.length > 0).toBe(true);
      }
    }
  });

  test("pearson of a constant is undefined", () => {
    expect(computeMetric("pearson", input("regression", [1, 2, 3], [5, 5, 5]))).toEqual({
      value: null,
      reason: "the prediction is constant",
    });
    expect(computeMetric("pearson", input("regression", [1, 1], [5, 6]))).toEqual({
      value: null,
      reason: "the truth is constant",
    });
  });

  test("one class only: auc and eer are undefined, accuracy and F1 are not", () => {
    const values = input("binary", [1, 1, 1], [2, -1, 3]);
    expect(computeMetric("auc", values).value).toBeNull();
    expect(computeMetric("eer", values).value).toBeNull();
    expect(computeMetric("accuracy", values).value).toBeCloseTo(2 / 3, 15);
    expect(computeMetric("f1", values, { average: "binary" }).value).toBeCloseTo(0.8, 15);
  });

  test("acc2_nonzero where every true value is 0", () => {
    expect(computeMetric("acc2_nonzero", input("regression", [0, 0], [1, -1])).value).toBeNull();
    expect(computeMetric("f1_nonzero", input("regression", [0, 0], [1, -1])).value).toBeNull();
  });

  test("cross entropy of extreme logits stays finite", () => {
    expect(computeMetric("cross_entropy", input("binary", [1, 0], [1000, 1000])).value).toBe(500);
    expect(computeMetric("cross_entropy", input("classes", [0], [0, 1000], 2)).value).toBe(1000);
  });
});

describe("wrong requests say what is wrong", () => {
  const regression = input("regression", [1], [1]);
  const feelings = input("classes", [0, 1, 2], [1, 0, 0, 0, 1, 0, 0, 0, 1], 3, ["sad", "neutral", "happy"]);
  test.each([
    ["an unknown metric", () => computeMetric("acc9", regression), /there is no metric acc9/],
    ["a metric of another task", () => computeMetric("auc", regression), /auc is defined for classes, binary, multilabel/],
    [
      "an unknown option",
      () => computeMetric("f1", feelings, { mean: "macro" }),
      /f1 has no option mean; it has average, positive/,
    ],
    [
      "an option of a metric without options",
      () => computeMetric("mae", regression, { average: "macro" }),
      /mae takes no option/,
    ],
    ["an unknown average", () => computeMetric("f1", feelings, { average: "harmonic" }), /weighted, macro, micro, binary/],
    ["an unknown class", () => computeMetric("f1", feelings, { positive: "angry" }), /angry is no class.*sad, neutral, happy/],
    ["binary F1 of three classes", () => computeMetric("f1", feelings, { average: "binary" }), /needs the class/],
    ["EER of three classes", () => computeMetric("eer", feelings), /needs the class/],
  ])("%s", (_, compute, message) => {
    expect(compute).toThrow(message);
  });
});

import { describe, expect, test } from "vitest";
import { duration, liveLine, number, plainLine, summaryTable, testTable, trainingDisplay } from "../../src/cli/progress.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import type { StepDone, TrainEvent } from "../../src/runtime/train/events.ts";

const step: StepDone = {
  event: "step",
  seed: 1,
  stage: "joint",
  epoch: 6,
  epochs: 10,
  step: 580,
  steps: 1000,
  total: 0.9127,
  losses: { task: 0.8512, align: 1.25 },
  gradientNorm: 1,
  rate: 1,
  samplesPerSecond: 8123.4,
  secondsLeft: 42.2,
};

test("the live line has bar, epoch, losses, speed and the time left", () => {
  expect(liveLine(step, 140)).toBe(
    "joint  ████████████░░░░░░░░  58%  epoch 6/10  total 0.9127  task 0.8512  align 1.2500  8,123 samples/s  42 s left",
  );
  expect(liveLine(step, 140, "valid: mae 0.9")).toContain("epoch 6/10  valid: mae 0.9  total");
});

test("a narrow terminal loses the losses first, and never wraps", () => {
  expect(liveLine(step, 100)).toMatch(/epoch 6\/10 {2}total.*… {2}8,123 samples\/s {2}42 s left$/);
  for (let columns = 10; columns < 130; columns += 1) expect(liveLine(step, columns).length).toBeLessThanOrEqual(columns);
});

test.each([
  [0, "0.0"],
  [0.123456, "0.1235"],
  [12.3456, "12.35"],
  [1234.5, "1235"],
  [0.000012, "1.20e-5"],
  [null, "–"],
  [Number.NaN, "–"],
  [Number.NEGATIVE_INFINITY, "-∞"],
])("the number %s is written %s", (value, text) => {
  expect(number(value)).toBe(text);
});

test.each([
  [0.04, "0.0 s"],
  [9.94, "9.9 s"],
  [41.6, "42 s"],
  [185, "3:05"],
  [3727, "1:02:07"],
  [Number.POSITIVE_INFINITY, "?"],
])("%s seconds are written %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("the table of conditions is aligned, with spreads over seeds and a dash for what is undefined", () => {
  const rows = summaryTable([
    { protocol: "subsets", condition: "all inputs", metrics: { mae: { mean: 0.9127, std: 0.008 }, pearson: 0.63 } },
    { protocol: "subsets", condition: "only text", metrics: { mae: { mean: 1.2, std: 0.01 }, pearson: null } },
  ]);
  expect(rows).toEqual([
    "                          mae  pearson",
    "  all inputs  0.9127 ± 0.0080   0.6300",
    "  only text   1.2000 ± 0.0100        –",
  ]);
});

test("the test's table names subsets, and leaves out the one that is the whole", () => {
  const rows = testTable({ accuracy: 0.95 }, [
    { protocol: "subsets", condition: "{left, right}", metrics: { accuracy: 0.95 } },
    { protocol: "subsets", condition: "{left}", metrics: { accuracy: 0.88 } },
    { protocol: "rates", condition: "30% missing", metrics: { accuracy: 0.9 } },
  ]);
  expect(rows).toEqual([
    "               accuracy",
    "  all inputs     0.9500",
    "  only left      0.8800",
    "  30% missing    0.9000",
  ]);
});

describe("the display", () => {
  function shown(events: readonly TrainEvent[], options: { readonly json?: boolean; readonly interactive?: boolean }): string {
    let out = "";
    const terminal: Terminal = {
      write: (text) => {
        out += text;
      },
      writeError: () => undefined,
      readStandardInput: async () => "",
      onInterrupt: () => () => undefined,
      environment: {},
      folder: ".",
      self: [],
      interactive: options.interactive ?? false,
      columns: 140,
    };
    let time = 0;
    const display = trainingDisplay({ terminal, json: options.json ?? false, colour: false }, () => {
      time += 50;
      return time;
    });
    for (const event of events) display(event);
    return out;
  }

  const epoch: TrainEvent = {
    event: "epoch",
    seed: 1,
    stage: "joint",
    epoch: 6,
    epochs: 10,
    step: 580,
    total: 0.9,
    losses: { task: 0.8 },
    metrics: { valid: { mae: 0.95, pearson: null } },
    improved: true,
    seconds: 1.25,
  };
  const note: TrainEvent = { event: "note", message: "three samples were left out" };

  test("JSON is one event a line, unchanged", () => {
    const lines = shown([step, epoch, note], { json: true }).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([step, epoch, note]);
  });

  test("without a terminal there is a plain line an epoch and none a step", () => {
    expect(shown([step, epoch, note], {})).toBe(
      "joint 6/10  total 0.9000  task 0.8000  valid: mae 0.9500  pearson –  1.3 s  *\nnote: three samples were left out\n",
    );
  });

  test("on a terminal one line is redrawn, not at every step, and cleared for what follows", () => {
    const out = shown([step, step, step, { ...step, step: 1000 }, note], { interactive: true });
    expect(out.split("joint").length - 1).toBe(3);
    expect(out.endsWith("\r\u001b[2Knote: three samples were left out\n")).toBe(true);
    expect(out.slice(0, out.indexOf("note")).includes("\n")).toBe(false);
  });
});

test("an interrupted run says how to go on", () => {
  expect(plainLine({ event: "interrupted", run: "runs/a", seed: 1, stage: "joint", step: 12 })).toContain(
    "mmx train --resume runs/a",
  );
});

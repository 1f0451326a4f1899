// How a training looks: one live line a stage on a terminal, a line an epoch elsewhere, JSON lines with --json, and the table
// of test results at the end. The text of every line is a pure function of the trainer's event.
import { displayWidth, sliceColumns } from "../compiler/diagnostics/columns.ts";
import type {
  ConditionResult,
  Done,
  EpochDone,
  MetricValues,
  Spread,
  StageDone,
  StepDone,
  Summary,
  TrainEvent,
} from "../runtime/train/events.ts";
import type { Context } from "./context.ts";
import { columns, counted, grouped } from "./text.ts";

/** A live line is redrawn at most this often. */
const redrawMilliseconds = 80;

/** Shows events as they come; made once a run. */
export function trainingDisplay(
  context: Context,
  now: () => number = performance.now.bind(performance),
): (event: TrainEvent) => void {
  const { terminal } = context;
  if (context.json) return (event) => terminal.write(`${JSON.stringify(event)}\n`);
  if (!terminal.interactive) {
    return (event) => {
      const line = plainLine(event);
      if (line !== undefined) terminal.write(`${line}\n`);
    };
  }
  let drawnAt = Number.NEGATIVE_INFINITY;
  let open = false;
  let latest = "";
  const clear = (): void => {
    if (open) terminal.write("\r\u001b[2K");
    open = false;
  };
  return (event) => {
    if (event.event === "step") {
      const last = event.step === event.steps;
      if (!last && now() - drawnAt < redrawMilliseconds) return;
      drawnAt = now();
      clear();
      terminal.write(liveLine(event, terminal.columns - 1, latest));
      open = true;
      return;
    }
    // An epoch's line would scroll the live line away: its metrics join the live line, the rest is in the report.
    if (event.event === "epoch") {
      latest = splitsText(event);
      return;
    }
    if (event.event === "stage-start") latest = "";
    const line = plainLine(event);
    if (line === undefined) return;
    clear();
    terminal.write(`${line}\n`);
  };
}

/** The live line: stage, bar, epoch, loss terms, the latest epoch's metrics, speed and the time left, cut to `width`. */
export function liveLine(event: StepDone, width: number, metrics = ""): string {
  const share = event.steps === 0 ? 1 : event.step / event.steps;
  const speed = `${grouped(Math.round(event.samplesPerSecond))} samples/s  ${duration(event.secondsLeft)} left`;
  const start = `${event.stage}  ${bar(share, 20)} ${String(Math.floor(event.steps === 0 ? 100 : (100 * event.step) / event.steps)).padStart(3)}%  epoch ${event.epoch}/${event.epochs}`;
  const losses = metrics === "" ? lossTerms(event.total, event.losses) : `${metrics}  ${lossTerms(event.total, event.losses)}`;
  const room = width - displayWidth(start) - displayWidth(speed) - 4;
  const terms = displayWidth(losses) <= room ? losses : `${sliceColumns(losses, 0, Math.max(0, room - 1))}…`;
  const line = room < 8 ? `${start}  ${speed}` : `${start}  ${terms}  ${speed}`;
  return sliceColumns(line, 0, width);
}

/** The line of an event where no line can be redrawn; undefined for those that say nothing to a person. */
export function plainLine(event: TrainEvent): string | undefined {
  switch (event.event) {
    case "run":
      return `${event.model}: ${counted(event.parameters, "weight")}, executor ${event.executor}, ${seedsText(event.seeds)}\nRun directory: ${event.run}`;
    case "resume":
      return `Going on with stage ${event.stage}, epoch ${event.epoch}, step ${event.step} (seed ${event.seed}).`;
    case "stage-start":
      return `Stage ${event.stage}: ${counted(event.epochs, "epoch")} of ${counted(event.stepsPerEpoch, "step")}, ${counted(event.samples, "sample")}, batch ${event.batch} (seed ${event.seed})`;
    case "epoch":
      return epochLine(event);
    case "early-stop":
      return `${event.stage}: stopped early at epoch ${event.epoch}; ${event.on} was best at epoch ${event.bestEpoch} (${number(event.best)})`;
    case "stage-end":
      return stageEndLine(event);
    case "test":
      return `Seed ${event.seed} on ${event.split}: ${metricsText(event.metrics)}`;
    case "note":
      return `note: ${event.message}`;
    case "interrupted": {
      const where = event.step === 0 ? "during the test" : `in stage ${event.stage} after step ${event.step}`;
      return `Stopped ${where}; everything is saved. Go on with:\n  mmx train --resume ${event.run}`;
    }
    case "done":
      return doneText(event);
    case "step":
    case "checkpoint":
      return undefined;
  }
}

function epochLine(event: EpochDone): string {
  const parts = [
    `${event.stage} ${event.epoch}/${event.epochs}`,
    lossTerms(event.total, event.losses),
    splitsText(event),
    duration(event.seconds),
  ];
  return `${parts.filter((part) => part !== "").join("  ")}${event.improved ? "  *" : ""}`;
}

function splitsText(event: EpochDone): string {
  return Object.entries(event.metrics)
    .map(([split, values]) => `${split}: ${metricsText(values)}`)
    .join("  ");
}

function stageEndLine(event: StageDone): string {
  const kept =
    event.kept.on === null
      ? "kept the last weights"
      : `kept epoch ${event.kept.epoch} (${event.kept.on} ${number(event.kept.value)})`;
  return `Stage ${event.stage} done: ${counted(event.epochs, "epoch")}, ${counted(event.steps, "step")} in ${duration(event.seconds)}; ${kept}`;
}

/** The table of test results, and where the report is. */
function doneText(event: Done): string {
  const table = Object.keys(event.test).length === 0 ? [] : ["Test", ...testTable(event.test, event.missing)];
  return [...table, `Took ${duration(event.seconds)}. Report: ${event.report}`].join("\n");
}

/** The complete result first, then every missing-modality condition that takes something away. */
export function testTable(test: Summary, missing: readonly ConditionResult<Summary>[]): string[] {
  const complete = JSON.stringify(test);
  const conditions = missing
    .filter(({ metrics }) => JSON.stringify(metrics) !== complete)
    .map((row) => ({ ...row, condition: row.condition.replace(/^\{(.*)\}$/, "only $1") }));
  return summaryTable([{ protocol: "subsets", condition: "all inputs", metrics: test }, ...conditions]);
}

/** One row a condition, one column a metric; numbers aligned. */
export function summaryTable(rows: readonly ConditionResult<Summary>[]): string[] {
  const names = [...new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)))];
  const cells = [
    ["", ...names],
    ...rows.map(({ condition, metrics }) => [condition, ...names.map((name) => summaryText(metrics[name]))]),
  ];
  const right = names.map((_, column) => column + 1);
  return columns(cells, right).map((line) => `  ${line}`);
}

function summaryText(value: number | null | Spread | undefined): string {
  if (value === undefined) return "";
  return typeof value === "object" && value !== null ? `${number(value.mean)} ± ${number(value.std)}` : number(value);
}

function lossTerms(total: number, losses: Readonly<Record<string, number>>): string {
  return [`total ${number(total)}`, ...Object.entries(losses).map(([name, value]) => `${name} ${number(value)}`)].join("  ");
}

function metricsText(values: MetricValues): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${number(value)}`)
    .join("  ");
}

function bar(share: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return "█".repeat(filled) + "░".repeat(width - filled);
}

/** Four significant digits; a dash where there is no number. */
export function number(value: number | null): string {
  if (value === null || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(2);
  const decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 4;
  return value.toFixed(size === 0 ? 1 : decimals);
}

/** `0.4 s`, `42 s`, `3:05`, `1:02:07`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${two(whole % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

function seedsText(seeds: readonly number[]): string {
  return seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds.join(", ")}`;
}

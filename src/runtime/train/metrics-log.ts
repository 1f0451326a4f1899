// `metrics.jsonl`: one JSON row a logged step, epoch and test. A checkpoint notes the file's length, so that a resumed run
// drops what was written after it and the file ends up as if nothing had happened.
import { existsSync, statSync } from "node:fs";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { metricsRowSchema } from "../../compiler/schemas/metrics-row.schema.ts";
import { parseJson } from "../../compiler/schemas/validate.ts";
import type { ConditionResult, MetricValues } from "./events.ts";
import { TrainError } from "./train-error.ts";

export type MetricsRow =
  | {
      readonly kind: "step";
      readonly seed: number;
      readonly stage: string;
      readonly epoch: number;
      /** Optimiser steps of the stage done. */
      readonly step: number;
      readonly total: number;
      readonly losses: MetricValues;
      readonly gradientNorm: number | null;
      readonly rate: number;
    }
  | {
      readonly kind: "epoch";
      readonly seed: number;
      readonly stage: string;
      readonly epoch: number;
      readonly step: number;
      readonly total: number;
      readonly losses: MetricValues;
      readonly metrics: Readonly<Record<string, MetricValues>>;
    }
  | {
      readonly kind: "test";
      readonly seed: number;
      readonly split: string;
      readonly metrics: MetricValues;
      readonly missing: readonly ConditionResult<MetricValues>[];
    };

export interface MetricsLog {
  write(row: MetricsRow): Promise<void>;
  /** Length in bytes, after making sure that all of it is on the disk. */
  flush(): Promise<number>;
  close(): Promise<void>;
}

/** Opens the log for appending, first cut to `bytes`. Raises `TrainError` where it has become shorter than that. */
export async function openMetricsLog(path: string, bytes: number): Promise<MetricsLog> {
  await mkdir(dirname(path), { recursive: true });
  const there = existsSync(path) ? statSync(path).size : 0;
  if (there < bytes) {
    throw new TrainError(
      `${path} has ${there} bytes, but ${bytes} were written when the checkpoint was saved`,
      "Bring the file back.",
    );
  }
  const file = await open(path, bytes === 0 ? "w" : "r+");
  await file.truncate(bytes);
  let length = bytes;
  return {
    async write(row) {
      const line = Buffer.from(`${JSON.stringify(row)}\n`);
      await file.write(line, 0, line.length, length);
      length += line.length;
    },
    async flush() {
      await file.datasync();
      return length;
    },
    close: () => file.close(),
  };
}

/** All rows of a log. Raises `JsonError` with the line of a damaged row. */
export async function readMetrics(path: string): Promise<readonly MetricsRow[]> {
  const lines = (await readFile(path, "utf8")).split("\n");
  const rows: MetricsRow[] = [];
  for (const [index, line] of lines.entries()) {
    if (line !== "") rows.push(await parseJson<MetricsRow>(metricsRowSchema, line, path, index + 1));
  }
  return rows;
}

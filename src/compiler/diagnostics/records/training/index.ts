// The diagnostics about training.
import { badSetting } from "./bad-setting.ts";
import { badSplit } from "./bad-split.ts";
import { batchOfOne } from "./batch-of-one.ts";
import { dataNotGiven } from "./data-not-given.ts";
import { dropNotOptional } from "./drop-not-optional.ts";
import { metricNotForTask } from "./metric-not-for-task.ts";
import { missingSetting } from "./missing-setting.ts";
import { nothingMissing } from "./nothing-missing.ts";
import { noTraining } from "./trains-nothing.ts";
import { unknownMetric } from "./unknown-metric.ts";
import { unknownOverride } from "./unknown-override.ts";
import { unknownSetting } from "./unknown-setting.ts";
import { unknownSplit } from "./unknown-split.ts";
import { unknownWeights } from "./unknown-weights.ts";

export const trainingDiagnostics = [
  unknownSetting,
  badSetting,
  missingSetting,
  unknownMetric,
  unknownSplit,
  unknownWeights,
  noTraining,
  dropNotOptional,
  batchOfOne,
  badSplit,
  unknownOverride,
  metricNotForTask,
  nothingMissing,
  dataNotGiven,
] as const;

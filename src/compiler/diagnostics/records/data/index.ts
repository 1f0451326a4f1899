// The table of diagnostics about data: a spec against its file's header (MMX4001-4008, 4016) and against its values.
import { axesDiffer } from "./axes-differ.ts";
import { columnMissing } from "./column-missing.ts";
import { countsDiffer } from "./counts-differ.ts";
import { elementDiffers } from "./element-differs.ts";
import { encoderFailed } from "./encoder-failed.ts";
import { fileUnreadable } from "./file-unreadable.ts";
import { groupLeak } from "./group-leak.ts";
import { labelUnknown } from "./label-unknown.ts";
import { lengthsWrong } from "./lengths-wrong.ts";
import { noSamples } from "./no-samples.ts";
import { notEncodable } from "./not-encodable.ts";
import { outOfRange } from "./out-of-range.ts";
import { paddingUnknown } from "./padding-unknown.ts";
import { partEmpty } from "./part-empty.ts";
import { partsOverlap } from "./parts-overlap.ts";
import { sampleAbsent } from "./sample-absent.ts";
import { sizeDiffers } from "./size-differs.ts";
import { sizesConflict } from "./sizes-conflict.ts";
import { tooLong } from "./too-long.ts";
import { valueNotFinite } from "./value-not-finite.ts";
import { valueNotWhole } from "./value-not-whole.ts";

export const dataDiagnostics = [
  columnMissing,
  axesDiffer,
  sizeDiffers,
  sizesConflict,
  elementDiffers,
  countsDiffer,
  paddingUnknown,
  tooLong,
  lengthsWrong,
  labelUnknown,
  outOfRange,
  valueNotFinite,
  sampleAbsent,
  valueNotWhole,
  partEmpty,
  partsOverlap,
  groupLeak,
  fileUnreadable,
  noSamples,
  notEncodable,
  encoderFailed,
] as const;

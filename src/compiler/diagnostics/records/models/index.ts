// The diagnostics about models.
import { bankShape } from "./bank-shape.ts";
import { idRead } from "./id-read.ts";
import { identityLeak } from "./identity-leak.ts";
import { labelLeak } from "./label-leak.ts";
import { lossNotScalar } from "./loss-not-scalar.ts";
import { lossUnnamed } from "./loss-unnamed.ts";
import { nothingPredicted } from "./nothing-predicted.ts";
import { predictOptional } from "./predict-optional.ts";
import { predictShape } from "./predict-shape.ts";
import { predictUnknown } from "./predict-unknown.ts";
import { updateUnknown } from "./update-unknown.ts";
import { updatedTwice } from "./updated-twice.ts";
import { withheldRead } from "./withheld-read.ts";

export const modelsDiagnostics = [
  lossNotScalar,
  predictUnknown,
  predictShape,
  predictOptional,
  labelLeak,
  idRead,
  withheldRead,
  bankShape,
  updateUnknown,
  identityLeak,
  nothingPredicted,
  updatedTwice,
  lossUnnamed,
] as const;

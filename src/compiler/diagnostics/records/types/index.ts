// The diagnostics about types.
import { argumentShape } from "./argument-shape.ts";
import { axisAmbiguous } from "./axis-ambiguous.ts";
import { axisNotFound } from "./axis-not-found.ts";
import { badEncoding } from "./bad-encoding.ts";
import { badFieldType } from "./bad-field-type.ts";
import { carryDiffers } from "./carry-differs.ts";
import { conditionNotStatic } from "./condition-not-static.ts";
import { emptyRange } from "./empty-range.ts";
import { lengthLost } from "./length-lost.ts";
import { misplacedStatement } from "./misplaced-statement.ts";
import { missingArgument } from "./missing-argument.ts";
import { missingFor } from "./missing-for.ts";
import { missingNext } from "./missing-next.ts";
import { missingResult } from "./missing-result.ts";
import { notAMember } from "./not-a-member.ts";
import { notASize } from "./not-a-size.ts";
import { notCallable } from "./not-callable.ts";
import { notDivisible } from "./not-divisible.ts";
import { notStandardisable } from "./not-standardisable.ts";
import { optionalJoined } from "./optional-joined.ts";
import { recursiveModule } from "./recursive-module.ts";
import { resultDiffers } from "./result-differs.ts";
import { shapeError } from "./shape-error.ts";
import { shapesDiffer } from "./shapes-differ.ts";
import { sharedWeightDiffers } from "./shared-weight-differs.ts";
import { tooManyArguments } from "./too-many-arguments.ts";
import { unknownArgument } from "./unknown-argument.ts";
import { unsteadyWeight } from "./unsteady-weight.ts";
import { weightInFunction } from "./weight-in-function.ts";
import { widthsDiffer } from "./widths-differ.ts";
import { wrongKind } from "./wrong-kind.ts";

export const typesDiagnostics = [
  wrongKind,
  notCallable,
  unknownArgument,
  missingArgument,
  tooManyArguments,
  shapesDiffer,
  argumentShape,
  widthsDiffer,
  axisNotFound,
  axisAmbiguous,
  notASize,
  notDivisible,
  lengthLost,
  notAMember,
  conditionNotStatic,
  optionalJoined,
  carryDiffers,
  missingNext,
  missingResult,
  misplacedStatement,
  weightInFunction,
  sharedWeightDiffers,
  resultDiffers,
  shapeError,
  badFieldType,
  recursiveModule,
  unsteadyWeight,
  missingFor,
  emptyRange,
  notStandardisable,
  badEncoding,
] as const;

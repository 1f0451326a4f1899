// The diagnostics about names.
import { badExtension } from "./bad-extension.ts";
import { capitalMakesWeights } from "./capital-makes-weights.ts";
import { duplicateName } from "./duplicate-name.ts";
import { modalityNotField } from "./modality-not-field.ts";
import { reservedSize } from "./reserved-size.ts";
import { unknownField } from "./unknown-field.ts";
import { unknownInitializer } from "./unknown-initializer.ts";
import { unknownName } from "./unknown-name.ts";
import { unknownUse } from "./unknown-use.ts";

export const namesDiagnostics = [
  unknownName,
  duplicateName,
  unknownUse,
  unknownField,
  unknownInitializer,
  modalityNotField,
  capitalMakesWeights,
  badExtension,
  reservedSize,
] as const;

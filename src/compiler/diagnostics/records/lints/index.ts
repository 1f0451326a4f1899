// The diagnostics about lints.
import { elseUnneeded } from "./else-unneeded.ts";
import { neverTrained } from "./never-trained.ts";
import { neverUpdated } from "./never-updated.ts";
import { unusedField } from "./unused-field.ts";
import { unusedLoss } from "./unused-loss.ts";
import { unusedValue } from "./unused-value.ts";

export const lintsDiagnostics = [unusedValue, unusedField, unusedLoss, neverTrained, elseUnneeded, neverUpdated] as const;

// The diagnostics about pipelines of services.
import { badTemplate } from "./bad-template.ts";
import { labelOutside } from "./label-outside.ts";
import { noLikeness } from "./no-likeness.ts";
import { notAStep } from "./not-a-step.ts";
import { outputsDiffer } from "./outputs-differ.ts";
import { unknownWireType } from "./unknown-wire-type.ts";
import { wireAbsent } from "./wire-absent.ts";
import { wireDiffers } from "./wire-differs.ts";

export const pipelinesDiagnostics = [
  wireDiffers,
  wireAbsent,
  unknownWireType,
  labelOutside,
  notAStep,
  noLikeness,
  outputsDiffer,
  badTemplate,
] as const;

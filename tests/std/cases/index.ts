// Every case of the library's tests, by title.
import type { StdCase } from "../harness.ts";
import { attentionCases } from "./attention.ts";
import { bottleneckCases } from "./bottleneck.ts";
import { contrastiveCases } from "./contrastive.ts";
import { convCases } from "./conv.ts";
import { coreCases } from "./core.ts";
import { domainCases } from "./domain.ts";
import { fusionCases } from "./fusion.ts";
import { recurrentCases } from "./recurrent.ts";

const cases: readonly StdCase[] = [
  ...coreCases,
  ...attentionCases,
  ...recurrentCases,
  ...convCases,
  ...fusionCases,
  ...contrastiveCases,
  ...bottleneckCases,
  ...domainCases,
];

/** Title and case, as `test.each` wants them. */
export const titledCases: readonly (readonly [string, StdCase])[] = cases.map((one) => [
  `${one.use ?? "std.core"} ${one.name}`,
  one,
]);

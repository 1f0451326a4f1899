// All built-in functions by name.
import type { BuiltinTable } from "./builtin.ts";
import { contractionBuiltins } from "./contraction.ts";
import { creationBuiltins } from "./creation.ts";
import { distributionBuiltins } from "./distributions.ts";
import { elementwiseBuiltins } from "./elementwise.ts";
import { entryBuiltins } from "./entries.ts";
import { extensionBuiltins } from "./extension.ts";
import { indexingBuiltins } from "./indexing.ts";
import { joiningBuiltins } from "./joining.ts";
import { pushBuiltins } from "./push.ts";
import { reductionBuiltins } from "./reductions.ts";
import { shapeBuiltins } from "./shape.ts";
import { structureBuiltins } from "./structure.ts";
import { windowBuiltins } from "./window.ts";

export const builtins: BuiltinTable = {
  ...elementwiseBuiltins,
  ...reductionBuiltins,
  ...shapeBuiltins,
  ...entryBuiltins,
  ...windowBuiltins,
  ...joiningBuiltins,
  ...contractionBuiltins,
  ...indexingBuiltins,
  ...creationBuiltins,
  ...distributionBuiltins,
  ...structureBuiltins,
  ...pushBuiltins,
  ...extensionBuiltins,
};

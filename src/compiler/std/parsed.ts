// Trees of the library's files that are there without parsing: none in the sources. The bundle has all of them in this module's
// place (scripts/build.mjs), since parsing the library would be a tenth of a cold check.
import type { SpecFile } from "../syntax/ast.ts";

/** By the name that `use` gives. A tree read from JSON lacks the keys whose value is undefined. */
export const parsedTrees: Readonly<Record<string, SpecFile>> = {};

// docs/functions.md, from the table of built-in functions.
import { builtins } from "../../src/compiler/check/builtins/index.ts";
import { generatedBy, page } from "./markdown.ts";

/** Functions that specs reach in another way than by name. */
const hidden = new Set(["extension"]);

export function functionsPage(): string {
  return page(
    generatedBy("scripts/docs/functions-page.ts"),
    "# Functions",
    "The functions that every spec sees without a `use`. `f32[...]` stands for any axes; `dim` is the name of an axis. Whatever reads across a ragged or masked axis counts its real entries only.",
    ...Object.entries(builtins)
      .filter(([name]) => !hidden.has(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, { signature, doc }]) =>
          `## ${name}\n\n${signature
            .split("; ")
            .map((form) => `    ${form}`)
            .join("\n")}\n\n${doc}`,
      ),
  );
}

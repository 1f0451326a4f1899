// docs/operations.md, from the operations themselves.
import { operations } from "../../src/compiler/ops/index.ts";
import type { Operation } from "../../src/compiler/ops/operation.ts";
import { fenced, generatedBy, page } from "./markdown.ts";

const groupTitles: Readonly<Record<Operation["group"], string>> = {
  leaf: "Leaves",
  unary: "Elementwise, one input",
  binary: "Elementwise, two inputs",
  select: "Choice",
  reduce: "Reductions",
  shape: "Shape",
  contract: "Contraction",
  index: "Indexing",
  loop: "Loops",
  gradient: "Gradient control",
  host: "Extensions",
};

export function operationsPage(): string {
  const groups = Object.keys(groupTitles) as Operation["group"][];
  return page(
    generatedBy("scripts/docs/operations-page.ts"),
    "# Primitive operations",
    `The ${operations.length} operations of the graph that a spec compiles to (\`mmx show plan\`). A spec does not write them: it writes the functions of ` +
      "[the language](language.md) and of [the standard library](std.md), which come down to these. Every one is tested on every executor, " +
      "forward against a float64 definition and its gradient against finite differences.",
    ...groups.flatMap((group) => {
      const members = operations.filter((operation) => operation.group === group);
      return members.length === 0 ? [] : [`## ${groupTitles[group]}`, ...members.map(section)];
    }),
  );
}

function section({ name, signature, doc }: Operation): string {
  return [`### ${name}`, fenced(signature), doc].join("\n\n");
}

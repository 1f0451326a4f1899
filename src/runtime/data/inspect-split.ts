// Guesses the split line of a data block from columns that look like folds.
import type { ColumnHeader } from "../../compiler/data/header.ts";
import type { Columns } from "./formats/format.ts";

export function isSplitName(name: string): boolean {
  return /^(?:split|fold|part|subset|partition)(?:_|$)/i.test(name) || /_(?:split|fold)$/i.test(name);
}

const usual: Readonly<Record<string, string>> = {
  train: "train",
  training: "train",
  valid: "valid",
  validation: "valid",
  val: "valid",
  dev: "valid",
  test: "test",
  testing: "test",
};

/** The split line, with the other candidates as comments; a random split as a comment where there is none. */
export function describeSplit(candidates: readonly ColumnHeader[], columns: Columns): readonly string[] {
  if (candidates.length === 0) return ["// split random { train: 70%, valid: 10%, test: 20% } seed 1"];
  return candidates.map((head, at) => {
    if (!/^[A-Za-z_]\w*$/.test(head.name))
      return `// ${JSON.stringify(head.name)} looks like a split: give the column a plain name to use it`;
    const { parts, comment } = partsOf([...new Set(Array.from(columns.get(head.name)?.values ?? [], String))]);
    const line = `split by ${head.name} { ${parts} }`;
    if (at > 0) return `// or: ${line}`;
    return comment === "" ? line : `${line} // ${comment}`;
  });
}

function partsOf(values: readonly string[]): { parts: string; comment: string } {
  const numeric = values.every((value) => /^-?\d+$/.test(value));
  const sorted = numeric ? [...values].sort((left, right) => Number(left) - Number(right)) : [...values].sort();
  if (!numeric && sorted.every((value) => usual[value.toLowerCase()] !== undefined)) {
    const order = ["train", "valid", "test"];
    const named = sorted.map((value) => [usual[value.toLowerCase()] as string, JSON.stringify(value)] as const);
    named.sort(([left], [right]) => order.indexOf(left) - order.indexOf(right));
    return { parts: named.map(([part, value]) => `${part}: ${value}`).join(", "), comment: "" };
  }
  const cells = numeric ? sorted : sorted.map((value) => JSON.stringify(value));
  if (cells.length === 2) return { parts: `train: ${cells[0]}, test: ${cells[1]}`, comment: "which value is which is a guess" };
  if (cells.length === 3) {
    return { parts: `train: ${cells[0]}, valid: ${cells[1]}, test: ${cells[2]}`, comment: "which value is which is a guess" };
  }
  const shown = cells.slice(0, -1);
  return { parts: `train: [${shown.join(", ")}], test: ${cells.at(-1)}`, comment: "the last fold as test is a guess" };
}

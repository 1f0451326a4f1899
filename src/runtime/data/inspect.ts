// `mmx data inspect FILE`: a data block ready to paste, with guesses marked as such. Targets, ids and splits are guessed from
// names and values; everything else follows from types and shapes.
import { basename, extname } from "node:path";
import { type ColumnHeader, isFloat } from "../../compiler/data/header.ts";
import { type Columns, elementCount } from "./formats/format.ts";
import { readColumns, readHeader } from "./formats/index.ts";
import { describeField, identifier, isCompanion } from "./inspect-field.ts";
import { describeSplit, isSplitName } from "./inspect-split.ts";

/** Arrays of more entries are described from their header alone. */
const readLimit = 50_000_000;

/** One data block for each group of columns with equally many rows. Throws `FormatError` for a file that cannot be read. */
export async function inspect(path: string): Promise<string> {
  const header = await readHeader(path);
  const small = header.columns.filter(
    (column) => elementCount(column.shape.slice(1)) * Math.max(1, column.shape[0] ?? 1) <= readLimit,
  );
  const columns = await readColumns(
    path,
    small.filter((column) => isFloat(column.type) || column.shape.length === 1).map((column) => column.name),
  );
  const heads = header.columns.map((head) => ({ ...head, shape: columns.get(head.name)?.shape ?? head.shape }));
  const groups = new Map<number, ColumnHeader[]>();
  for (const head of heads) {
    const count = head.shape[0] ?? 1;
    const group = groups.get(count);
    if (group === undefined) groups.set(count, [head]);
    else group.push(head);
  }
  const blocks = [...groups].map(([count, group]) => describeBlock(path, count, group, columns, groups.size > 1));
  return blocks.join("\n");
}

function describeBlock(path: string, count: number, heads: readonly ColumnHeader[], columns: Columns, several: boolean): string {
  const prefix = several ? commonPrefix(heads.map((head) => head.name)) : "";
  const name = identifier(prefix === "" ? basename(path, extname(path)) : prefix);
  const short = (column: string): string => (column.startsWith(`${prefix}_`) ? column.slice(prefix.length + 1) : column);
  const splits = heads.filter((head) => head.shape.length === 1 && isSplitName(short(head.name)));
  const fields = heads
    .filter((head) => !splits.includes(head) && !isCompanion(head.name, heads))
    .map((head) =>
      describeField(head, { name: identifier(short(head.name)), suffix: several ? `_${name}` : "", heads, columns }),
    );
  const lines = [
    ...new Set(fields.flatMap((field) => field.before)),
    `data ${name} { // ${count} samples`,
    `  file ${JSON.stringify(basename(path))}`,
    ...fields.map(({ line, comment }) => `  ${line}${comment === "" ? "" : ` // ${comment}`}`),
    ...describeSplit(splits, columns).map((line) => `  ${line}`),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** The words, up to an underscore, that all names start with; "" where there are none. */
function commonPrefix(names: readonly string[]): string {
  const [first = ""] = names;
  for (let end = first.length; end > 0; end = first.lastIndexOf("_", end - 1)) {
    const prefix = first.slice(0, end);
    if (names.every((name) => name === prefix || name.startsWith(`${prefix}_`))) return prefix;
  }
  return "";
}

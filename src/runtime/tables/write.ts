// A table as text for a terminal, as Markdown, CSV or LaTeX.
import { displayWidth } from "../../compiler/diagnostics/columns.ts";
import type { TableFormat } from "./formats.ts";
import { bestOf, cellTexts, type Measure, type Table } from "./table.ts";

/** Several tables in one format, an empty line between them. */
export function writeTables(tables: readonly Table[], format: TableFormat): string {
  const write = { text: textTable, markdown: markdownTable, csv: csvTable, latex: latexTable }[format];
  return tables.map(write).join("\n");
}

const plainCell = (cell: Measure | null, metric: string): string => {
  const { mean, deviation } = cellTexts(cell, metric);
  return deviation === undefined ? mean : `${mean} ± ${deviation}`;
};

/** `over 5 seeds`, where all cells are; empty for single runs. */
function seedsNote({ rows }: Table): string {
  const counts = [...new Set(rows.flatMap(({ cells }) => cells.flatMap((cell) => (cell === null ? [] : [cell.count]))))];
  const [count] = counts;
  if (count === undefined || (counts.length === 1 && count === 1)) return "";
  return counts.length === 1
    ? `; mean ± standard deviation over ${count} seeds`
    : `; over ${counts.toSorted((a, b) => a - b).join(" or ")} seeds`;
}

function textTable(table: Table): string {
  const cells = [
    [table.corner, ...table.columns.map(({ name }) => name)],
    ...table.rows.map(({ name, cells: row }) => [
      name,
      ...table.columns.map(({ metric }, at) => plainCell(row[at] ?? null, metric)),
    ]),
  ];
  const widths = table.columns.map((_, at) => Math.max(...cells.map((row) => displayWidth(row[at + 1] ?? ""))));
  const first = Math.max(...cells.map(([name = ""]) => displayWidth(name)));
  const lines = cells.map(([name = "", ...row]) => {
    const label = name + " ".repeat(first - displayWidth(name));
    const numbers = row.map((cell, at) => " ".repeat((widths[at] ?? 0) - displayWidth(cell)) + cell);
    return `  ${[label, ...numbers].join("  ")}`.trimEnd();
  });
  return `${table.title}${seedsNote(table)}\n${lines.join("\n")}\n`;
}

function markdownTable(table: Table): string {
  const bold = table.columns.map((_, at) => bestOf(table, at));
  const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const lines = table.rows.map(({ name, cells }, at) => {
    const texts = table.columns.map(({ metric }, column) => plainCell(cells[column] ?? null, metric));
    return row([name, ...texts.map((text, column) => (bold[column]?.[at] === true ? `**${text}**` : text))]);
  });
  const head = row([table.corner, ...table.columns.map(({ name }) => name)]);
  const rule = `| --- |${table.columns.map(() => " --: |").join("")}`;
  const title = `${table.title[0]?.toUpperCase()}${table.title.slice(1)}`;
  return `${title}${seedsNote(table)}:\n\n${[head, rule, ...lines].join("\n")}\n`;
}

/** Numbers at full precision; of each column the mean, the deviation and the number of seeds. */
function csvTable(table: Table): string {
  const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const head = ["table", "row", "column", "metric", "mean", "deviation", "seeds"];
  const lines = table.rows.flatMap(({ name, cells }) =>
    table.columns.map((column, at) => {
      const cell = cells[at];
      const numbers = cell === null || cell === undefined ? ["", "", ""] : [cell.mean, cell.deviation ?? "", cell.count];
      return [table.title, name, column.name, column.metric, ...numbers.map(String)].map(quoted).join(",");
    }),
  );
  return `${[head.join(","), ...lines].join("\n")}\n`;
}

/** For the package booktabs; the best of a column is bold. */
function latexTable(table: Table): string {
  const bold = table.columns.map((_, at) => bestOf(table, at));
  const lines = table.rows.map(({ name, cells }, at) => {
    const texts = table.columns.map(({ metric }, column) => {
      const { mean, deviation } = cellTexts(cells[column] ?? null, metric);
      const best = bold[column]?.[at] === true ? `\\textbf{${mean}}` : mean.replace("–", "--");
      return deviation === undefined ? best : `${best} {\\small$\\pm$ ${deviation}}`;
    });
    return `${[escaped(name), ...texts].join(" & ")} \\\\`;
  });
  return `\\begin{table}
\\centering
\\caption{${escaped(`${table.title}${seedsNote(table)}`)}}
\\begin{tabular}{l${"r".repeat(table.columns.length)}}
\\toprule
${[table.corner, ...table.columns.map(({ name }) => escaped(name))].join(" & ")} \\\\
\\midrule
${lines.join("\n")}
\\bottomrule
\\end{tabular}
\\end{table}
`;
}

const latexMarks: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "↑": "$\\uparrow$",
  "↓": "$\\downarrow$",
  "±": "$\\pm$",
  "–": "--",
  "×": "$\\times$",
};

function escaped(text: string): string {
  return text.replaceAll(/[\\~^↑↓±–×%&#_{}$]/g, (mark) => latexMarks[mark] ?? `\\${mark}`);
}

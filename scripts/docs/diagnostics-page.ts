// docs/diagnostics.md, from the records: what `mmx explain` prints, all on one page.
import { type AnyDiagnosticRecord, withOverrides } from "../../src/compiler/diagnostics/explain.ts";
import { allDiagnostics } from "../../src/compiler/diagnostics/records/index.ts";
import { fenced, generatedBy, page, table } from "./markdown.ts";

const families: readonly (readonly [string, string])[] = [
  ["MMX1", "Syntax"],
  ["MMX2", "Names, types and shapes"],
  ["MMX3", "Models and losses"],
  ["MMX4", "Data"],
  ["MMX5", "Training and evaluation"],
  ["MMX6", "Lints"],
];

export function diagnosticsPage(): string {
  const records = [...allDiagnostics].sort((one, other) => (one.code < other.code ? -1 : 1));
  return page(
    generatedBy("scripts/docs/diagnostics-page.ts"),
    "# Diagnostics",
    "Everything that mmx refuses or warns about, each with a spec that has the fault and the spec mended. `mmx explain CODE` prints one.",
    ...families.flatMap(([prefix, title]) => {
      const members = records.filter(({ code }) => code.startsWith(prefix));
      if (members.length === 0) return [];
      return [
        `## ${title}`,
        table(
          ["code", "name", ""],
          members.map(({ code, slug, severity }) => [`[${code}](#${code.toLowerCase()}-${slug})`, slug, severity]),
        ),
        ...members.map(section),
      ];
    }),
  );
}

function section(record: AnyDiagnosticRecord): string {
  const { code, slug, severity, why, bad, good, around } = record;
  const refused = `${severity === "error" ? "Refused" : "Warned about"}${withOverrides(record)}:`;
  const beside = Object.entries(around?.files ?? {}).flatMap(([path, text]) => [`with \`${path}\` beside it:`, fenced(text)]);
  return [`### ${code} ${slug}`, why, refused, fenced(bad, "mmx"), ...beside, "Right:", fenced(good, "mmx")].join("\n\n");
}

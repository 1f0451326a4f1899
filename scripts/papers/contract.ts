// What an example says about its tables: `examples/PAPER/tables.json`. The README beside this file describes it; the schema here
// is what the file is checked against.
import { readFile } from "node:fs/promises";
import { type JsonSchema, parseJson } from "../../src/compiler/schemas/validate.ts";

/** A command that makes data before anything is trained. */
export interface Preparation {
  readonly run: readonly string[];
  /** Files that must be there; where one is not, the command and what reads its products are left out. */
  readonly needs?: readonly string[];
  /** Files that it writes; where all are there it is not run again. */
  readonly makes: readonly string[];
}

/** Settings of a test run that only proves that everything fits together. */
export interface QuickSweep {
  readonly seeds?: string;
  readonly set?: Readonly<Record<string, string>>;
}

/** Trainings of one spec on one set of data files: variants x grid x seeds. */
export interface Sweep {
  /** Relative to the example's folder. */
  readonly spec: string;
  /** By data block; the spec's own files where left out. */
  readonly data?: Readonly<Record<string, string>>;
  /** `1-5`, `1,4,9`; default what the spec says. */
  readonly seeds?: string;
  /** Every combination of these values. */
  readonly set?: Readonly<Record<string, readonly string[]>>;
  /** Settings that go together, by the name that the table's row has; `{}` is the spec as it stands. */
  readonly variants?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly quick?: QuickSweep;
}

/** A program whose output stands in the README. */
export interface Command {
  readonly run: readonly string[];
  readonly needs?: readonly string[];
  /** `text` is set as preformatted text, `markdown` as it is. */
  readonly gives: "text" | "markdown";
  /** Arguments added in a quick run. */
  readonly quick?: readonly string[];
}

/** A table made from sweeps. */
export interface SweepTable {
  readonly sweeps: readonly string[];
  readonly metrics: readonly string[];
  /** What the columns are: metrics (default), rates missing, modalities kept, or the sweeps with their mean. */
  readonly by?: "metric" | "rate" | "subset" | "sweep";
}

export interface Contract {
  readonly prepare?: readonly Preparation[];
  readonly sweeps?: Readonly<Record<string, Sweep>>;
  readonly commands?: Readonly<Record<string, Command>>;
  readonly tables?: Readonly<Record<string, SweepTable>>;
}

const text = { type: "string", minLength: 1 } as const;
const texts = { type: "array", items: text } as const;
const words = { type: "array", items: text, minItems: 1 } as const;
const settings = { type: "object", additionalProperties: text } as const;
const closed = (properties: Readonly<Record<string, unknown>>, required: readonly string[]) => ({
  type: "object",
  additionalProperties: false,
  required,
  properties,
});
const named = (schema: unknown) => ({ type: "object", propertyNames: { pattern: "^[a-z0-9-]+$" }, additionalProperties: schema });

export const contractSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "mmx tables of an example",
  ...closed(
    {
      prepare: { type: "array", items: closed({ run: words, needs: texts, makes: words }, ["run", "makes"]) },
      sweeps: named(
        closed(
          {
            spec: text,
            data: settings,
            seeds: text,
            set: { type: "object", additionalProperties: words },
            variants: { type: "object", minProperties: 1, additionalProperties: settings },
            quick: closed({ seeds: text, set: settings }, []),
          },
          ["spec"],
        ),
      ),
      commands: named(
        closed({ run: words, needs: texts, gives: { enum: ["text", "markdown"] }, quick: texts }, ["run", "gives"]),
      ),
      tables: named(
        closed({ sweeps: words, metrics: words, by: { enum: ["metric", "rate", "subset", "sweep"] } }, ["sweeps", "metrics"]),
      ),
    },
    [],
  ),
};

/** Reads and checks a `tables.json`. Raises `JsonError`; raises `Error` where a table names a sweep that is not there. */
export async function readContract(path: string): Promise<Contract> {
  const contract = await parseJson<Contract>(contractSchema, await readFile(path, "utf8"), path);
  for (const [name, { sweeps }] of Object.entries(contract.tables ?? {})) {
    const absent = sweeps.filter((sweep) => contract.sweeps?.[sweep] === undefined);
    if (absent.length > 0) throw new Error(`${path}: table ${name} reads ${absent.join(", ")}, which “sweeps” does not have`);
  }
  const both = Object.keys(contract.tables ?? {}).filter((name) => contract.commands?.[name] !== undefined);
  if (both.length > 0)
    throw new Error(`${path}: ${both.join(", ")} is a table and a command; a name in the README means one of them`);
  return contract;
}

// A pipeline over many inputs: a JSON line an input, appended as each is done, so that a run that was stopped goes on.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { type JsonSchema, parseJson } from "../../compiler/schemas/validate.ts";
import type { OpenPipeline } from "./open.ts";
import { runPipeline, sha256, traceJson } from "./run-pipeline.ts";
import { ServiceError, type WireRecord } from "./service.ts";

/** The first line: what the others came from. Lines of another making are never mixed with these. */
export interface ManyHeader {
  readonly pipeline: string;
  readonly made: string;
  readonly seed: number;
  readonly services: Readonly<Record<string, string>>;
  readonly memories: Readonly<Record<string, string>>;
}

const headerSchema: JsonSchema = {
  type: "object",
  required: ["pipeline", "made", "seed", "services", "memories"],
  properties: { pipeline: { type: "string" }, made: { type: "string" }, seed: { type: "integer" } },
};

export interface ManyOptions {
  readonly open: OpenPipeline;
  readonly inputs: readonly WireRecord[];
  readonly seed: number;
  /** Outputs wanted; all where undefined. */
  readonly only: readonly string[] | undefined;
  readonly out: string;
  /** The spec's texts, the overrides: whatever else decides what comes out. */
  readonly texts: readonly string[];
  readonly done: (count: number) => void;
}

/** Runs what is not there yet; gives how many lines the file has. Throws where the file was made otherwise. */
export async function runMany(options: ManyOptions): Promise<number> {
  const { open, inputs, seed, only, out, texts } = options;
  const identities = (opened: ReadonlyMap<string, { readonly identity: string }>): Record<string, string> =>
    Object.fromEntries([...opened].map(([name, { identity }]) => [name, identity]));
  const header: ManyHeader = {
    pipeline: open.pipeline.name,
    made: sha256(JSON.stringify([texts, only ?? null])),
    seed,
    services: identities(open.services),
    memories: identities(open.memories),
  };
  let known = 0;
  if (existsSync(out)) {
    // A line that was not finished when the run was stopped is run again.
    const text = readFileSync(out, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole !== text) writeFileSync(out, whole);
    const lines = whole.split("\n").filter((line) => line !== "");
    const before = await parseJson<ManyHeader>(headerSchema, lines[0] ?? "", out);
    if (JSON.stringify(before) !== JSON.stringify(header)) {
      throw new ServiceError(open.pipeline.name, `was run otherwise in ${out}`, `Remove ${out}, or choose another --out.`);
    }
    known = lines.length - 1;
  } else writeFileSync(out, `${JSON.stringify(header)}\n`);
  for (const [at, input] of inputs.entries()) {
    if (at < known) continue;
    const { outputs } = await runPipeline(open, input, seed, only);
    const values = Object.fromEntries([...outputs].map(([name, value]) => [name, traceJson(value)]));
    appendFileSync(out, `${JSON.stringify(values)}\n`);
    options.done(at + 1);
  }
  return Math.max(known, inputs.length);
}

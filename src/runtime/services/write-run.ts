// What a run of a pipeline leaves: a file an output and the trace, all of them or none.
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { CompiledPipeline } from "../../compiler/pipeline/graph.ts";
import { type JsonSchema, parseJson } from "../../compiler/schemas/validate.ts";
import type { OpenPipeline } from "./open.ts";
import { type PipelineRun, sha256, traceJson } from "./run-pipeline.ts";
import { isFile, type WireRecord, type WireValue } from "./service.ts";

const stepSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["step", "of", "given", "gave"],
  properties: { step: { type: "string" }, name: { type: "string" }, of: { type: "string" }, given: { type: "object" }, gave: {} },
};

const textsSchema: JsonSchema = { type: "object", additionalProperties: { type: "string" } };

const traceSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "trace of a pipeline's run",
  type: "object",
  additionalProperties: false,
  required: ["pipeline", "spec", "overrides", "seed", "services", "memories", "input", "steps", "files"],
  properties: {
    pipeline: { type: "string" },
    spec: textsSchema,
    overrides: textsSchema,
    seed: { type: "integer" },
    services: textsSchema,
    memories: textsSchema,
    input: { type: "object" },
    steps: { type: "array", items: stepSchema },
    files: textsSchema,
  },
};

export interface RunRecord {
  readonly open: OpenPipeline;
  readonly run: PipelineRun;
  readonly input: WireRecord;
  readonly seed: number;
  readonly overrides: Readonly<Record<string, string>>;
  /** The spec's files: path as shown, and text. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

/** Writes the outputs and `trace.json` into a folder; gives the names of the files. */
export async function writeRun(folder: string, record: RunRecord): Promise<readonly string[]> {
  const { open, run } = record;
  const names = fileNames(open.pipeline);
  const files = new Map<string, Uint8Array>();
  for (const [output, value] of run.outputs) files.set(names.get(output) ?? output, bytesOf(value));
  const checksums = Object.fromEntries([...files].map(([name, bytes]) => [name, sha256(bytes)]));
  const trace = `${JSON.stringify(traceOf(record, checksums), undefined, 2)}\n`;
  await parseJson(traceSchema, trace, "trace.json");
  files.set("trace.json", Buffer.from(trace));
  const target = resolve(folder);
  await mkdir(dirname(target), { recursive: true });
  const partial = await mkdtemp(join(dirname(target), ".mmx-run-"));
  try {
    for (const [name, bytes] of files) await writeFile(join(partial, name), bytes);
    await mkdir(target, { recursive: true });
    for (const name of files.keys()) await rename(join(partial, name), join(target, name));
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return [...files.keys()];
}

/**
 * `reply.txt`, `reply.wav`, `reply.mp4`, `reply.png` for the one output of its type, and an output's own name where a type has
 * several or it is a label or something else.
 */
function fileNames({ outputs }: CompiledPipeline): ReadonlyMap<string, string> {
  const extensions: Readonly<Record<string, string>> = { text: "txt", audio: "wav", video: "mp4", image: "png" };
  return new Map(
    outputs.map(({ name, type }) => {
      const { kind } = type.base;
      const single = outputs.filter((other) => other.type.base.kind === kind).length === 1;
      const extension = extensions[kind];
      if (extension !== undefined) return [name, `${single ? "reply" : name}.${extension}`];
      return [name, kind === "label" ? `${name}.txt` : `${name}.json`];
    }),
  );
}

function bytesOf(value: WireValue): Uint8Array {
  if (isFile(value)) return value.bytes;
  return Buffer.from(typeof value === "string" ? `${value}\n` : `${JSON.stringify(traceJson(value))}\n`);
}

function traceOf({ open, run, input, seed, overrides, files }: RunRecord, checksums: Readonly<Record<string, string>>): object {
  const identities = (opened: ReadonlyMap<string, { readonly identity: string }>): Record<string, string> =>
    Object.fromEntries([...opened].map(([name, { identity }]) => [name, identity]));
  return {
    pipeline: open.pipeline.name,
    spec: Object.fromEntries(files.map(({ path, text }) => [path, `sha256:${sha256(text)}`])),
    overrides,
    seed,
    services: identities(open.services),
    memories: identities(open.memories),
    input: traceJson(input),
    steps: run.steps,
    files: checksums,
  };
}

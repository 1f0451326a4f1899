// What several verbs begin with: check a spec and show what is wrong, find its data files, check their headers against it.
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { CompiledModel, CompiledSpec, DataSchema } from "../compiler/compiled.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import type { Sources } from "../compiler/diagnostics/render.ts";
import type { Host } from "../compiler/host.ts";
import type { Context } from "./context.ts";
import { renderOptions } from "./context.ts";
import { CommandError, exitCode, usageError } from "./failure.ts";
import { nodeHost } from "./host.ts";
import { projectData } from "./project.ts";

export interface CheckedSpec {
  readonly path: string;
  readonly compiled: CompiledSpec;
  readonly sources: Sources;
}

/** The spec or its data have errors, and they have been shown. */
export class FaultySpec extends CommandError {
  constructor(path: string, count: number) {
    super(`${path} has ${count} error${count === 1 ? "" : "s"}.`, undefined, exitCode.faulty);
  }
}

/** Checks a spec on disk; warnings and errors go to standard error. Throws `FaultySpec` where it has errors. */
export async function checkedSpec(
  path: string,
  overrides: Readonly<Record<string, string>>,
  context: Context,
): Promise<CheckedSpec> {
  const host = nodeHost(context.terminal.folder);
  if (host.read(path) === undefined) {
    throw usageError(`${path}: there is no such spec.`, "Check the path; `mmx init` writes a spec to start from.");
  }
  return checkedOn(host, path, overrides, context);
}

/** Checks a spec on any host. */
export async function checkedOn(
  host: Host,
  path: string,
  overrides: Readonly<Record<string, string>>,
  context: Context,
): Promise<CheckedSpec> {
  const { checkSpec } = await import("../compiler/check/index.ts");
  const { diagnostics, compiled, sources } = checkSpec(host, path, { overrides });
  await show(diagnostics, sources, context);
  if (compiled === undefined) throw new FaultySpec(path, countErrors(diagnostics));
  return { path, compiled, sources };
}

/** Draws diagnostics on standard error. */
export async function show(diagnostics: readonly Diagnostic[], sources: Sources, context: Context): Promise<void> {
  if (diagnostics.length === 0) return;
  const { renderAll } = await import("../compiler/diagnostics/render.ts");
  context.terminal.writeError(`${renderAll(diagnostics, sources, renderOptions(context))}\n\n`);
}

const countErrors = (diagnostics: readonly Diagnostic[]): number =>
  diagnostics.filter(({ severity }) => severity === "error").length;

/**
 * The path of every data block's file: `--data NAME=PATH`, relative to the working folder, else the project file's, else the
 * block's `file`, relative to the spec. Blocks with none are left out. Throws a usage error for a name that is no data block.
 */
export async function dataPaths(
  spec: CheckedSpec,
  given: Readonly<Record<string, string>>,
  folder: string,
): Promise<Record<string, string>> {
  const { compiled, path } = spec;
  const names = compiled.data.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const { closest } = await import("../compiler/diagnostics/suggest.ts");
    const meant = closest(name, names);
    const has = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
    throw usageError(
      `--data ${name}=…: ${path} has no data block ${name}; ${has}.`,
      meant === undefined ? undefined : `Did you mean --data ${meant}=…?`,
    );
  }
  const paths: Record<string, string> = {};
  const project = await projectData(path, folder);
  for (const schema of compiled.data) {
    const override = given[schema.name];
    if (override !== undefined) {
      if (!existsSync(resolve(folder, override))) throw usageError(`--data ${schema.name}=${override}: there is no such file.`);
      paths[schema.name] = resolve(folder, override);
    } else if (project[schema.name] !== undefined) paths[schema.name] = project[schema.name] as string;
    else if (schema.file !== undefined) paths[schema.name] = join(dirname(resolve(folder, path)), schema.file);
  }
  return paths;
}

export interface HeaderFindings {
  readonly diagnostics: readonly Diagnostic[];
  /** Sizes that the files bind: `{ Ft: 100 }`. */
  readonly sizes: Readonly<Record<string, number>>;
}

export interface HeaderOptions {
  /** Sizes bound already. */
  readonly known?: Readonly<Record<string, number>>;
  /** False for prediction: columns of targets and of the split may be missing. */
  readonly needsTargets?: boolean;
  /** Paths are shown relative to this folder. */
  readonly folder: string;
}

/** Compares data blocks with the heads of their files, where those are there; no value is read. */
export async function checkHeaders(
  spec: CheckedSpec,
  paths: Readonly<Record<string, string>>,
  options: HeaderOptions,
): Promise<HeaderFindings> {
  let sizes = options.known ?? {};
  const present = spec.compiled.data.flatMap((schema) => {
    const path = paths[schema.name];
    return path !== undefined && existsSync(path) ? [{ schema, path }] : [];
  });
  if (present.length === 0) return { diagnostics: [], sizes };
  const { readHeader } = await import("../runtime/data/formats/index.ts");
  const { checkHeader } = await import("../compiler/data/check-header.ts");
  const { headerWithEncodings } = await import("../runtime/data/encoders/columns.ts");
  const { dimensions } = spec.compiled;
  const needsTargets = options.needsTargets ?? true;
  const diagnostics: Diagnostic[] = [];
  for (const { schema, path } of present) {
    const stored = { ...(await readHeader(path)), path: relative(options.folder, path) };
    const foreseen = await headerWithEncodings(schema, stored, dirname(resolve(options.folder, spec.path)));
    const found = checkHeader(schema, foreseen.header, { dimensions, sizes, needsTargets });
    diagnostics.push(...foreseen.diagnostics, ...found.diagnostics);
    sizes = { ...sizes, ...found.sizes };
  }
  return { diagnostics, sizes };
}

/** The data block that a verb needs where it can do with one only. */
export function onlyData(spec: CheckedSpec, asked: string | undefined): DataSchema {
  const { data } = spec.compiled;
  const names = data.map(({ name }) => name).join(", ");
  if (asked !== undefined) {
    const found = data.find(({ name }) => name === asked);
    if (found === undefined)
      throw usageError(`${spec.path} has no data block ${asked}; it has ${names === "" ? "none" : names}.`);
    return found;
  }
  const [first, second] = data;
  if (first === undefined) throw usageError(`${spec.path} has no data block.`);
  if (second !== undefined) throw usageError(`${spec.path} has several data blocks: ${names}.`, "Choose one with --block NAME.");
  return first;
}

/** The model of that name; else the one that is trained, or the first. Throws a usage error where there is none. */
export function chosenModel(spec: CheckedSpec, asked: string | undefined): CompiledModel {
  const { models, train } = spec.compiled;
  const names = models.map(({ name }) => name).join(", ");
  const found =
    asked === undefined
      ? (models.find(({ name }) => name === train?.model) ?? models[0])
      : models.find(({ name }) => name === asked);
  if (found !== undefined) return found;
  throw usageError(
    asked === undefined
      ? `${spec.path} has no model.`
      : `${spec.path} has no model ${asked}; it has ${names === "" ? "none" : names}.`,
  );
}

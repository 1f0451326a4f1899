// Loads the data that a spec's training, evaluation or prediction needs, and shows what does not fit.
import { dirname, relative, resolve } from "node:path";
import type { CompiledSpec } from "../compiler/compiled.ts";
import type { Dataset, Statistics } from "../runtime/data/dataset.ts";
import type { Context } from "./context.ts";
import { usageError } from "./failure.ts";
import { type CheckedSpec, checkHeaders, dataPaths, FaultySpec, type HeaderOptions, show } from "./spec.ts";

export interface LoadSettings {
  /** `--data NAME=PATH`. */
  readonly given: Readonly<Record<string, string>>;
  /** The data blocks to load. */
  readonly blocks: readonly string[];
  /** Statistics by data block, of a finished training; else they are fitted. */
  readonly statistics?: Readonly<Record<string, Statistics>>;
  /** Sizes bound already, by the run that is continued. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** `optional` for prediction. */
  readonly targets?: "required" | "optional";
}

/** The data blocks that training and evaluation read, without doubles. */
export function blocksOf(spec: CompiledSpec): string[] {
  const trained = Object.values(spec.train?.on ?? {}).flat();
  const evaluated = Object.values(spec.evaluate?.on ?? {}).map(({ data }) => data);
  return [...new Set([...trained, ...evaluated])];
}

/** Datasets by block. Diagnostics about the data are shown; with errors among them this throws `FaultySpec`. */
export async function loadDatasets(
  spec: CheckedSpec,
  settings: LoadSettings,
  context: Context,
): Promise<Record<string, Dataset>> {
  const { folder } = context.terminal;
  const paths = await dataPaths(spec, settings.given, folder);
  const missing = settings.blocks.filter((name) => paths[name] === undefined);
  if (missing.length > 0) {
    throw usageError(
      `data ${missing.join(", ")} has no file.`,
      `Give it with ${missing.map((name) => `--data ${name}=PATH`).join(" ")}, or make data up with: mmx data synth ${spec.path}`,
    );
  }
  const known = settings.sizes ?? {};
  const wanted = Object.fromEntries(settings.blocks.map((name) => [name, paths[name] ?? ""]));
  await requireFittingHeaders(spec, wanted, { known, needsTargets: settings.targets !== "optional", folder }, context);
  const { loadDataset } = await import("../runtime/data/load.ts");
  const { DataProblem } = await import("../runtime/data/dataset.ts");
  const { encodingDisplay } = await import("./encoding.ts");
  const datasets: Record<string, Dataset> = {};
  let sizes = known;
  for (const name of settings.blocks) {
    const schema = spec.compiled.data.find((block) => block.name === name);
    if (schema === undefined) throw new RangeError(`no data block ${name}`);
    try {
      const statistics = settings.statistics?.[name];
      const dataset = await loadDataset(schema, paths[name] ?? "", {
        dimensions: spec.compiled.dimensions,
        sizes,
        specFolder: dirname(resolve(folder, spec.path)),
        encoding: encodingDisplay(context),
        ...(statistics === undefined ? {} : { statistics }),
        ...(settings.targets === undefined ? {} : { targets: settings.targets }),
      });
      await show(dataset.warnings, spec.sources, context);
      sizes = { ...sizes, ...dataset.sizes };
      datasets[name] = dataset;
    } catch (error) {
      if (!(error instanceof DataProblem)) throw error;
      await show(error.diagnostics, spec.sources, context);
      throw new FaultySpec(relative(folder, paths[name] ?? "") || name, error.diagnostics.length);
    }
  }
  return datasets;
}

/** Compares the heads of the files with the spec before anything is loaded; throws `FaultySpec` where one does not fit. */
async function requireFittingHeaders(
  spec: CheckedSpec,
  paths: Readonly<Record<string, string>>,
  options: HeaderOptions,
  context: Context,
): Promise<void> {
  const { diagnostics } = await checkHeaders(spec, paths, options);
  await show(diagnostics, spec.sources, context);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  if (errors > 0) throw new FaultySpec(spec.path, errors);
}

// The checker's entrance: a spec's text in, its diagnostics and everything the runtime needs out.

import type { CompiledModel, CompiledSpec } from "../compiled.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { unusedField } from "../diagnostics/records/lints/unused-field.ts";
import type { Host } from "../host.ts";
import type { SymbolicGraph } from "../ir/graph.ts";
import { loadProgram } from "../names/load.ts";
import { eliminateDead } from "../passes/dead.ts";
import { compilePipelines } from "../pipeline/index.ts";
import type { EvaluateItem, TrainItem } from "../syntax/ast.ts";
import { diagnosticSink, localNode, newElaboration, report } from "./context.ts";
import { withoutEchoes } from "./echoes.ts";
import { compileEvaluation, evaluateSettings } from "./evaluation.ts";
import { checkModules } from "./generic.ts";
import { type ElaboratedModel, elaborateModel, inputsOf } from "./model.ts";
import { declareProgram, type Program, reportUnusedOverrides } from "./program.ts";
import { compileTraining, stageSettings, trainSettings } from "./train.ts";
import { numberValue } from "./values.ts";

export interface CheckOptions {
  /** `--set` overrides: `D` or `tau`, `train.batch`, `train.on.source`, `stage.joint.epochs`, `evaluate.seeds`. */
  readonly overrides?: Readonly<Record<string, string>>;
  /**
   * False where nothing is going to run: the compiled graphs then come without optimiser steps and with their dead nodes, which
   * saves a fifth of the time and changes no diagnostic. Default true.
   */
  readonly runnable?: boolean;
}

export interface CheckResult {
  /** Sorted by place; errors and warnings. */
  readonly diagnostics: readonly Diagnostic[];
  /** Present exactly where there is no error. */
  readonly compiled: CompiledSpec | undefined;
  /** The text of every file that a diagnostic can point into. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Checks the spec at a path of the host. Throws where the host has no such file. */
export function checkSpec(host: Host, path: string, options: CheckOptions = {}): CheckResult {
  const text = host.read(path);
  if (text === undefined) throw new Error(`there is no file ${path}`);
  const { overrides = {}, runnable = true } = options;
  const sink = diagnosticSink();
  const loaded = loadProgram(host, path, text, (diagnostic) => sink.report(diagnostic));
  const dimensions = new Map();
  const constants = newElaboration(sink, "", false, dimensions);
  constants.path = [];
  const program = declareProgram(host, loaded, sink, overrides, {
    training: false,
    elaboration: constants,
    scalar: () => numberValue(1),
  });
  const models: ElaboratedModel[] = [];
  for (const item of program.models) {
    const model = elaborateModel(host, loaded, sink, overrides, item.name.text, false);
    if (model !== undefined) models.push(model);
  }
  checkModules(program, models);
  const train =
    program.train === undefined
      ? undefined
      : compileTraining({
          program,
          item: program.train,
          elaborate: () => elaborateModel(host, loaded, sink, overrides, program.train?.model.text ?? "", true),
          runnable,
        });
  const evaluated = models.find((model) => model.item.name.text === program.evaluate?.model.text);
  const evaluate =
    program.evaluate === undefined || evaluated === undefined
      ? undefined
      : compileEvaluation(program, program.evaluate, evaluated);
  const pipelines = compilePipelines({
    items: [...loaded.files.values()].flatMap(({ path: from, ast }) => (from.startsWith("std.") ? [] : ast.items)),
    constants: constantsOf(program),
    sourceOf: (file) => loaded.files.get(file)?.text ?? "",
    report: (diagnostic) => sink.report(diagnostic),
  });
  lintFields(program, models);
  reportUnusedOverrides(program, knownOverrides(program, models));
  const failed = sink.all.some((diagnostic) => diagnostic.severity === "error");
  // A lint about something that an error left half-checked would be a second message for one cause.
  const shown = failed ? sink.all.filter((diagnostic) => diagnostic.severity === "error") : sink.all;
  const sources = new Map([...loaded.files.values()].map((file) => [file.path, file.text]));
  const diagnostics = withoutEchoes(shown, sources).toSorted((a, b) => a.span.start - b.span.start);
  const compiled: CompiledSpec = {
    files: [
      ...[...loaded.files.values()]
        .filter((file) => !file.path.startsWith("std."))
        .map((file) => ({ path: file.path, text: file.text })),
      ...[...loaded.extensions].map(([path, text]) => ({ path, text })),
    ],
    data: [...program.data.values()],
    models: models.map((model) => compiledModel(model, runnable ? eliminateDead : (graph) => graph)),
    train,
    evaluate,
    pipelines,
    dimensions: [...(models[0]?.e.dimensions ?? dimensions).values()],
  };
  return { diagnostics, compiled: failed ? undefined : compiled, sources };
}

/** Numbers and texts at the top of the spec and of what it uses, as a pipeline reads them. */
function constantsOf(program: Program): ReadonlyMap<string, number | string> {
  const found = new Map<string, number | string>();
  for (const [name, { value }] of program.scope.bindings) {
    if (value.kind === "number" || (value.kind === "string" && !program.data.has(name))) found.set(name, value.value);
  }
  return found;
}

function compiledModel(model: ElaboratedModel, prune: (graph: SymbolicGraph) => SymbolicGraph): CompiledModel {
  const { e, item } = model;
  const predictions: Record<string, number> = {};
  for (const prediction of model.predictions) predictions[`predict.${prediction.name}`] = prediction.node;
  const outputs: Record<string, number> = { ...predictions };
  // A loss on a bank's rows exists for training samples only: no other sample has a row.
  const losses = [...model.losses].filter(
    ([, { value }]) => !inputsOf(e.root.builder.nodes, localNode(e, value)).some(({ input }) => input.endsWith("#index")),
  );
  for (const [name, { value }] of losses) outputs[`loss.${name}`] = localNode(e, value);
  return {
    name: item.name.text,
    doc: item.doc,
    parameters: model.parameters,
    variables: [...e.variables.values()],
    losses: losses.map(([name]) => name),
    predictions: model.predictions.map(({ name, parameter, field, task }) => ({ name, parameter, field, task })),
    evaluation: prune(e.root.builder.finish(outputs)),
    prediction: prune(e.root.builder.finish(predictions)),
    values: e.values.map(({ path, type, span }) => ({ path, type, span })),
  };
}

/** A field that no model reads: a modality left out by mistake. */
function lintFields(program: Program, models: readonly ElaboratedModel[]): void {
  if (models.length === 0 || program.sink.all.some((diagnostic) => diagnostic.severity === "error")) return;
  const read = new Set(models.flatMap((model) => [...model.e.fieldsRead]));
  const predicted = new Set(models.flatMap((model) => model.predictions.map((prediction) => prediction.field.span)));
  const withheld = new Set(
    models.flatMap((model) => model.parameters.flatMap(({ data, without }) => without.map((field) => `${data}.${field}`))),
  );
  const used = new Set(models.flatMap((model) => model.parameters.map((parameter) => parameter.data)));
  for (const schema of program.data.values()) {
    if (!used.has(schema.name)) continue;
    for (const field of schema.fields) {
      if (
        field.role === "id" ||
        withheld.has(`${schema.name}.${field.name}`) ||
        read.has(`${schema.name}.${field.name}`) ||
        predicted.has(field.span)
      )
        continue;
      report(program.constants, unusedField, { span: field.span, name: field.name, data: schema.name });
    }
  }
}

function knownOverrides(program: Program, models: readonly ElaboratedModel[]): readonly string[] {
  const constants = program.loaded.main.ast.items.flatMap((item) =>
    item.kind === "constant" || (item.kind === "dim" && item.size !== undefined) ? [item.name.text] : [],
  );
  const stages = program.train?.stages.flatMap((stage) => stageSettings.map((key) => `stage.${stage.name.text}.${key}`)) ?? [];
  return [
    ...constants,
    ...trainSettings.map((key) => `train.${key}`),
    ...dataKeys("train", program.train, models),
    ...stages,
    ...evaluateSettings.map((key) => `evaluate.${key}`),
    ...dataKeys("evaluate", program.evaluate, models),
  ];
}

/** `train.on.source`: the data blocks of each parameter that the block names. */
function dataKeys(
  block: "train" | "evaluate",
  item: TrainItem | EvaluateItem | undefined,
  models: readonly ElaboratedModel[],
): readonly string[] {
  const model = models.find((candidate) => candidate.item.name.text === item?.model.text);
  return (item?.on ?? []).flatMap(({ parameter }) => {
    const name = parameter?.text ?? model?.parameters[0]?.name;
    return name === undefined ? [] : [`${block}.on.${name}`];
  });
}

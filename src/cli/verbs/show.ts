// `mmx show shapes|params|graph|plan`: what a spec compiles to, for reading; nothing is trained.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Argument, type Command, Option } from "commander";
import type { CompiledModel } from "../../compiler/compiled.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import type { CompiledPipeline } from "../../compiler/pipeline/graph.ts";
import type { Act, Context } from "../context.ts";
import { examples } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { exitCode, usageError } from "../failure.ts";
import { collectPairs, numbers } from "../settings.ts";
import { type CheckedSpec, checkedSpec, checkHeaders, chosenModel, dataPaths } from "../spec.ts";
import { columns, counted, grouped } from "../text.ts";

interface ShowOptions {
  readonly model?: string;
  readonly set: Record<string, string>;
  readonly data: Record<string, string>;
  readonly size: Record<string, string>;
  readonly stage?: string;
  readonly out?: string;
  readonly dot?: boolean;
}

export function addShow(program: Command, act: Act): void {
  const subjects = { shapes: showShapes, params: showParameters, graph: showGraph, plan: showPlan };
  program
    .command("show")
    .summary("show a spec's shapes, weights, picture or plan")
    .description(
      "shapes: every named value with its type. params: the weights by path, and how many numbers they hold. graph: a picture, as\n" +
        "SVG, of what a training step of the model computes, or of a pipeline and its services. A box is a call of a module, with all\n" +
        "steps that belong to it; a module that branches is a frame, as long as that gives no more boxes than a page holds. A bank is\n" +
        "a cylinder, written along dashed arrows. plan: the steps of one static graph, with its cost.\n" +
        "Sizes that the data decide are read from the head of the data file where there is one, or given with --size.",
    )
    .addArgument(new Argument("<what>", "what to show").choices(Object.keys(subjects)))
    .argument("<spec>", "the spec")
    .option("--model <name>", "the model or pipeline, where the spec has several")
    .option("--set <name=value>", "override a constant of the spec; may be given again", collectPairs("--set", "D=64"), {})
    .option("--data <name=path>", "the file of a data block; may be given again", collectPairs("--data", "clips=clips.npz"), {})
    .option("--size <name=number>", "a size that the data decide; may be given again", collectPairs("--size", "Ft=300"), {})
    .option("--out <file>", "graph: write the SVG there instead of to standard output")
    .addOption(new Option("--dot", "graph: the Graphviz text instead of the SVG"))
    .option("--stage <name>", "plan: that training stage instead of the prediction")
    .addHelpText(
      "after",
      examples(
        "mmx show shapes model.mmx",
        "mmx show graph model.mmx --out model.svg",
        "mmx show plan model.mmx --size Ft=20 --size Fa=12 --size B=32",
      ),
    )
    .action((what: keyof typeof subjects, path: string, options: ShowOptions, command: Command) =>
      act(command, async (context) => {
        const spec = await checkedSpec(path, options.set, context);
        const pipeline = what === "graph" ? chosenPipeline(spec, options.model) : undefined;
        if (pipeline !== undefined) return showPipeline(pipeline, options, context);
        return subjects[what](spec, chosenModel(spec, options.model), options, context);
      }),
    );
}

async function showShapes(spec: CheckedSpec, model: CompiledModel, _options: ShowOptions, context: Context): Promise<ExitCode> {
  const { positionAt } = await import("../../compiler/source/span.ts");
  const rows = model.values.map(({ path, type, span }) => {
    const text = spec.sources.get(span.file);
    return { path, type, file: span.file, line: text === undefined ? undefined : positionAt(text, span.start).line };
  });
  if (context.json) context.terminal.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  else {
    const cells = rows.map(({ path, type, file, line }) => [path, type, file === spec.path ? `line ${line}` : `${file}:${line}`]);
    context.terminal.write(`${columns(cells).join("\n")}\n`);
  }
  return exitCode.ok;
}

async function showParameters(
  spec: CheckedSpec,
  model: CompiledModel,
  options: ShowOptions,
  context: Context,
): Promise<ExitCode> {
  const { evaluateDim, UnboundSize } = await import("../../compiler/dims/dim.ts");
  const sizes = await knownSizes(spec, options, context);
  const rows = model.variables.map(({ name, shape, kind }) => {
    let count: number | undefined;
    try {
      count = shape.reduce((product, size) => product * evaluateDim(size, sizes), 1);
    } catch (error) {
      if (!(error instanceof UnboundSize)) throw error;
    }
    return { name, kind, shape: shape.map(({ key }) => key), count };
  });
  const unknown = rows.filter(({ count }) => count === undefined).length;
  const total = rows.reduce((sum, { kind, count }) => sum + (kind === "weight" ? (count ?? 0) : 0), 0);
  if (context.json) {
    context.terminal.write(`${JSON.stringify({ total: unknown === 0 ? total : undefined, parameters: rows }, undefined, 2)}\n`);
    return exitCode.ok;
  }
  const cells = rows.map(({ name, kind, shape, count }) => [
    name,
    `[${shape.join(", ")}]`,
    count === undefined ? "?" : grouped(count),
    kind === "weight" ? "" : kind,
  ]);
  context.terminal.write(`${columns(cells, [2]).join("\n")}\n`);
  const open =
    unknown === 0
      ? ""
      : `, and ${counted(unknown, "variable")} whose size the data decide (--data NAME=PATH or --size NAME=NUMBER)`;
  context.terminal.write(`\n${counted(total, "weight")}${open}\n`);
  return exitCode.ok;
}

/** The pipeline of that name; without a name the spec's first, where it has no model. */
function chosenPipeline({ compiled }: CheckedSpec, asked: string | undefined): CompiledPipeline | undefined {
  if (asked !== undefined) return compiled.pipelines.find(({ name }) => name === asked);
  return compiled.models.length === 0 ? compiled.pipelines[0] : undefined;
}

async function showPipeline(pipeline: CompiledPipeline, options: ShowOptions, context: Context): Promise<ExitCode> {
  const { pipelinePicture } = await import("../../compiler/pipeline/picture.ts");
  const { dotText } = await import("../../compiler/emit/picture/dot.ts");
  return writeGraph(dotText(pipelinePicture(pipeline), pipeline.name), options, context);
}

async function showGraph(spec: CheckedSpec, model: CompiledModel, options: ShowOptions, context: Context): Promise<ExitCode> {
  const { forwardGraph } = await import("../../compiler/check/forward.ts");
  const { picture } = await import("../../compiler/emit/picture/picture.ts");
  const { dotText } = await import("../../compiler/emit/picture/dot.ts");
  const { declaredNames } = await import("../../compiler/emit/picture/names.ts");
  const { nodeHost } = await import("../host.ts");
  const graph = forwardGraph(nodeHost(context.terminal.folder), spec.path, model.name, options.set);
  const banks = new Set(model.variables.flatMap(({ name, kind }) => (kind === "bank" ? [name] : [])));
  const drawn = picture(graph, { names: declaredNames(spec.compiled), banks });
  return writeGraph(dotText(drawn, model.name), options, context);
}

async function writeGraph(dot: string, options: ShowOptions, context: Context): Promise<ExitCode> {
  const text = options.dot ? dot : await drawn(dot);
  if (options.out === undefined) context.terminal.write(text);
  else {
    writeFileSync(resolve(context.terminal.folder, options.out), text);
    context.terminal.writeError(`wrote ${options.out}\n`);
  }
  return exitCode.ok;
}

async function drawn(dot: string): Promise<string> {
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  const graphviz = await Graphviz.load();
  return graphviz.layout(dot, "svg", "dot");
}

async function showPlan(spec: CheckedSpec, model: CompiledModel, options: ShowOptions, context: Context): Promise<ExitCode> {
  const { makePlan } = await import("../../compiler/ir/make-plan.ts");
  const { print } = await import("../../compiler/ir/print.ts");
  const { UnboundSize } = await import("../../compiler/dims/dim.ts");
  const sizes = await knownSizes(spec, options, context);
  const { graph, name } = planned(spec, model, options.stage);
  try {
    const plan = makePlan(name, graph, { B: spec.compiled.train?.batch ?? 32, ...sizes });
    const text = context.json ? JSON.stringify(plan) : `${planSummary(plan)}\n\n${print(plan.graph).trimEnd()}`;
    context.terminal.write(`${text}\n`);
    return exitCode.ok;
  } catch (error) {
    if (!(error instanceof UnboundSize)) throw error;
    throw usageError(
      `A plan needs every size as a number: ${error.message}.`,
      "Give it with --size NAME=NUMBER, or the data with --data NAME=PATH.",
    );
  }
}

function planSummary(plan: Plan): string {
  const sizes = Object.entries(plan.sizes).map(([name, size]) => `${name} ${size}`);
  const weights = plan.variables.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  return [
    `${plan.name} at ${sizes.join(", ")}`,
    `${counted(plan.graph.nodes.length, "step")}, ${grouped(plan.flops)} floating-point operations, ${grouped(weights)} numbers in variables`,
    `${grouped(plan.peakBytes)} bytes alive at once at most, in ${counted(plan.slotBytes.length, "slot")}`,
  ].join("\n");
}

function planned(
  spec: CheckedSpec,
  model: CompiledModel,
  stage: string | undefined,
): { readonly name: string; readonly graph: CompiledModel["prediction"] } {
  if (stage === undefined) return { name: `${model.name}/predict`, graph: model.prediction };
  const stages = spec.compiled.train?.stages ?? [];
  const found = stages.find(({ name }) => name === stage);
  if (found !== undefined) return { name: `${model.name}/${stage}`, graph: found.graph };
  throw usageError(`${spec.path} has no stage ${stage}; it has ${stages.map(({ name }) => name).join(", ") || "none"}.`);
}

/** Sizes from --size and from the heads of the data files. */
async function knownSizes(spec: CheckedSpec, options: ShowOptions, context: Context): Promise<Record<string, number>> {
  const given = numbers("--size", options.size);
  const { folder } = context.terminal;
  const paths = await dataPaths(spec, options.data, folder);
  const { sizes } = await checkHeaders(spec, paths, { known: given, folder });
  return { ...sizes, ...given };
}

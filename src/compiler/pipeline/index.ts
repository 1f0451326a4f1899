// The pipeline checker's entrance: a file's declarations in, its pipelines as typed graphs of services and their diagnostics out.
import { diagnose } from "../diagnostics/diagnostic.ts";
import { unusedValue } from "../diagnostics/records/lints/unused-value.ts";
import { duplicateName } from "../diagnostics/records/names/duplicate-name.ts";
import { notAStep } from "../diagnostics/records/pipelines/not-a-step.ts";
import { outputsDiffer } from "../diagnostics/records/pipelines/outputs-differ.ts";
import { misplacedStatement } from "../diagnostics/records/types/misplaced-statement.ts";
import type { Expression, Item, PipelineItem } from "../syntax/ast.ts";
import { callSteps } from "./calls.ts";
import { addNode, type Constant, type PipelineContext } from "./context.ts";
import { type Declarations, declareServices, declareWires, type Report } from "./declarations.ts";
import { elaborateAs, elaborateExpression } from "./expressions.ts";
import type { CompiledPipeline, RecordSchema, WireType } from "./graph.ts";
import { wireTypes } from "./wire-types.ts";

export interface PipelineProgram {
  /** Of the file and of those that it uses. */
  readonly items: readonly Item[];
  /** Top-level constants, `--set` applied. */
  readonly constants: ReadonlyMap<string, Constant>;
  readonly sourceOf: (file: string) => string;
  readonly report: Report;
}

/** Checks every pipeline of a program. What it gives can run only where nothing was reported as an error. */
export function compilePipelines(program: PipelineProgram): readonly CompiledPipeline[] {
  const pipelines = program.items.filter((item): item is PipelineItem => item.kind === "pipeline");
  const declares = program.items.some(({ kind }) => ["record", "projection", "service", "memory"].includes(kind));
  if (pipelines.length === 0 && !declares) return [];
  const declarations = declareServices(program.items, program.report);
  const used = new Set<string>();
  const compiled = pipelines.map((item) => compilePipeline(program, declarations, item, used));
  if (pipelines.length > 0) {
    for (const { schema, span } of [...declarations.services.values(), ...declarations.memories.values()]) {
      const { name } = schema;
      if (!used.has(name) && !name.startsWith("_")) program.report(diagnose(unusedValue, { span, name }));
    }
  }
  return compiled;
}

function compilePipeline(
  program: PipelineProgram,
  declarations: Declarations,
  item: PipelineItem,
  usedAnywhere: Set<string>,
): CompiledPipeline {
  const { report, constants, sourceOf } = program;
  const typeOf = wireTypes(declarations.labels, declarations.records, report);
  const scope = new Map();
  const used = new Set<string>();
  const context: PipelineContext = { declarations, constants, nodes: [], scopes: [scope], used, sourceOf, report };
  const parameters = declareWires(item.parameters, typeOf, report);
  for (const [at, { name, type }] of parameters.entries()) {
    const span = item.parameters[at]?.span ?? item.span;
    scope.set(name, { node: addNode(context, type, span, { op: "input", parameter: name }), span, used: true });
  }
  const results = declareWires(item.results, typeOf, report);
  let result: Expression | undefined;
  for (const statement of item.body.statements) {
    if (statement.kind === "result") result = statement.value;
    else if (statement.kind === "binding" && statement.index.length === 0 && statement.clauses.length === 0) {
      const node = elaborateExpression(context, statement.value);
      const { text, span } = statement.name;
      const first = scope.get(text)?.span;
      if (first !== undefined) report(diagnose(duplicateName, { span, name: text, first }));
      if (node === undefined) scope.set(text, { node: undefined, span, used: true });
      else {
        const known = context.nodes[node];
        if (known !== undefined && known.name === undefined) context.nodes[node] = { ...known, name: text };
        scope.set(text, { node, span, used: text.startsWith("_") });
      }
    } else if (statement.kind === "binding") {
      const { span } = statement.name;
      report(diagnose(notAStep, { span, what: "a family of values", callee: undefined, steps: callSteps }));
    } else report(diagnose(misplacedStatement, { span: statement.span, what: statement.kind }));
  }
  const outputs = elaborateOutputs(context, item, results, result);
  for (const [name, local] of scope) if (!local.used) report(diagnose(unusedValue, { span: local.span, name }));
  for (const name of used) usedAnywhere.add(name);
  const schemas = <Schema>(map: ReadonlyMap<string, { readonly schema: Schema }>): Schema[] =>
    [...map].flatMap(([name, { schema }]) => (used.has(name) ? [schema] : []));
  return {
    name: item.name.text,
    doc: item.doc,
    parameters,
    nodes: context.nodes,
    outputs,
    services: schemas(declarations.services),
    memories: schemas(declarations.memories),
    records: [...declarations.records.values()].map(({ schema }): RecordSchema => schema),
    labels: [...declarations.labels.values()],
  };
}

function elaborateOutputs(
  context: PipelineContext,
  item: PipelineItem,
  results: readonly { readonly name: string; readonly type: WireType }[],
  result: Expression | undefined,
): CompiledPipeline["outputs"] {
  const pipeline = item.name.text;
  const declared = results.map(({ name }) => name);
  const fields = result?.kind === "record" ? result.fields : [];
  const missing = declared.filter((name) => !fields.some(({ key }) => key.text === name));
  const extra = fields.map(({ key }) => key.text).filter((name) => !declared.includes(name));
  if (result?.kind !== "record" || missing.length > 0 || extra.length > 0) {
    const span = result?.span ?? item.name.span;
    const parts = result?.kind === "record" ? { missing, extra } : { missing: [], extra: [] };
    context.report(diagnose(outputsDiffer, { span, pipeline, ...parts, declared }));
  }
  return results.flatMap(({ name, type }, at) => {
    const field = fields.find(({ key }) => key.text === name);
    if (field === undefined) return [];
    const place = { what: `the output ${name}`, declared: item.results[at]?.span };
    const node = elaborateAs(context, field.value, type, place);
    return node === undefined ? [] : [{ name, type, node }];
  });
}

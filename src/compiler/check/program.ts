// A file's declarations: names for sizes, labels, constants, data, members and modules, each bound in the file's scope.

import type { DataSchema, DimensionInfo } from "../compiled.ts";
import { capitalMakesWeights } from "../diagnostics/records/names/capital-makes-weights.ts";
import { duplicateName } from "../diagnostics/records/names/duplicate-name.ts";
import { modalityNotField } from "../diagnostics/records/names/modality-not-field.ts";
import { reservedSize } from "../diagnostics/records/names/reserved-size.ts";
import { unknownOverride } from "../diagnostics/records/training/unknown-override.ts";
import { constantDim, symbolDim } from "../dims/dim.ts";
import type { Host } from "../host.ts";
import type { LoadedFile, LoadedProgram } from "../names/load.ts";
import { bind, childScope, type Scope } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import type {
  DimItem,
  EvaluateItem,
  Expression,
  Item,
  LabelsItem,
  ModalitiesItem,
  ModelItem,
  ModuleItem,
  TrainItem,
} from "../syntax/ast.ts";
import { parse } from "../syntax/parse.ts";
import { unknown, type Value } from "../types/value.ts";
import { builtins } from "./builtins/index.ts";
import { type DiagnosticSink, type Elaboration, newElaboration, report } from "./context.ts";
import { declareData } from "./data.ts";
import { evaluate } from "./expressions.ts";
import { bindExtensions } from "./extensions.ts";
import { iterations } from "./families.ts";
import { numberValue, toInteger, toSize } from "./values.ts";

export interface LabelsDeclaration {
  readonly name: string;
  readonly members: readonly string[];
}

/** Everything declared by the main file and the files it uses. */
export interface Program {
  readonly loaded: LoadedProgram;
  readonly host: Host;
  readonly sink: DiagnosticSink;
  readonly scope: Scope;
  /** For compile-time expressions outside models. */
  readonly constants: Elaboration;
  readonly dimensions: Map<string, DimensionInfo>;
  readonly labels: Map<string, LabelsDeclaration>;
  readonly data: Map<string, DataSchema>;
  /** By data block, fields whose declaration was refused. */
  readonly brokenFields: Map<string, readonly string[]>;
  readonly modules: ModuleItem[];
  readonly models: ModelItem[];
  readonly train: TrainItem | undefined;
  readonly evaluate: EvaluateItem | undefined;
  /** Overrides not yet used, by name: `D`, `train.batch`, `stage.joint.epochs`. */
  readonly overrides: Map<string, Expression>;
}

/** Names that every file sees. */
export function globalScope(training: boolean, progressOf: (name: string) => Value): Scope {
  const scope = childScope(undefined);
  for (const name of Object.keys(builtins)) bind(scope, name, { kind: "builtin", name });
  bind(scope, "B", { kind: "size", dim: symbolDim("B"), axis: "B" });
  bind(scope, "samples", { kind: "size", dim: symbolDim("samples"), axis: "samples" });
  bind(scope, "last", { kind: "last" });
  bind(scope, "normal", { kind: "normal" });
  bind(scope, "training", { kind: "boolean", value: training });
  for (const name of ["progress", "epoch"]) bind(scope, name, progressOf(name));
  return scope;
}

/** Declares the program's items for one mode. Elaborating in another mode declares them anew: it costs little. */
export function declareProgram(
  host: Host,
  loaded: LoadedProgram,
  sink: DiagnosticSink,
  overrides: Readonly<Record<string, string>>,
  mode: { readonly training: boolean; readonly elaboration?: Elaboration; readonly scalar: (name: string) => Value },
): Program {
  const dimensions = mode.elaboration?.dimensions ?? new Map<string, DimensionInfo>();
  const constants = mode.elaboration ?? newElaboration(sink, "", mode.training, dimensions);
  dimensions.set("B", { symbol: "B", kind: "batch", bound: undefined, span: undefined });
  dimensions.set("samples", { symbol: "samples", kind: "samples", bound: undefined, span: undefined });
  const globals = globalScope(mode.training, mode.scalar);
  const scopes = new Map<string, Scope>();
  const core = childScope(globals);
  scopes.set("std.core", core);
  const main = childScope(core);
  const program: Program = {
    loaded,
    host,
    sink,
    scope: main,
    constants,
    dimensions,
    labels: new Map(),
    data: new Map(),
    brokenFields: new Map(),
    modules: [],
    models: [],
    train: lastItem(loaded.main, "train"),
    evaluate: lastItem(loaded.main, "evaluate"),
    overrides: new Map(Object.entries(overrides).flatMap(([key, text]) => parseOverride(key, text))),
  };
  const coreFile = loaded.files.get("std.core");
  if (coreFile !== undefined) declareItems(program, coreFile, core, scopes);
  scopes.set(loaded.main.path, main);
  declareItems(program, loaded.main, main, scopes);
  return program;
}

function parseOverride(key: string, text: string): [string, Expression][] {
  const { ast } = parse({ path: "--set", text: `mmx 1\nvalue = ${text}\n` });
  const [item] = ast.items;
  return item?.kind === "constant" ? [[key, item.value]] : [];
}

function lastItem<Kind extends Item["kind"]>(file: LoadedFile, kind: Kind): Extract<Item, { kind: Kind }> | undefined {
  return file.ast.items.findLast((item): item is Extract<Item, { kind: Kind }> => item.kind === kind);
}

/** The scope of a used file, declared once. */
function scopeOf(program: Program, path: string, scopes: Map<string, Scope>): Scope | undefined {
  const known = scopes.get(path);
  if (known !== undefined) return known;
  const file = program.loaded.files.get(path);
  if (file === undefined) return undefined;
  const core = scopes.get("std.core");
  const scope = childScope(core);
  scopes.set(path, scope);
  declareItems(program, file, scope, scopes);
  return scope;
}

function declareItems(program: Program, file: LoadedFile, scope: Scope, scopes: Map<string, Scope>): void {
  const e = program.constants;
  const seen = new Map<string, Span>();
  const declare = (name: { readonly text: string; readonly span: Span }, value: Value): void => {
    const first = seen.get(name.text);
    if (first !== undefined) report(e, duplicateName, { span: name.span, name: name.text, first });
    else bind(scope, name.text, value, name.span);
    seen.set(name.text, name.span);
  };
  for (const item of file.ast.items) {
    if (item.kind === "use") useFiles(program, file, item.targets, scope, scopes);
  }
  scope.later = new Map(
    file.ast.items.flatMap((item) =>
      item.kind === "dim" || item.kind === "constant" || item.kind === "labels" || item.kind === "modalities"
        ? [[item.name.text, item.name.span]]
        : [],
    ),
  );
  // Modules may be used before they are declared; everything else is read from top to bottom.
  for (const item of file.ast.items) {
    if (item.kind !== "module" && item.kind !== "fn") continue;
    const capital = /^[A-Z]/.test(item.name.text);
    if (capital !== (item.kind === "module"))
      report(e, capitalMakesWeights, { span: item.name.span, name: item.name.text, kind: item.kind });
    declare(item.name, { kind: "module", declaration: item, scope, settings: new Map(), path: "", span: item.span });
    if (file === program.loaded.main) program.modules.push(item);
  }
  for (const item of file.ast.items) {
    switch (item.kind) {
      case "dim":
        if (item.name.text === "B" || item.name.text === "samples") {
          report(e, reservedSize, { span: item.name.span, name: item.name.text });
        } else declare(item.name, declareDim(program, scope, item));
        break;
      case "labels":
        declare(item.name, declareLabels(program, item));
        break;
      case "constant": {
        const override = takeOverride(program, item.name.text);
        declare(item.name, evaluate(e, scope, override ?? item.value));
        break;
      }
      case "modalities":
        declare(item.name, declareModalities(program, scope, item));
        break;
      case "data": {
        const schema = declareData(program, scope, item);
        program.data.set(item.name.text, schema);
        declare(item.name, { kind: "string", value: item.name.text });
        break;
      }
      case "model":
        if (file === program.loaded.main) program.models.push(item);
        break;
    }
  }
}

export function takeOverride(program: Program, key: string): Expression | undefined {
  const found = program.overrides.get(key);
  program.overrides.delete(key);
  return found;
}

export function reportUnusedOverrides(program: Program, known: readonly string[]): void {
  for (const key of program.overrides.keys()) {
    const { main } = program.loaded;
    report(program.constants, unknownOverride, { span: { file: main.path, start: 0, end: 0 }, key, known });
  }
}

function useFiles(
  program: Program,
  file: LoadedFile,
  targets: readonly { readonly path: string; readonly quoted: boolean; readonly span: Span }[],
  scope: Scope,
  scopes: Map<string, Scope>,
): void {
  for (const target of targets) {
    const path = target.quoted ? program.host.resolve(file.path, target.path) : target.path;
    const extension = program.loaded.extensions.get(path);
    if (extension !== undefined) {
      bindExtensions(program.constants, scope, path, extension, target.span);
      continue;
    }
    const used = scopeOf(program, path, scopes);
    if (used === undefined) continue;
    for (const [name, binding] of used.bindings) bind(scope, name, binding.value, binding.span, binding.use);
  }
}

function declareDim(program: Program, scope: Scope, item: DimItem): Value {
  const e = program.constants;
  const name = item.name.text;
  if (item.index !== undefined && item.over !== undefined) {
    const { index, over } = item;
    const all = iterations(e, scope, [{ names: [index], domain: over, span: over.span }]);
    if (all === undefined) return unknown;
    const entries = new Map<string, Value>();
    for (const { members, scope: inner } of all) {
      const member = members.join(",");
      entries.set(member, oneDim(program, inner, item, `${name}.${member}`));
    }
    return { kind: "family", name, unordered: false, arity: 1, entries };
  }
  return oneDim(program, scope, item, name);
}

function oneDim(program: Program, scope: Scope, item: DimItem, name: string): Value {
  const e = program.constants;
  if (item.size !== undefined) {
    const size = takeOverride(program, item.name.text) ?? item.size;
    const value = evaluate(e, scope, size);
    const dim = toSize(e, size.span, value);
    return dim === undefined ? unknown : { kind: "size", dim, axis: name };
  }
  const bound = item.bound === undefined ? undefined : toInteger(e, item.bound.span, evaluate(e, scope, item.bound));
  program.dimensions.set(name, { symbol: name, kind: item.ragged ? "ragged" : "data", bound, span: item.span });
  return { kind: "size", dim: symbolDim(name), axis: name };
}

function declareLabels(program: Program, item: LabelsItem): Value {
  const members = item.members.map((member) => member.text);
  for (const [at, { text, span }] of item.members.entries()) {
    const first = members.indexOf(text);
    if (first < at) report(program.constants, duplicateName, { span, name: text, first: item.members[first]?.span });
  }
  program.labels.set(item.name.text, { name: item.name.text, members });
  return { kind: "size", dim: constantDim(members.length), axis: item.name.text };
}

function declareModalities(program: Program, scope: Scope, item: ModalitiesItem): Value {
  const e = program.constants;
  const axis = item.name.text;
  if (item.members !== undefined) {
    const fields = new Set([...program.data.values()].flatMap((schema) => schema.fields.map((field) => field.name)));
    for (const broken of program.brokenFields.values()) for (const name of broken) fields.add(name);
    for (const member of item.members) {
      if (program.data.size > 0 && !fields.has(member.text)) {
        report(e, modalityNotField, { span: member.span, name: member.text, fields: [...fields] });
      }
    }
    const tuples = item.members.map((member) => [member.text]);
    for (const member of item.members) {
      if (!scope.bindings.has(member.text)) bind(scope, member.text, { kind: "member", name: member.text }, member.span);
    }
    return { kind: "members", axis, tuples };
  }
  if (item.value === undefined) return numberValue(0);
  const value = evaluate(e, scope, item.value);
  return value.kind === "members" ? { ...value, axis } : value;
}

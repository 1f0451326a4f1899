// Blocks: statements in order, each binding names for the ones after it. Models and scans add statements of their own
// through hooks; in a module or function those are refused.

import type { Initializer } from "../compiled.ts";
import { unusedValue } from "../diagnostics/records/lints/unused-value.ts";
import { duplicateName } from "../diagnostics/records/names/duplicate-name.ts";
import { unknownInitializer } from "../diagnostics/records/names/unknown-initializer.ts";
import { misplacedStatement } from "../diagnostics/records/types/misplaced-statement.ts";
import { missingFor } from "../diagnostics/records/types/missing-for.ts";
import { missingResult } from "../diagnostics/records/types/missing-result.ts";
import { sharedWeightDiffers } from "../diagnostics/records/types/shared-weight-differs.ts";
import { unsteadyWeight } from "../diagnostics/records/types/unsteady-weight.ts";
import { weightInFunction } from "../diagnostics/records/types/weight-in-function.ts";
import { symbolsOf } from "../dims/dim.ts";
import { bind, childScope, type Scope } from "../names/scope.ts";
import type {
  BankStatement,
  BindingStatement,
  Block,
  Expression,
  LossStatement,
  ModuleItem,
  Name,
  NextStatement,
  ParamStatement,
  PredictStatement,
  UpdateStatement,
} from "../syntax/ast.ts";
import { printType } from "../types/print.ts";
import { type Axis, type TensorValue, unknown, type Value } from "../types/value.ts";
import { type Elaboration, isLibrary, pathText, report, variable, within } from "./context.ts";
import { evaluate } from "./expressions.ts";
import { familyKey, iterations } from "./families.ts";
import { resolveShape } from "./signatures.ts";
import { toNumber, toSize } from "./values.ts";

/** What statements that belong to one kind of block do there. */
export interface Hooks {
  readonly loss?: (scope: Scope, statement: LossStatement) => void;
  readonly predict?: (scope: Scope, statement: PredictStatement) => void;
  readonly bank?: (scope: Scope, statement: BankStatement) => void;
  readonly update?: (scope: Scope, statement: UpdateStatement) => void;
  readonly next?: (scope: Scope, statement: NextStatement) => void;
}

/** A module's or function's body: its value. */
export function evaluateBody(e: Elaboration, scope: Scope, { body, name, kind }: ModuleItem): Value | undefined {
  const isFunction = kind === "fn";
  const before = e.weightless;
  e.weightless = isFunction;
  const result = evaluateBlock(e, scope, body, {}, isFunction);
  e.weightless = before;
  if (result === undefined) report(e, missingResult, { span: name.span, name: name.text });
  return result;
}

/** Runs a block's statements; the value of its final expression, undefined where it has none. */
export function evaluateBlock(e: Elaboration, scope: Scope, block: Block, hooks: Hooks, weightless = false): Value | undefined {
  let result: Value | undefined;
  const bound: { readonly statement: BindingStatement; readonly use: { count: number } }[] = [];
  const params: BoundParam[] = [];
  scope.later = new Map(
    block.statements.flatMap((statement) => (statement.kind === "binding" ? [[statement.name.text, statement.name.span]] : [])),
  );
  for (const statement of block.statements) {
    switch (statement.kind) {
      case "binding": {
        const earlier = scope.bindings.get(statement.name.text);
        if (earlier !== undefined && statement.name.text !== "_") {
          report(e, duplicateName, { span: statement.name.span, name: statement.name.text, first: earlier.span });
        }
        const use = { count: 0 };
        const value = evaluateBinding(e, scope, statement);
        bind(scope, statement.name.text, value, statement.name.span, use);
        bound.push({ statement, use });
        record(e, statement.name, value);
        break;
      }
      case "param":
        if (weightless) report(e, weightInFunction, { span: statement.span, name: statement.name.text, kind: "param" });
        params.push(bindParam(e, scope, statement));
        break;
      case "result":
        result = evaluate(e, scope, statement.value);
        break;
      default:
        if (!runHook(scope, hooks, statement)) report(e, misplacedStatement, { span: statement.span, what: statement.kind });
    }
  }
  for (const { name, use, made } of params) {
    // A weight that nothing reads (a bias switched off) is no weight of the model.
    if (use.count > 0 || !made) continue;
    e.variables.delete(name);
    e.variableNodes.delete(name);
  }
  for (const { statement, use } of bound) {
    if (use.count === 0 && !statement.name.text.startsWith("_") && !e.training && !isLibrary(statement.span)) {
      report(e, unusedValue, { span: statement.name.span, name: statement.name.text });
    }
  }
  return result;
}

function runHook(
  scope: Scope,
  hooks: Hooks,
  statement: LossStatement | PredictStatement | BankStatement | UpdateStatement | NextStatement,
): boolean {
  const hook = hooks[statement.kind] as ((scope: Scope, statement: unknown) => void) | undefined;
  hook?.(scope, statement);
  return hook !== undefined;
}

function record(e: Elaboration, name: Name, value: Value): void {
  if (isLibrary(name.span)) return;
  const node = value.kind === "tensor" && value.owner === e.root.builder ? value.node : undefined;
  e.values.push({ path: [...e.path, name.text].join("/"), type: printType(value), span: name.span, node });
}

/** `name = …`, or a family `name[m] = … for m in M`. */
function evaluateBinding(e: Elaboration, scope: Scope, statement: BindingStatement): Value {
  if (statement.index.length === 0 && statement.clauses.length === 0) {
    return within(e, [statement.name.text], () => evaluate(e, scope, statement.value));
  }
  return evaluateFamily(e, scope, statement, (inner) => evaluate(e, inner, statement.value));
}

/** One value for each assignment of the `for` clauses, each under the path `name/member`. */
export function evaluateFamily(
  e: Elaboration,
  scope: Scope,
  statement: Pick<BindingStatement, "name" | "index" | "clauses">,
  make: (scope: Scope, key: string) => Value,
): Value {
  const [pattern] = statement.index;
  if (pattern !== undefined && statement.clauses.length === 0) {
    report(e, missingFor, { span: pattern.span, name: pattern.names[0]?.text ?? "?" });
    return unknown;
  }
  const all = iterations(e, scope, statement.clauses);
  if (all === undefined) return unknown;
  const entries = new Map<string, Value>();
  const unordered = statement.index.some((pattern) => pattern.unordered);
  for (const iteration of all) {
    const members = statement.index.flatMap((pattern) => pattern.names.map((name) => memberOf(iteration.scope, name)));
    const key = familyKey(members, unordered);
    if (entries.has(key)) continue;
    entries.set(
      key,
      within(e, [statement.name.text, key.replaceAll(",", "_")], () => make(childScope(iteration.scope), key)),
    );
  }
  return { kind: "family", name: statement.name.text, unordered, arity: statement.index.length, entries };
}

function memberOf(scope: Scope, name: Name): string {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const bound = at.bindings.get(name.text)?.value;
    if (bound?.kind === "member") return bound.name;
  }
  return name.text;
}

// ---------------------------------------------------------------- weights

/** Initialisers by name: how many sizes or numbers they take, and what they stand for. */
const initializers: Readonly<Record<string, (arguments_: readonly Value[], read: Readers) => Initializer | undefined>> = {
  zeros: () => ({ kind: "constant", value: 0 }),
  ones: () => ({ kind: "constant", value: 1 }),
  constant: (given, read) => read.numbers(given, 1, ([value]) => ({ kind: "constant", value: value ?? 0 })),
  uniform: (given, read) => read.numbers(given, 2, ([low, high]) => ({ kind: "uniform", low: low ?? 0, high: high ?? 0 })),
  normal: (given, read) => read.numbers(given, 1, ([deviation]) => ({ kind: "normal", deviation: deviation ?? 1 })),
  orthogonal: () => ({ kind: "orthogonal" }),
  glorot: (given, read) => {
    const fanIn = read.size(given, 0);
    const fanOut = read.size(given, 1);
    return fanIn === undefined || fanOut === undefined ? undefined : { kind: "glorot", fanIn, fanOut };
  },
  he: (given, read) => {
    const fanIn = read.size(given, 0);
    return fanIn === undefined ? undefined : { kind: "he", fanIn };
  },
  fan_in: (given, read) => {
    const fanIn = read.size(given, 0);
    return fanIn === undefined ? undefined : { kind: "fan_in", fanIn };
  },
};

interface Readers {
  numbers(given: readonly Value[], count: number, make: (numbers: readonly number[]) => Initializer): Initializer | undefined;
  size(given: readonly Value[], at: number): ReturnType<typeof toSize>;
}

export function evaluateInitializer(e: Elaboration, scope: Scope, expression: Expression): Initializer | undefined {
  if (expression.kind === "number") return { kind: "constant", value: expression.value };
  const name = expression.kind === "call" && expression.callee.kind === "name" ? expression.callee.name : undefined;
  const make = name === undefined ? undefined : initializers[name];
  if (make === undefined || expression.kind !== "call") {
    report(e, unknownInitializer, { span: expression.span, known: Object.keys(initializers) });
    return undefined;
  }
  const given = expression.positional.map((argument) => evaluate(e, scope, argument));
  const spanOf = (at: number): typeof expression.span => expression.positional[at]?.span ?? expression.span;
  return make(given, {
    numbers(values, count, build) {
      const numbers = values.slice(0, count).map((value, at) => toNumber(e, spanOf(at), value));
      if (numbers.length < count || numbers.some((number) => number === undefined)) {
        if (numbers.length < count) report(e, unknownInitializer, { span: expression.span, known: Object.keys(initializers) });
        return undefined;
      }
      return build(numbers as number[]);
    },
    size: (values, at) => toSize(e, spanOf(at), values[at] ?? { kind: "boolean", value: false }),
  });
}

/** Whether a size changes from batch to batch. */
function isUnsteady(e: Elaboration, symbol: string): boolean {
  const kind = e.dimensions.get(symbol)?.kind;
  return kind === "batch" || kind === "ragged";
}

interface BoundParam {
  readonly name: string;
  readonly use: { count: number };
  /** Whether this evaluation declared the weight; a shared module's later uses find it declared. */
  readonly made: boolean;
}

function bindParam(e: Elaboration, scope: Scope, statement: ParamStatement): BoundParam {
  const name = `${pathText(e)}.${statement.name.text}`;
  const made = !e.variables.has(name);
  const use = { count: 0 };
  bind(scope, statement.name.text, evaluateParam(e, scope, statement), statement.name.span, use);
  return { name, use, made };
}

function evaluateParam(e: Elaboration, scope: Scope, statement: ParamStatement): Value {
  const axes = resolveShape(e, scope, statement.type);
  const initializer = evaluateInitializer(e, scope, statement.initializer);
  if (axes === undefined || initializer === undefined) return unknown;
  const name = `${pathText(e)}.${statement.name.text}`;
  const unsteady = axes.flatMap(({ size }) => [...symbolsOf(size)].filter((symbol) => isUnsteady(e, symbol)));
  if (unsteady.length > 0) {
    const shape = `[${axes.map((axis) => axis.size.key).join(", ")}]`;
    report(e, unsteadyWeight, { span: statement.span, name: statement.name.text, shape, unsteady: [...new Set(unsteady)] });
    return unknown;
  }
  const held = variable(
    e,
    name,
    axes.map((axis) => axis.size),
    initializer,
    "weight",
    statement.span,
  );
  if (held !== undefined) return weightValue(held, axes);
  const first = e.variables.get(name);
  report(e, sharedWeightDiffers, {
    span: statement.span,
    name,
    first: `[${first?.shape.map((size) => size.key).join(", ") ?? ""}]`,
    second: `[${axes.map((axis) => axis.size.key).join(", ")}]`,
  });
  return unknown;
}

export const weightValue = (held: { readonly node: number; readonly owner: object }, axes: readonly Axis[]): TensorValue => ({
  kind: "tensor",
  node: held.node,
  owner: held.owner,
  dtype: "f32",
  axes,
  masks: [],
});

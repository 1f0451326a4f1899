// Calls: binding arguments to parameters, module values, pipes, and comprehensions as arguments.
import { missingArgument } from "../diagnostics/records/types/missing-argument.ts";
import { notCallable } from "../diagnostics/records/types/not-callable.ts";
import { recursiveModule } from "../diagnostics/records/types/recursive-module.ts";
import { tooManyArguments } from "../diagnostics/records/types/too-many-arguments.ts";
import { unknownArgument } from "../diagnostics/records/types/unknown-argument.ts";
import { weightInFunction } from "../diagnostics/records/types/weight-in-function.ts";
import { bind, childScope, isBound, type Scope } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import type { CallExpression, Expression, ModuleItem, Parameter, PipeExpression, Setting } from "../syntax/ast.ts";
import { printType } from "../types/print.ts";
import { type ModuleValue, unknown, type Value } from "../types/value.ts";
import { evaluateBody } from "./blocks.ts";
import { builtins } from "./builtins/index.ts";
import { type Elaboration, report, restartPath, uniqueComponent } from "./context.ts";
import { evaluate } from "./expressions.ts";
import { collect } from "./families.ts";
import { matchParameter, matchResult } from "./signatures.ts";

/** An evaluated argument with the place it was written. */
export interface Argument {
  readonly value: Value;
  readonly span: Span;
}

/** What a built-in function receives. */
export interface BuiltinCall {
  readonly span: Span;
  readonly scope: Scope;
  readonly name: string;
  readonly positional: readonly Argument[];
  /** Members of each positional argument where they come from a comprehension. */
  readonly members: readonly (readonly string[])[] | undefined;
  /** The axis that the comprehension's set makes, for `stack`. */
  readonly axis: string | undefined;
  readonly named: ReadonlyMap<string, Setting>;
  /** The positional arguments as written (without a piped input and without comprehensions). */
  readonly expressions: readonly Expression[];
}

export function evaluateCall(e: Elaboration, scope: Scope, expression: CallExpression, input?: Argument): Value {
  const callee = evaluate(e, scope, expression.callee);
  if (callee.kind === "unknown") return unknown;
  if (callee.kind === "builtin") return callBuiltin(e, scope, expression, callee.name, input);
  // `last` names an axis; called, it is the function of that name.
  if (callee.kind === "last") return callBuiltin(e, scope, expression, "last", input);
  const positional = expression.positional.map((argument) => ({ value: evaluate(e, scope, argument), span: argument.span }));
  const given = input === undefined ? positional : [input, ...positional];
  if (callee.kind === "module") return callModule(e, scope, expression, callee, given);
  if (callee.kind === "chain") return given[0] === undefined ? callee : apply(e, expression.span, callee, given);
  report(e, notCallable, { span: expression.callee.span, found: printType(callee) });
  return unknown;
}

/** `x |> F(…)` gives the input first; `x |> f` applies a module value or a built-in. */
export function evaluatePipe(e: Elaboration, scope: Scope, expression: PipeExpression): Value {
  const input = { value: evaluate(e, scope, expression.input), span: expression.input.span };
  if (input.value.kind === "unknown") return unknown;
  const { target } = expression;
  if (target.kind === "call") {
    const callee = target.callee.kind === "name" ? target.callee.name : undefined;
    if (callee !== "repeat" || target.positional.length !== 2) return evaluateCall(e, scope, target, input);
    const chain = evaluateCall(e, scope, target);
    if (chain.kind === "unknown") return unknown;
    return chain.kind === "chain" ? apply(e, target.span, chain, [input]) : evaluateCall(e, scope, target, input);
  }
  const value = evaluate(e, scope, target);
  if (value.kind === "unknown") return unknown;
  if (value.kind === "builtin") {
    return callBuiltin(
      e,
      scope,
      { kind: "call", span: target.span, callee: target, positional: [], named: [], clauses: [] },
      value.name,
      input,
    );
  }
  return apply(e, expression.span, value, [input]);
}

/** Applies a module value, or a row of them, to its tensors. */
export function apply(e: Elaboration, span: Span, callee: Value, inputs: readonly Argument[]): Value {
  if (callee.kind === "chain") {
    let value = inputs[0]?.value ?? unknown;
    for (const module of callee.modules) value = apply(e, span, module, [{ value, span }, ...inputs.slice(1)]);
    return value;
  }
  if (callee.kind !== "module") {
    if (callee.kind !== "unknown") report(e, notCallable, { span, found: printType(callee) });
    return unknown;
  }
  if (inputs.some((input) => input.value.kind === "unknown")) return unknown;
  const arguments_ = new Map<string, Argument>();
  for (const [name, value] of callee.settings) arguments_.set(name, { value, span: callee.span });
  if (!placePositional(e, span, callee.declaration, arguments_, inputs)) return unknown;
  return run(e, span, callee, arguments_);
}

function callModule(
  e: Elaboration,
  scope: Scope,
  expression: CallExpression,
  callee: ModuleValue,
  positional: readonly Argument[],
): Value {
  const { declaration } = callee;
  const given = new Map<string, Argument>();
  for (const [name, value] of callee.settings) given.set(name, { value, span: callee.span });
  for (const setting of expression.named) {
    const parameter = declaration.parameters.find((candidate) => candidate.name.text === setting.key.text);
    if (parameter === undefined) {
      const names = declaration.parameters.map((candidate) => candidate.name.text);
      report(e, unknownArgument, {
        span: setting.key.span,
        name: setting.key.text,
        callee: declaration.name.text,
        candidates: names,
      });
      return unknown;
    }
    given.set(setting.key.text, { value: evaluateSetting(e, scope, parameter, setting.value), span: setting.value.span });
  }
  if (positional.some((argument) => argument.value.kind === "unknown")) return unknown;
  if (!placePositional(e, expression.span, declaration, given, positional)) return unknown;
  const tensors = declaration.parameters.filter(takesTensor);
  // A module without its tensors is a value; its path is where it was made, so all its uses share its weights.
  const fresh = callee.path === "";
  if (fresh && e.weightless && declaration.kind === "module") {
    report(e, weightInFunction, { span: expression.span, name: declaration.name.text, kind: "module" });
    return unknown;
  }
  const made: ModuleValue = {
    ...callee,
    path: fresh ? [...e.path, uniqueComponent(e, declaration.name.text)].join("/") : callee.path,
    span: expression.span,
    settings: new Map([...given].map(([name, argument]) => [name, argument.value])),
  };
  // Only the first input decides: `CrossBlock(source: audio)` waits for the one that a pipe will bring.
  if (tensors[0] !== undefined && !given.has(tensors[0].name.text)) return made;
  return run(e, expression.span, made, given);
}

/** A bare name for a `dim` parameter that nothing declares is an axis by its name. */
function evaluateSetting(e: Elaboration, scope: Scope, parameter: Parameter, expression: Expression): Value {
  if (expression.kind === "name" && parameter.type?.kind === "named" && parameter.type.name.text === "dim") {
    return isBound(scope, expression.name) ? evaluate(e, scope, expression) : { kind: "string", value: expression.name };
  }
  return evaluate(e, scope, expression);
}

const settingTypes = new Set(["size", "int", "float", "bool", "dim", "members", "module", "text"]);

/** Whether a parameter is one of a module's inputs, not one of its settings. */
export const takesTensor = (parameter: Parameter): boolean =>
  parameter.defaultValue === undefined && !(parameter.type?.kind === "named" && settingTypes.has(parameter.type.name.text));

const isSetting = (value: Value): boolean =>
  ["number", "size", "boolean", "string", "members", "module", "chain", "last", "member", "builtin"].includes(value.kind);

/** Fills parameters in order: tensors into inputs, compile-time values into settings (or an input, if none is left). */
function placePositional(
  e: Elaboration,
  span: Span,
  declaration: ModuleItem,
  given: Map<string, Argument>,
  positional: readonly Argument[],
): boolean {
  for (const argument of positional) {
    const open = declaration.parameters.filter((parameter) => !given.has(parameter.name.text));
    const setting = isSetting(argument.value);
    const isInput = (parameter: Parameter): boolean =>
      takesTensor(parameter) || (parameter.type?.kind !== "named" && parameter.type !== undefined);
    const fitting = setting ? (open.find((parameter) => !isInput(parameter)) ?? open[0]) : open.find(isInput);
    const named = setting && declaration.kind === "module" && fitting !== undefined && isInput(fitting);
    if (fitting === undefined || named) {
      report(e, tooManyArguments, {
        span: argument.span,
        callee: declaration.name.text,
        most: declaration.parameters.length,
        call: span,
      });
      return false;
    }
    given.set(fitting.name.text, argument);
  }
  return true;
}

/** Evaluates a module's body with its arguments bound; the result's axes take the names its signature gives. */
function run(e: Elaboration, span: Span, module: ModuleValue, given: ReadonlyMap<string, Argument>): Value {
  const { declaration } = module;
  if (e.running.includes(declaration)) {
    report(e, recursiveModule, { span, name: declaration.name.text });
    return unknown;
  }
  const scope = childScope(module.scope);
  // Inputs first: they bind the sizes that defaults and settings may mention.
  const ordered = [...declaration.parameters].sort((a, b) => Number(takesTensor(b)) - Number(takesTensor(a)));
  for (const parameter of ordered) {
    const argument = given.get(parameter.name.text);
    if (argument !== undefined) {
      const value = matchParameter(e, scope, declaration, parameter, argument);
      if (value === undefined) return unknown;
      bind(scope, parameter.name.text, value, parameter.name.span, { count: 1 });
    } else if (parameter.defaultValue === undefined) {
      report(e, missingArgument, { span, name: parameter.name.text, callee: declaration.name.text, declared: parameter.span });
      return unknown;
    }
  }
  for (const parameter of declaration.parameters) {
    if (given.has(parameter.name.text) || parameter.defaultValue === undefined) continue;
    const byDefault = { value: evaluateDefault(e, scope, span, parameter.defaultValue), span: parameter.defaultValue.span };
    // A tensor by default (`kv: f32[..., K, E] = q`) binds the sizes of its type as a given one does.
    const value =
      parameter.type?.kind === "tensor" ? matchParameter(e, scope, declaration, parameter, byDefault) : byDefault.value;
    if (value === undefined) return unknown;
    bind(scope, parameter.name.text, value, parameter.name.span, { count: 1 });
  }
  const before = e.path;
  const calls = e.calls;
  restartPath(e, module.path);
  e.path = module.path.split("/");
  e.calls = [...calls, span];
  e.running.push(declaration);
  try {
    const result = evaluateBody(e, scope, declaration);
    return result === undefined ? unknown : matchResult(e, scope, declaration, span, result);
  } finally {
    e.path = before;
    e.calls = calls;
    e.running.pop();
  }
}

/** A default's value. It belongs to the call that left the argument out, which is where its faults are shown. */
function evaluateDefault(e: Elaboration, scope: Scope, call: Span, expression: Expression): Value {
  const calls = e.calls;
  e.calls = [...calls, call];
  try {
    return evaluate(e, scope, expression);
  } finally {
    e.calls = calls;
  }
}

function callBuiltin(e: Elaboration, scope: Scope, expression: CallExpression, name: string, input?: Argument): Value {
  const builtin = builtins[name];
  if (builtin === undefined) throw new Error(`the built-in ${name} has no definition`);
  const named = new Map(expression.named.map((setting) => [setting.key.text, setting]));
  if (builtin.named !== "any") {
    for (const setting of expression.named) {
      if (builtin.named.includes(setting.key.text)) continue;
      report(e, unknownArgument, { span: setting.key.span, name: setting.key.text, callee: name, candidates: builtin.named });
      return unknown;
    }
  }
  let positional: Argument[] = [];
  let members: readonly (readonly string[])[] | undefined;
  let axis: string | undefined;
  const [only] = expression.positional;
  if (expression.clauses.length > 0 && only !== undefined) {
    const items = collect(e, scope, expression.clauses, only);
    if (items === undefined) return unknown;
    positional = items.map((item) => ({ value: item.value, span: only.span }));
    members = items.map((item) => item.members);
    const [clause] = expression.clauses;
    const domain = clause === undefined ? undefined : evaluate(e, scope, clause.domain);
    axis = expression.clauses.length === 1 && domain?.kind === "members" ? domain.axis : undefined;
  } else if (builtin.lazy !== true) {
    positional = expression.positional.map((argument) => ({ value: evaluate(e, scope, argument), span: argument.span }));
  }
  if (input !== undefined) positional = [input, ...positional];
  if (positional.some((argument) => argument.value.kind === "unknown")) return unknown;
  const [least, most] = builtin.arguments;
  const count = positional.length + (builtin.lazy === true ? expression.positional.length : 0);
  if (members === undefined && count < least) {
    report(e, missingArgument, { span: expression.span, name: `argument ${count + 1}`, callee: name, declared: undefined });
    return unknown;
  }
  if (members === undefined && builtin.lazy !== true && count > most) {
    report(e, tooManyArguments, { span: expression.span, callee: name, most, call: expression.span });
    return unknown;
  }
  const call: BuiltinCall = {
    span: expression.span,
    scope,
    name,
    positional,
    members,
    axis,
    named,
    expressions: expression.positional,
  };
  return builtin.call(e, call) ?? unknown;
}

// Banks: state that outlives a batch. They are declared beside the weights, read without gradient, and updated after the step.
import type { Initializer } from "../compiled.ts";
import { neverUpdated } from "../diagnostics/records/lints/never-updated.ts";
import { bankShape } from "../diagnostics/records/models/bank-shape.ts";
import { updateUnknown } from "../diagnostics/records/models/update-unknown.ts";
import { updatedTwice } from "../diagnostics/records/models/updated-twice.ts";
import { symbolDim } from "../dims/dim.ts";
import { bind, type Scope } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import type { BankStatement, Expression, ModelItem, UpdateStatement } from "../syntax/ast.ts";
import { printTensor, printType } from "../types/print.ts";
import { type BankValue, type BatchValue, type TensorValue, unknown, type Value } from "../types/value.ts";
import { evaluateFamily } from "./blocks.ts";
import { scalarInput } from "./builtins/structure.ts";
import { type Elaboration, emit, graphInput, localNode, report, variable } from "./context.ts";
import { fitTo } from "./elementwise.ts";
import { evaluate } from "./expressions.ts";
import { fill, sizesOf, spread } from "./masks.ts";
import { presence } from "./optional.ts";
import { resolveShape } from "./signatures.ts";
import { toNumber, toTensor } from "./values.ts";

/** Declares a bank, or one for each member; `parameter` is the batch whose samples key it where no column says so. */
export function declareBank(e: Elaboration, scope: Scope, statement: BankStatement, parameter: string): void {
  const make = (inner: Scope, key: string): Value => {
    const axes = resolveShape(e, inner, statement.type);
    const initializer = bankInitializer(e, inner, statement.initial);
    if (axes === undefined || initializer === undefined) return unknown;
    const name = [e.model, statement.name.text, ...(key === "" ? [] : [key.replaceAll(",", "_")])].join("/");
    const keyed = axes[0]?.size.key === "samples";
    const held = variable(
      e,
      name,
      axes.map((axis) => axis.size),
      initializer,
      "bank",
      statement.span,
    );
    if (held === undefined) return unknown;
    const owner = initializer.kind === "column" ? initializer.parameter : parameter;
    const value: TensorValue = { kind: "tensor", ...held, dtype: "f32", axes, masks: [] };
    return { kind: "bank", variable: name, parameter: owner, keyed, tensor: value };
  };
  const value =
    statement.clauses.length === 0 && statement.index.length === 0 ? make(scope, "") : evaluateFamily(e, scope, statement, make);
  bind(scope, statement.name.text, value, statement.name.span, { count: 1 });
}

/** A number, or a field of a batch: the bank starts as that column. */
function bankInitializer(e: Elaboration, scope: Scope, initial: Expression | undefined): Initializer | undefined {
  if (initial === undefined) return { kind: "constant", value: 0 };
  if (initial.kind === "member") {
    const object = evaluate(e, scope, initial.object);
    if (object.kind === "batch") {
      const value = evaluate(e, scope, initial);
      if (value.kind === "unknown") return undefined;
      return { kind: "column", parameter: (object as BatchValue).parameter, field: initial.member.text };
    }
  }
  const value = toNumber(e, initial.span, evaluate(e, scope, initial));
  return value === undefined ? undefined : { kind: "constant", value };
}

/** A bank takes one new value a step, and one that takes none is a constant. */
export function checkUpdates(e: Elaboration, item: ModelItem): void {
  const updated = new Map<string, Span>();
  for (const statement of item.body.statements) {
    if (statement.kind !== "update") continue;
    const { text, span } = statement.name;
    const first = updated.get(text);
    // Updates of a family may share its members out between them.
    if (first !== undefined && statement.index.length === 0) report(e, updatedTwice, { span, name: text, first });
    updated.set(text, first ?? span);
  }
  for (const statement of item.body.statements) {
    if (statement.kind === "bank" && !updated.has(statement.name.text)) {
      report(e, neverUpdated, { span: statement.name.span, name: statement.name.text });
    }
  }
}

interface Update {
  readonly variable: string;
  readonly value: number;
}

function eachUpdate(
  e: Elaboration,
  scope: Scope,
  statement: UpdateStatement,
  visit: (bank: BankValue, inner: Scope) => void,
): void {
  const target: Expression = { kind: "name", name: statement.name.text, span: statement.name.span };
  const find = (inner: Scope, key: string): Value => {
    const value = evaluate(e, inner, target);
    const bank = value.kind === "family" ? (value.entries.get(key) ?? unknown) : value;
    if (bank.kind === "bank") visit(bank, inner);
    else if (bank.kind !== "unknown")
      report(e, updateUnknown, { span: statement.name.span, name: statement.name.text, found: printType(bank) });
    return unknown;
  };
  if (statement.clauses.length === 0 && statement.index.length === 0) find(scope, "");
  else evaluateFamily(e, scope, statement, find);
}

/** Checks an update where none is made: in evaluation. */
export function evaluateUpdateQuietly(e: Elaboration, scope: Scope, statement: UpdateStatement): void {
  eachUpdate(e, scope, statement, (_bank, inner) => evaluate(e, inner, statement.value));
}

/** What banks become after the step. */
export function readUpdate(e: Elaboration, scope: Scope, statement: UpdateStatement): readonly Update[] {
  const updates: Update[] = [];
  eachUpdate(e, scope, statement, (bank, inner) => {
    const { span } = statement.value;
    const value = toTensor(e, span, evaluate(e, inner, statement.value));
    if (value === undefined) return;
    const old = bank.tensor;
    const shape = bank.keyed ? [symbolDim("B"), ...sizesOf(old.axes.slice(1))] : sizesOf(old.axes);
    if (value.axes.length !== shape.length || value.axes.some((axis, at) => axis.size.key !== shape[at]?.key)) {
      report(e, bankShape, {
        span,
        name: statement.name.text,
        bank: printTensor(old),
        found: printTensor(value),
        keyed: bank.keyed,
      });
      return;
    }
    let node = fitTo(e, span, value, value.axes);
    if (bank.keyed) {
      const index = graphInput(e, `${bank.parameter}#index`, [symbolDim("B")], "i32");
      const present = presence(e, span, value);
      if (present !== undefined) {
        const before = emit(e, span, "gather", [localNode(e, old), localNode(e, index)]);
        node = emit(e, span, "select", [spread(e, span, present.node, present.positions, sizesOf(value.axes)), node, before]);
      }
      node = emit(e, span, "scatter_set", [localNode(e, old), localNode(e, index), node]);
    }
    if (statement.fromEpoch !== undefined) {
      const first = toNumber(e, statement.fromEpoch.span, evaluate(e, inner, statement.fromEpoch));
      if (first === undefined) return;
      const epoch = scalarInput(e, "#epoch");
      const due = emit(e, span, "less_equal", [fill(e, span, first, []), localNode(e, epoch)]);
      node = emit(e, span, "select", [spread(e, span, due, [], sizesOf(old.axes)), node, localNode(e, old)]);
    }
    updates.push({ variable: bank.variable, value: node });
  });
  return updates;
}

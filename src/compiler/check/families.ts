// Families: values indexed by members, the sets they range over, and reading fields of batches and records.
import { idRead } from "../diagnostics/records/models/id-read.ts";
import { withheldRead } from "../diagnostics/records/models/withheld-read.ts";
import { modalityNotField } from "../diagnostics/records/names/modality-not-field.ts";
import { unknownField } from "../diagnostics/records/names/unknown-field.ts";
import { missingFor } from "../diagnostics/records/types/missing-for.ts";
import { notAMember } from "../diagnostics/records/types/not-a-member.ts";
import { wrongKind } from "../diagnostics/records/types/wrong-kind.ts";
import { closest } from "../diagnostics/suggest.ts";
import { bind, childScope, lookUp, type Scope, visibleNames } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import type { BinaryExpression, Expression, ForClause, IndexExpression, MemberExpression } from "../syntax/ast.ts";
import { printType } from "../types/print.ts";
import { type BatchValue, type FamilyValue, type MembersValue, unknown, type Value } from "../types/value.ts";
import { type Elaboration, report, within } from "./context.ts";
import { evaluate } from "./expressions.ts";

/** `clip.mood`, `net.fused`, `q.mean`. */
export function readMember(e: Elaboration, expression: MemberExpression, object: Value): Value {
  const name = expression.member.text;
  switch (object.kind) {
    case "unknown":
      return unknown;
    case "batch":
      return readField(e, expression.member.span, object, name);
    case "record": {
      const field = object.fields.get(name);
      if (field !== undefined) return field;
      report(e, unknownField, {
        span: expression.member.span,
        name,
        of: "this record",
        candidates: [...object.fields.keys()],
      });
      return unknown;
    }
    case "gaussian":
      if (name === "mean") return object.mean;
      if (name === "logvar") return object.logvar;
      break;
    case "family": {
      const entry = object.entries.get(name);
      if (entry !== undefined) return entry;
      report(e, notAMember, { span: expression.member.span, name, members: [...object.entries.keys()] });
      return unknown;
    }
  }
  report(e, wrongKind, { span: expression.object.span, expected: "something with named parts", found: printType(object) });
  return unknown;
}

export function readField(e: Elaboration, span: Span, batch: BatchValue, name: string): Value {
  const field = batch.schema.fields.find((candidate) => candidate.name === name);
  if (batch.broken.includes(name)) return unknown;
  if (field === undefined) {
    const candidates = batch.schema.fields.filter((candidate) => candidate.role !== "id").map((candidate) => candidate.name);
    report(e, unknownField, { span, name, of: `data ${batch.schema.name}`, candidates });
    return unknown;
  }
  if (field.role === "id") {
    report(e, idRead, { span, name, declared: field.span });
    return unknown;
  }
  if (batch.without.includes(name)) {
    report(e, withheldRead, { span, name, parameter: batch.parameter });
    return unknown;
  }
  e.fieldsRead.add(`${batch.schema.name}.${name}`);
  return batch.read(field);
}

const keyOf = (members: readonly string[], unordered: boolean): string => (unordered ? [...members].sort() : members).join(",");

export const familyKey = keyOf;

/** `h[m]`, `to[s, t]`, `tr[{s, t}]`, `to[*, m]`, `clip[m]`. */
export function indexFamily(e: Elaboration, scope: Scope, expression: IndexExpression): Value {
  const object = evaluate(e, scope, expression.object);
  if (object.kind === "unknown") return unknown;
  const members: (string | undefined)[] = [];
  for (const index of expression.indices) {
    if (index === undefined) {
      members.push(undefined);
      continue;
    }
    const names = memberNames(e, scope, index);
    if (names === undefined) return unknown;
    members.push(...names);
  }
  if (object.kind === "batch") {
    const [name] = members;
    // A member that is no field has been reported where the set was declared.
    const reported = e.sink.all.some(({ slug, message }) => slug === modalityNotField.slug && message.endsWith(` ${name}`));
    return name === undefined || reported ? unknown : readField(e, expression.span, object, name);
  }
  if (object.kind === "family") return pickEntry(e, expression, object, members);
  if (object.kind === "record") {
    const [name] = members;
    const field = name === undefined ? undefined : object.fields.get(name);
    if (field !== undefined) return field;
    report(e, notAMember, { span: expression.span, name: name ?? "*", members: [...object.fields.keys()] });
    return unknown;
  }
  report(e, wrongKind, { span: expression.object.span, expected: "a family or a batch", found: printType(object) });
  return unknown;
}

/** The members an index names: one for `m`, two for `{s, t}`. */
function memberNames(e: Elaboration, scope: Scope, index: Expression): readonly string[] | undefined {
  if (
    index.kind === "name" &&
    lookUp(scope, index.name) === undefined &&
    closest(index.name, visibleMembers(scope)) === undefined
  ) {
    report(e, missingFor, { span: index.span, name: index.name });
    return undefined;
  }
  const value = evaluate(e, scope, index);
  if (value.kind === "member") return [value.name];
  if (value.kind === "members") {
    if (value.tuples.every((tuple) => tuple.length === 1)) return value.tuples.flat();
  }
  if (value.kind !== "unknown") report(e, wrongKind, { span: index.span, expected: "a member", found: printType(value) });
  return undefined;
}

const visibleMembers = (scope: Scope): readonly string[] =>
  visibleNames(scope).filter((name) => lookUp(scope, name)?.value.kind === "member");

function pickEntry(
  e: Elaboration,
  expression: IndexExpression,
  family: FamilyValue,
  members: readonly (string | undefined)[],
): Value {
  if (members.includes(undefined)) {
    const items = [...family.entries]
      .filter(([key]) => key.split(",").every((name, at) => members[at] === undefined || members[at] === name))
      .map(([, value]) => value);
    return { kind: "list", items };
  }
  const key = keyOf(members as readonly string[], family.unordered);
  const entry = family.entries.get(key);
  if (entry !== undefined) return entry;
  report(e, notAMember, { span: expression.span, name: key, members: [...family.entries.keys()] });
  return unknown;
}

export function membersMinus(e: Elaboration, expression: BinaryExpression, left: MembersValue, right: Value): Value {
  const removed = right.kind === "member" ? [[right.name]] : right.kind === "members" ? right.tuples : undefined;
  if (removed === undefined) {
    report(e, wrongKind, { span: expression.right.span, expected: "a member or a set of members", found: printType(right) });
    return unknown;
  }
  const keys = new Set(removed.map((tuple) => tuple.join(",")));
  for (const tuple of removed) {
    if (!left.tuples.some((other) => other.join(",") === tuple.join(","))) {
      report(e, notAMember, {
        span: expression.right.span,
        name: tuple.join(", "),
        members: left.tuples.map((other) => other.join(", ")),
      });
      return unknown;
    }
  }
  return { kind: "members", axis: undefined, tuples: left.tuples.filter((tuple) => !keys.has(tuple.join(","))) };
}

export function membersTimes(e: Elaboration, expression: BinaryExpression, left: MembersValue, right: Value): Value {
  if (right.kind !== "members") {
    report(e, wrongKind, { span: expression.right.span, expected: "a set of members", found: printType(right) });
    return unknown;
  }
  return {
    kind: "members",
    axis: undefined,
    tuples: left.tuples.flatMap((first) => right.tuples.map((second) => [...first, ...second])),
  };
}

/** One assignment of members to the names of `for` clauses. */
export interface Iteration {
  readonly scope: Scope;
  /** The members in order of the clauses' names. */
  readonly members: readonly string[];
}

/** Every assignment of `for` clauses, later clauses varying fastest; undefined after a diagnostic. */
export function iterations(e: Elaboration, scope: Scope, clauses: readonly ForClause[]): readonly Iteration[] | undefined {
  let all: Iteration[] = [{ scope, members: [] }];
  for (const clause of clauses) {
    const next: Iteration[] = [];
    for (const iteration of all) {
      const domain = evaluate(e, iteration.scope, clause.domain);
      if (domain.kind !== "members") {
        if (domain.kind !== "unknown") {
          report(e, wrongKind, { span: clause.domain.span, expected: "a set of members", found: printType(domain) });
        }
        return undefined;
      }
      for (const tuple of domain.tuples) {
        if (tuple.length !== clause.names.length) {
          const names = tuple.length === 2 ? "`for s, t in …`" : "`for m in …`";
          report(e, wrongKind, {
            span: clause.span,
            expected:
              tuple.length === 1
                ? `one name for each member, ${names},`
                : `a name for each of ${tuple.length} members, ${names},`,
            found: clause.names.length === 1 ? "one name" : `${clause.names.length} names`,
          });
          return undefined;
        }
        const inner = childScope(iteration.scope);
        for (const [at, name] of clause.names.entries()) {
          bind(inner, name.text, { kind: "member", name: tuple[at] as string }, name.span, { count: 1 });
        }
        next.push({ scope: inner, members: [...iteration.members, ...tuple] });
      }
    }
    all = next;
  }
  return all;
}

/** Evaluates an expression once an assignment, each under its own path component. */
export function collect(
  e: Elaboration,
  scope: Scope,
  clauses: readonly ForClause[],
  expression: Expression,
): readonly { readonly members: readonly string[]; readonly value: Value }[] | undefined {
  return iterations(e, scope, clauses)?.map((iteration) => ({
    members: iteration.members,
    value: within(e, [iteration.members.join("_")], () => evaluate(e, iteration.scope, expression)),
  }));
}

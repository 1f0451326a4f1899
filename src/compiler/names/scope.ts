// Lexical scopes: what a name stands for at one place, and whether anything read it.
import type { Span } from "../source/span.ts";
import type { Value } from "../types/value.ts";

export interface Binding {
  readonly value: Value;
  readonly span: Span | undefined;
  /** Shared between re-bindings of one declaration, so that a read of any member counts. */
  readonly use: { count: number };
}

export interface Scope {
  readonly parent: Scope | undefined;
  readonly bindings: Map<string, Binding>;
  /** Names that the block declares further down, for messages about their use before that. */
  later?: ReadonlyMap<string, Span>;
}

export const childScope = (parent: Scope | undefined): Scope => ({ parent, bindings: new Map() });

/** The binding a name has here or in an enclosing scope; the read is counted. */
export function lookUp(scope: Scope, name: string): Binding | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const found = at.bindings.get(name);
    if (found !== undefined) {
      found.use.count += 1;
      return found;
    }
  }
  return undefined;
}

/** Whether a name is bound here or in an enclosing scope; looking does not count as a read. */
export function isBound(scope: Scope, name: string): boolean {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) if (at.bindings.has(name)) return true;
  return false;
}

export function bind(scope: Scope, name: string, value: Value, span?: Span, use = { count: 0 }): void {
  scope.bindings.set(name, { value, span, use });
}

/** Where a name is declared further down in a block around the scope. */
export function declaredLater(scope: Scope, name: string): Span | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const span = at.later?.get(name);
    if (span !== undefined) return span;
  }
  return undefined;
}

/** Every name visible here, for suggestions and completion. */
export function visibleNames(scope: Scope): readonly string[] {
  const names = new Set<string>();
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent)
    for (const name of at.bindings.keys()) names.add(name);
  return [...names];
}

// Sizes as TypeScript: constants as numbers, what the data decide as fields of `sizes`.
import { constantValue, type Dim, isDim, parseKey, symbolsOf } from "../../dims/dim.ts";
import type { Attribute } from "../../ir/graph.ts";

/** `64`, `sizes.B`, `3 * sizes.Ft + 1`. */
export function sizeCode(size: Dim): string {
  const constant = constantValue(size);
  if (constant !== undefined) return String(constant);
  const terms = size.terms.map(({ coefficient, symbols }) => {
    const factors = symbols.map(symbolCode);
    if (coefficient === 1 && factors.length > 0) return factors.join(" * ");
    if (coefficient === -1 && factors.length > 0) return `-${factors.join(" * ")}`;
    return [String(coefficient), ...factors].join(" * ");
  });
  return terms.join(" + ").replaceAll("+ -", "- ");
}

function symbolCode(symbol: string): string {
  const quotient = /^\((.*)\)\/\((.*)\)$/.exec(symbol);
  if (quotient?.[1] !== undefined && quotient[2] !== undefined) {
    return `((${sizeCode(parseKey(quotient[1]))}) / (${sizeCode(parseKey(quotient[2]))}))`;
  }
  return `sizes${memberCode(symbol)}`;
}

/** `.name`, or `["na me"]`. */
export function memberCode(name: string): string {
  return isIdentifier(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

export const isIdentifier = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name);

export const shapeCode = (shape: readonly Dim[]): string => `[${shape.map(sizeCode).join(", ")}]`;

/** The symbols that the shapes mention. */
export function symbolsIn(shapes: Iterable<readonly Dim[]>): string[] {
  const found = new Set<string>();
  for (const shape of shapes) for (const size of shape) for (const symbol of symbolsOf(size)) found.add(symbol);
  return [...found].sort();
}

/** An attribute that is a size or a number, as code. */
export function attributeCode(value: Attribute<Dim> | undefined): string {
  if (isDim(value)) return sizeCode(value);
  if (Array.isArray(value)) return `[${value.map(attributeCode).join(", ")}]`;
  return JSON.stringify(value);
}

// Symbolic sizes: integer polynomials over named symbols, kept in one canonical form so that equality is structural.

/** A product of symbols with an integer coefficient, e.g. 3*D*H. `symbols` is sorted; a square appears twice. */
export interface Term {
  readonly coefficient: number;
  readonly symbols: readonly string[];
}

/** A size. Terms are sorted by their symbols, no coefficient is zero; the size 0 has no terms. */
export interface Dim {
  readonly dim: true;
  readonly terms: readonly Term[];
  /** The canonical text, e.g. `3*D + 1`; two dims are equal exactly where their keys are. */
  readonly key: string;
}

const termKey = (term: Term): string => {
  if (term.symbols.length === 0) return String(term.coefficient);
  const product = term.symbols.join("*");
  return term.coefficient === 1 ? product : `${term.coefficient}*${product}`;
};

function fromTerms(terms: Iterable<Term>): Dim {
  const merged = new Map<string, Term>();
  for (const term of terms) {
    const key = term.symbols.join("*");
    const coefficient = (merged.get(key)?.coefficient ?? 0) + term.coefficient;
    merged.set(key, { coefficient, symbols: term.symbols });
  }
  const kept = [...merged.entries()]
    .filter(([, term]) => term.coefficient !== 0)
    .sort(([a, left], [b, right]) => right.symbols.length - left.symbols.length || (a < b ? -1 : 1))
    .map(([, term]) => term);
  const key = kept.length === 0 ? "0" : kept.map(termKey).join(" + ").replaceAll("+ -", "- ");
  return { dim: true, terms: kept, key };
}

// A graph of thousands of nodes has a dozen different sizes: those without arithmetic are made once.
const constants = new Map<number, Dim>();
const symbols = new Map<string, Dim>();

export function constantDim(value: number): Dim {
  const known = constants.get(value);
  if (known !== undefined) return known;
  if (!Number.isSafeInteger(value)) throw new RangeError(`a size must be an integer, not ${value}`);
  const made = fromTerms([{ coefficient: value, symbols: [] }]);
  constants.set(value, made);
  return made;
}

export function symbolDim(name: string): Dim {
  const known = symbols.get(name);
  if (known !== undefined) return known;
  const made = fromTerms([{ coefficient: 1, symbols: [name] }]);
  symbols.set(name, made);
  return made;
}

export function addDims(left: Dim, right: Dim): Dim {
  return fromTerms([...left.terms, ...right.terms]);
}

export function subtractDims(left: Dim, right: Dim): Dim {
  return addDims(left, multiplyDims(constantDim(-1), right));
}

export function multiplyDims(left: Dim, right: Dim): Dim {
  if (left.key === "1") return right;
  if (right.key === "1") return left;
  const terms: Term[] = [];
  for (const a of left.terms) {
    for (const b of right.terms) {
      terms.push({ coefficient: a.coefficient * b.coefficient, symbols: [...a.symbols, ...b.symbols].sort() });
    }
  }
  return fromTerms(terms);
}

/**
 * The exact quotient, or undefined where the divisor (one term) does not divide every term. A quotient that cannot be
 * decided symbolically (`T / 2` with T unknown) is written by `quotientDim` instead.
 */
export function divideDims(left: Dim, right: Dim): Dim | undefined {
  const divisor = right.terms[0];
  if (right.terms.length !== 1 || divisor === undefined) return undefined;
  const terms: Term[] = [];
  for (const term of left.terms) {
    const coefficient = term.coefficient / divisor.coefficient;
    if (!Number.isInteger(coefficient)) return undefined;
    const symbols = [...term.symbols];
    for (const symbol of divisor.symbols) {
      const at = symbols.indexOf(symbol);
      if (at === -1) return undefined;
      symbols.splice(at, 1);
    }
    terms.push({ coefficient, symbols });
  }
  return fromTerms(terms);
}

/** An undecided quotient as an atom of its own; `evaluateDim` checks that the division is exact. */
export function quotientDim(left: Dim, right: Dim): Dim {
  return divideDims(left, right) ?? symbolDim(`(${left.key})/(${right.key})`);
}

export function dimsEqual(left: Dim, right: Dim): boolean {
  return left.key === right.key;
}

/** The value of a size without symbols, else undefined. */
export function constantValue(dim: Dim): number | undefined {
  if (dim.terms.length === 0) return 0;
  const [term] = dim.terms;
  return dim.terms.length === 1 && term !== undefined && term.symbols.length === 0 ? term.coefficient : undefined;
}

export function isDim(value: unknown): value is Dim {
  return typeof value === "object" && value !== null && (value as { dim?: unknown }).dim === true;
}

/** Sizes for symbols. */
export type Sizes = Readonly<Record<string, number>>;

export class UnboundSize extends Error {
  constructor(readonly symbol: string) {
    super(`the size ${symbol} is not known`);
  }
}
export class InexactSize extends Error {
  constructor(
    readonly numerator: number,
    readonly denominator: number,
    readonly symbol: string,
  ) {
    super(`${symbol}: ${numerator} is not divisible by ${denominator}`);
  }
}

/** The number a size stands for. Throws `UnboundSize` or, for a quotient that is not whole, `InexactSize`. */
export function evaluateDim(dim: Dim, sizes: Sizes): number {
  let total = 0;
  for (const term of dim.terms) {
    let product = term.coefficient;
    for (const symbol of term.symbols) product *= evaluateSymbol(symbol, sizes);
    total += product;
  }
  return total;
}

function evaluateSymbol(symbol: string, sizes: Sizes): number {
  const known = sizes[symbol];
  if (known !== undefined) return known;
  const quotient = /^\((.*)\)\/\((.*)\)$/.exec(symbol);
  if (quotient?.[1] === undefined || quotient[2] === undefined) throw new UnboundSize(symbol);
  const numerator = evaluateDim(parseKey(quotient[1]), sizes);
  const denominator = evaluateDim(parseKey(quotient[2]), sizes);
  if (denominator === 0 || numerator % denominator !== 0) throw new InexactSize(numerator, denominator, symbol);
  return numerator / denominator;
}

/** Reads a canonical key back (the inverse of `Dim.key`). */
export function parseKey(key: string): Dim {
  const terms: Term[] = [];
  for (const part of splitTop(key.replaceAll(" - ", " + -"), " + ")) {
    let coefficient = 1;
    const symbols: string[] = [];
    for (const factor of splitTop(part, "*")) {
      const number = Number(factor);
      if (Number.isInteger(number)) coefficient *= number;
      else if (factor.startsWith("-")) {
        coefficient *= -1;
        symbols.push(factor.slice(1));
      } else symbols.push(factor);
    }
    terms.push({ coefficient, symbols: symbols.sort() });
  }
  return fromTerms(terms);
}

function splitTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(from, at));
      from = at + separator.length;
      at = from - 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** Every plain symbol a size depends on, those inside quotients included. */
export function symbolsOf(dim: Dim): ReadonlySet<string> {
  const found = new Set<string>();
  for (const term of dim.terms) {
    for (const symbol of term.symbols) {
      const quotient = /^\((.*)\)\/\((.*)\)$/.exec(symbol);
      if (quotient?.[1] === undefined || quotient[2] === undefined) found.add(symbol);
      else for (const side of [quotient[1], quotient[2]]) for (const inner of symbolsOf(parseKey(side))) found.add(inner);
    }
  }
  return found;
}

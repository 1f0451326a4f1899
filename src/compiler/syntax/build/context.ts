// What every part of the CST-to-AST builder needs: the file, its doc comments, a place to report, and the few ways to read
// a CST that may have holes where the parser recovered.
import type { CstNode, IToken } from "chevrotain";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source/span.ts";
import type { Name } from "../ast.ts";

export interface BuildContext {
  readonly path: string;
  readonly text: string;
  /** The doc comment before the token that begins at the offset. */
  docAt(offset: number): string | undefined;
  report(diagnostic: Diagnostic): void;
  /** Whether the parser has already reported a mistake in the statement around the offset. */
  isFaulty(offset: number): boolean;
  /** Whether the entry that ends at the offset was cut: its line went on in a way that could not be read. */
  isCut(end: number): boolean;
}

/** The only element; undefined also where recovery left the list out, which the CST's types do not say. */
export function one<T>(list: readonly T[] | undefined, index = 0): T | undefined {
  return list?.[index];
}

export function all<T>(list: readonly T[] | undefined): readonly T[] {
  return list ?? [];
}

export function tokenSpan(context: BuildContext, token: IToken): Span {
  const end = (token.endOffset ?? token.startOffset + token.image.length - 1) + 1;
  return { file: context.path, start: token.startOffset, end: Math.max(token.startOffset, end) };
}

/** The place of a node; an empty one stands at `fallback`. */
export function nodeSpan(context: BuildContext, node: CstNode, fallback: number): Span {
  const start = node.location?.startOffset ?? Number.NaN;
  const end = node.location?.endOffset ?? Number.NaN;
  if (Number.isNaN(start)) return pointSpan(context, fallback);
  return { file: context.path, start, end: Number.isNaN(end) ? start : Math.max(start, end + 1) };
}

/** A place without width. */
export function pointSpan(context: BuildContext, offset: number): Span {
  return { file: context.path, start: offset, end: offset };
}

/** The name a token spells; a name that is not there has the empty text. */
export function nameOf(context: BuildContext, token: IToken | undefined, fallback: number): Name {
  if (token === undefined) return { text: "", span: pointSpan(context, fallback) };
  return { text: token.image, span: tokenSpan(context, token) };
}

export function namesOf(context: BuildContext, list: readonly IToken[] | undefined): readonly Name[] {
  return all(list).map((token) => nameOf(context, token, token.startOffset));
}

/** The text inside a string's quotes, escapes read. */
export function stringValue(image: string): string {
  if (image.startsWith('"""')) return image.slice(3, image.length >= 6 && image.endsWith('"""') ? -3 : undefined);
  const closed = image.length > 1 && /^"(?:[^"\\]|\\.)*"$/.test(image);
  return image.slice(1, closed ? -1 : undefined).replace(/\\(.)/g, (_, escaped: string) => escapes[escaped] ?? escaped);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/** The number a literal stands for: `30%` is 0.3. */
export function numberValue(image: string): number {
  return image.endsWith("%") ? Number(image.slice(0, -1)) / 100 : Number(image);
}

// Text to AST, the compiler's first stage: lexer, layout, parser, builder. It never throws: whatever the text, the result is a
// tree with `missing` nodes where something could not be read, and one diagnostic a mistake.
import type { CstNode, IToken } from "chevrotain";
import type { HeaderCstNode, SpecFileCstNode } from "../../../grammar/generated/cst.ts";
import { layOut } from "../../../grammar/layout.ts";
import { commentGroup, tokens } from "../../../grammar/lexer.ts";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.ts";
import { missingHeader } from "../diagnostics/records/syntax/missing-header.ts";
import { unsupportedVersion } from "../diagnostics/records/syntax/unsupported-version.ts";
import type { SourceFile } from "../source/span.ts";
import type { SpecFile } from "./ast.ts";
import { all, type BuildContext, nodeSpan, one, tokenSpan } from "./build/context.ts";
import { buildItems } from "./build/items.ts";
import { collectDocs } from "./docs.ts";
import { layoutDiagnostic } from "./problems/layout.ts";
import { foreignComments, repair, unknownCharacters } from "./problems/lexical.ts";
import { parserDiagnostic } from "./problems/parser.ts";
import { lexer, readTree } from "./read.ts";
import { divide } from "./segments.ts";

/** The version of the language that this compiler reads. */
const languageVersion = 1;

export interface ParseResult {
  readonly ast: SpecFile;
  /** In the order of their places. */
  readonly diagnostics: readonly Diagnostic[];
}

export function parse(file: SourceFile): ParseResult {
  const { path, text } = file;
  const lexed = lexer.tokenize(text);
  const comments = lexed.groups[commentGroup] ?? [];
  const repaired = repair(path, lexed.tokens);
  const laidOut = layOut(repaired.stream);
  const segments = divide(laidOut.tokens);
  const diagnostics = new Map<number, Diagnostic>();
  const report = (diagnostic: Diagnostic) => {
    const segment = segments.at(diagnostic.span.start);
    if (!diagnostics.has(segment)) diagnostics.set(segment, diagnostic);
  };

  unknownCharacters(path, text, lexed.errors).forEach(report);
  foreignComments(path, comments).forEach(report);
  repaired.diagnostics.forEach(report);
  for (const problem of laidOut.problems) report(layoutDiagnostic(path, text, problem));

  const tree = readTree(laidOut.tokens);
  const before = precedingTokens(laidOut.tokens);
  for (const error of tree.errors) report(parserDiagnostic(path, text, error, before(error.token)));

  const context: BuildContext = {
    path,
    text,
    docAt: collectDocs(comments, laidOut.tokens),
    report,
    isFaulty: (offset) => diagnostics.has(segments.at(offset)),
    isCut: (end) => tree.cutEnds.has(end),
  };
  const version = checkHeader(context, tree.root);
  const items = all(tree.root.children.item).flatMap((item) => buildItems(context, item));
  return {
    ast: { span: { file: path, start: 0, end: text.length }, version, items },
    diagnostics: [...diagnostics.values()].sort((one, other) => one.span.start - other.span.start),
  };
}

/** The token before a given one that is written in the file; for the end of the file, the last. */
function precedingTokens(stream: readonly IToken[]): (token: IToken) => IToken | undefined {
  return (token) => {
    const index = stream.indexOf(token);
    for (let at = (index === -1 ? stream.length : index) - 1; at >= 0; at -= 1) {
      const candidate = stream[at];
      if (candidate !== undefined && candidate.image !== "" && candidate.tokenType !== tokens.LineEnd) return candidate;
    }
    return undefined;
  };
}

/** Reports a header that is missing, late or of another version; gives the version it names. */
function checkHeader(context: BuildContext, tree: SpecFileCstNode): number | undefined {
  const entries = all(tree.children.item);
  const start = one(entries) === undefined ? 0 : nodeSpan(context, entries[0] as CstNode, 0).start;
  const headers = entries.flatMap((entry) => all(entry.children.header));
  const [first] = headers;
  const isFirst = first !== undefined && one(entries)?.children.header?.[0] === first;
  const late = headers.find((header) => header !== first || !isFirst);
  if (late !== undefined || (first === undefined && !context.isFaulty(start))) {
    const later = late === undefined ? undefined : nodeSpan(context, late, start);
    context.report(diagnose(missingHeader, { span: { file: context.path, start, end: start }, later }));
  }
  return first === undefined ? undefined : versionOf(context, first);
}

function versionOf(context: BuildContext, header: HeaderCstNode): number | undefined {
  const token = one(header.children.NumberLiteral);
  if (token === undefined || token.image === "") return undefined;
  const version = Number(token.image);
  if (version !== languageVersion) {
    context.report(diagnose(unsupportedVersion, { span: tokenSpan(context, token), version: token.image }));
  }
  return Number.isNaN(version) ? undefined : version;
}

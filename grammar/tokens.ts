// The first stage: every token of the language, once. The lexer, the parser's messages, the TextMate grammar and the
// language server's completion all read this one table.

/** How an editor colours a token: a TextMate scope without the language suffix. */
export type EditorScope =
  | "comment.line.double-slash"
  | "comment.line.documentation"
  | "constant.language.boolean"
  | "constant.numeric"
  | "keyword.control"
  | "keyword.declaration"
  | "keyword.other"
  | "keyword.operator"
  | "punctuation"
  | "string.quoted.double"
  | "string.quoted.triple"
  | "variable.other";

export interface TokenSpecification {
  readonly name: string;
  /** A word or sign as written, or the pattern of an open class. */
  readonly pattern: string | RegExp;
  /** What a message calls it. */
  readonly label: string;
  /** undefined: an editor colours nothing. */
  readonly scope: EditorScope | undefined;
  readonly doc: string;
  /** `reserved` words are never names; `contextual` words are names wherever the grammar leaves no doubt. */
  readonly word?: "reserved" | "contextual";
}

type Named<Name extends string> = TokenSpecification & { readonly name: Name };

function reserved<const Word extends string>(word: Word, scope: EditorScope, doc: string): Named<Capitalize<Word>> {
  return { name: capitalised(word), pattern: word, label: `\`${word}\``, scope, doc, word: "reserved" };
}

function contextual<const Word extends string>(word: Word, doc: string): Named<Capitalize<Word>> {
  return { name: capitalised(word), pattern: word, label: `\`${word}\``, scope: "keyword.other", doc, word: "contextual" };
}

function sign<const Name extends string>(name: Name, pattern: string, scope: EditorScope, doc: string): Named<Name> {
  return { name, pattern, label: `\`${pattern}\``, scope, doc };
}

function open<const Name extends string>(
  name: Name,
  pattern: RegExp,
  label: string,
  scope: EditorScope | undefined,
  doc: string,
): Named<Name> {
  return { name, pattern, label, scope, doc };
}

function capitalised<const Word extends string>(word: Word): Capitalize<Word> {
  return (word.charAt(0).toUpperCase() + word.slice(1)) as Capitalize<Word>;
}

/** The table. Of two patterns that match at one place the earlier wins; words give way to a longer identifier. */
const tokenTable = [
  open(
    "LineEnd",
    /\r\n?|\n/,
    "the end of the line",
    undefined,
    "Ends a statement; the layout rules drop it where a line continues.",
  ),
  open("DocComment", /\/\/\/[^\r\n]*/, "a doc comment", "comment.line.documentation", "Describes the declaration that follows."),
  open("Comment", /\/\/[^\r\n]*/, "a comment", "comment.line.double-slash", "Read by nobody but people."),
  open("TripleString", /"""[\s\S]*?"""/, "a string", "string.quoted.triple", "Text over several lines, taken as it stands."),
  open(
    "OpenTripleString",
    /"""[\s\S]*/,
    "a string without its closing quotes",
    undefined,
    "A mistake that the lexer names: it runs to the end of the file.",
  ),
  open(
    "StringLiteral",
    /"(?:[^"\\\r\n]|\\[^\r\n])*"/,
    "a string",
    "string.quoted.double",
    'Text in double quotes; `\\"`, `\\\\`, `\\n` and `\\t` are escapes.',
  ),
  open(
    "OpenString",
    /"(?:[^"\\\r\n]|\\[^\r\n])*/,
    "a string without its closing quote",
    undefined,
    "A mistake that the lexer names, so that it costs one line only.",
  ),

  open(
    "ForeignComment",
    /#[^\r\n]*|\/\*[\s\S]*?\*\//,
    "a comment of another language",
    undefined,
    "A mistake that the lexer names; comments begin with `//`.",
  ),
  open("Semicolon", /;/, "`;`", undefined, "A mistake that the lexer names: a statement ends with its line."),

  reserved("use", "keyword.control", "Brings in library modules, other mmx files and TypeScript extension operations."),
  reserved("dim", "keyword.declaration", "Declares sizes: constants, ragged dimensions, families of dimensions."),
  reserved("labels", "keyword.declaration", "Declares class labels, which are also a dimension."),
  reserved("data", "keyword.declaration", "Declares a data set: its fields, targets, split and file."),
  reserved("modalities", "keyword.declaration", "Declares a set of members that families range over."),
  reserved("module", "keyword.declaration", "Declares a module: a function that makes weights."),
  reserved("fn", "keyword.declaration", "Declares a function without weights."),
  reserved("model", "keyword.declaration", "Declares a model: bindings, predictions and losses over batches of data."),
  reserved("train", "keyword.declaration", "Declares how a model is trained on data."),
  reserved("evaluate", "keyword.declaration", "Declares how a model is measured on data."),
  reserved("for", "keyword.control", "Makes one value a member: `h[m] = … for m in M`."),
  reserved("in", "keyword.control", "Names the domain of a `for`, or the range of a target."),
  reserved("if", "keyword.control", "`if cond then a else b`, decided at compile time."),
  reserved("then", "keyword.control", "The first branch of an `if`."),
  reserved("else", "keyword.control", "The other branch of an `if`, or what stands in for an absent value."),
  reserved("and", "keyword.operator", "True where both are."),
  reserved("or", "keyword.operator", "True where either is."),
  reserved("not", "keyword.operator", "True where its operand is not."),
  reserved("true", "constant.language.boolean", "The truth value."),
  reserved("false", "constant.language.boolean", "The other truth value."),
  reserved("scan", "keyword.control", "A loop over a ragged dimension with carried values."),

  contextual("mmx", "The header: the version of the language, `mmx 1`."),
  contextual("ragged", "Every sample has its own length along this dimension."),
  contextual("file", "The default file of a data block."),
  contextual("target", "A field that is to be predicted."),
  contextual("id", "A field that identifies samples; no model can read it."),
  contextual("optional", "A field that may be missing for a sample."),
  contextual("from", "The column a field is read from, or the epoch an update begins."),
  contextual("split", "Divides a data set into parts."),
  contextual("by", "Splits by a column of the file."),
  contextual("random", "Splits at random by shares."),
  contextual("seed", "The seed of a random split."),
  contextual("stratify", "Keeps a target's distribution equal in all parts of a split."),
  contextual("group", "Keeps samples of one group in one part of a split."),
  contextual("standardise", "Fields scaled to mean 0 and variance 1 a feature, fitted on the training split."),
  contextual("without", "Fields of a data block that a model may not read."),
  contextual("predict", "Answers a target."),
  contextual("loss", "A named scalar that a stage may minimise."),
  contextual("param", "A weight of a module."),
  contextual("bank", "State that outlives a batch."),
  contextual("update", "A bank's new value after a step."),
  contextual("epoch", "The epoch an update begins."),
  contextual("next", "A carry's new value in a scan."),
  contextual("over", "The dimension a scan runs along."),
  contextual("backward", "Runs a scan from the end."),
  contextual("carry", "The values a scan carries from step to step."),
  contextual("record", "Declares a record: the named parts of a value that a pipeline takes or a memory holds."),
  contextual("projection", "Declares words and the label that each stands for."),
  contextual("service", "Declares a service: what it takes and gives; it is bound at run time."),
  contextual("memory", "Declares a memory: records to look up, by likeness or by key."),
  contextual("pipeline", "Declares a pipeline of services."),
  contextual("on", "The data of a `train` or `evaluate`."),
  contextual("stage", "One part of the training recipe."),

  open("Identifier", /[A-Za-z_][A-Za-z0-9_]*/, "a name", "variable.other", "ASCII letters, digits and `_`."),
  sign("Ellipsis", "...", "keyword.operator", "Any leading axes."),
  sign("DotDot", "..", "keyword.operator", "A range, both ends included."),
  open(
    "NumberLiteral",
    /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?%?/,
    "a number",
    "constant.numeric",
    "`12`, `0.5`, `1e-3`, `30%` (= 0.3).",
  ),
  sign("Dot", ".", "punctuation", "Reads a field of a record or of data."),
  sign("PipeArrow", "|>", "keyword.operator", "Gives the value on the left to the function on the right as its first argument."),
  sign("Bar", "|", "keyword.operator", "Separates members or labels."),
  sign("Arrow", "->", "keyword.operator", "Comes before a module's result type."),
  sign("EqualEqual", "==", "keyword.operator", "1 where equal, 0 elsewhere."),
  sign("NotEqual", "!=", "keyword.operator", "1 where different, 0 elsewhere."),
  sign("LessEqual", "<=", "keyword.operator", "At most; also bounds a ragged dimension."),
  sign("GreaterEqual", ">=", "keyword.operator", "At least."),
  sign("Less", "<", "keyword.operator", "Less than."),
  sign("Greater", ">", "keyword.operator", "Greater than."),
  sign("Equals", "=", "keyword.operator", "Gives a value its name."),
  sign("Plus", "+", "keyword.operator", "Adds; joins data sets."),
  sign("Minus", "-", "keyword.operator", "Subtracts; takes members away."),
  sign("Star", "*", "keyword.operator", "Multiplies; all ordered pairs of members; every member in an index."),
  sign("Slash", "/", "keyword.operator", "Divides; exact between sizes."),
  sign("Caret", "^", "keyword.operator", "Raises to a power."),
  sign("Colon", ":", "punctuation", "Gives a setting its value, a field or parameter its type."),
  sign("Comma", ",", "punctuation", "Separates items."),
  sign("Question", "?", "keyword.operator", "A value that may be absent."),
  sign("LeftParen", "(", "punctuation", "Opens arguments, parameters or a group."),
  sign("RightParen", ")", "punctuation", "Closes `(`."),
  sign("LeftSquare", "[", "punctuation", "Opens axes, an index or a list."),
  sign("RightSquare", "]", "punctuation", "Closes `[`."),
  sign("LeftCurly", "{", "punctuation", "Opens a block, a record or a set."),
  sign("RightCurly", "}", "punctuation", "Closes `{`."),
];

/** The name of every token in the table. */
export type TokenName = (typeof tokenTable)[number]["name"];

/** The table as its general type, for code that walks over it. */
export const tokenSpecifications: readonly TokenSpecification[] = tokenTable;

/** Words that are never names. */
export const reservedWords: readonly string[] = wordsOf("reserved");
/** Words that the grammar gives a meaning in some places and that are names elsewhere. */
export const contextualWords: readonly string[] = wordsOf("contextual");

function wordsOf(kind: "reserved" | "contextual"): string[] {
  return tokenSpecifications.filter((token) => token.word === kind).map((token) => String(token.pattern));
}

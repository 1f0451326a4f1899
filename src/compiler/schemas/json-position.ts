// Where each value of a JSON text stands. Only needed once something is wrong: the happy path uses JSON.parse.

export interface JsonPositions {
  /** Offset of the value at each JSON pointer (`/seeds/0`); the whole text's value is at the empty pointer. */
  readonly offsets: ReadonlyMap<string, number>;
  /** The first syntax error, where there is one; the offsets before it are still there. */
  readonly error: { readonly offset: number; readonly message: string } | undefined;
}

class Malformed extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

/** Walks a JSON text (RFC 8259) and notes where each value starts. */
export function jsonPositions(text: string): JsonPositions {
  const offsets = new Map<string, number>();
  try {
    const end = skipSpace(text, readValue(text, skipSpace(text, 0), "", offsets));
    if (end < text.length) throw new Malformed(end, `${shown(text, end)} after the end of the value`);
    return { offsets, error: undefined };
  } catch (problem) {
    if (problem instanceof Malformed) return { offsets, error: { offset: problem.offset, message: problem.message } };
    throw problem;
  }
}

function readValue(text: string, at: number, pointer: string, offsets: Map<string, number>): number {
  offsets.set(pointer, at);
  const first = text[at];
  if (first === "{") return readObject(text, at, pointer, offsets);
  if (first === "[") return readArray(text, at, pointer, offsets);
  if (first === '"') return readString(text, at);
  const word = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
  word.lastIndex = at;
  const match = word.exec(text);
  if (match === null) throw new Malformed(at, `a value should stand here, not ${shown(text, at)}`);
  return at + match[0].length;
}

function readObject(text: string, start: number, pointer: string, offsets: Map<string, number>): number {
  let at = skipSpace(text, start + 1);
  if (text[at] === "}") return at + 1;
  for (;;) {
    if (text[at] !== '"') throw new Malformed(at, `a name in quotation marks should stand here, not ${shown(text, at)}`);
    const end = readString(text, at);
    const key = String(JSON.parse(text.slice(at, end)));
    at = skipSpace(text, end);
    if (text[at] !== ":") throw new Malformed(at, `a colon should stand after the name, not ${shown(text, at)}`);
    at = readValue(text, skipSpace(text, at + 1), `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, offsets);
    at = skipSpace(text, at);
    if (text[at] === "}") return at + 1;
    if (text[at] !== ",") throw new Malformed(at, `a comma or } should stand here, not ${shown(text, at)}`);
    at = skipSpace(text, at + 1);
  }
}

function readArray(text: string, start: number, pointer: string, offsets: Map<string, number>): number {
  let at = skipSpace(text, start + 1);
  if (text[at] === "]") return at + 1;
  for (let index = 0; ; index += 1) {
    at = skipSpace(text, readValue(text, at, `${pointer}/${index}`, offsets));
    if (text[at] === "]") return at + 1;
    if (text[at] !== ",") throw new Malformed(at, `a comma or ] should stand here, not ${shown(text, at)}`);
    at = skipSpace(text, at + 1);
  }
}

function readString(text: string, start: number): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are just what JSON strings may not hold
  const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
  string.lastIndex = start;
  const match = string.exec(text);
  if (match === null) throw new Malformed(start, "this text is not closed, or holds a character that JSON does not allow");
  return start + match[0].length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text[at] ?? "")) at += 1;
  return at;
}

function shown(text: string, at: number): string {
  return at >= text.length ? "the end of the text" : `“${text[at]}”`;
}

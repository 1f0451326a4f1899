// Line breaking of emitted code: a call that does not fit on its line gets a line for each argument.

const width = 118;

/** The code over as many lines as it takes; `indent` is how far in it stands. */
export function wrapCode(code: string, indent = 0): string {
  if (indent + code.length <= width || code.includes("\n")) return code;
  const open = code.search(/[([]/);
  const close = open === -1 ? -1 : closingBracket(code, open);
  if (close === -1) return code;
  const inner = " ".repeat(indent + 2);
  const parts = splitArguments(code.slice(open + 1, close)).map((part) => `${inner}${wrapCode(part, indent + 2)},\n`);
  return `${code.slice(0, open + 1)}\n${parts.join("")}${" ".repeat(indent)}${code.slice(close)}`;
}

/** Each character outside strings with the depth of brackets around it. */
function* outsideStrings(code: string): Generator<{ readonly at: number; readonly character: string; readonly depth: number }> {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < code.length; at += 1) {
    const character = code[at] ?? "";
    if (character === '"' && code[at - 1] !== "\\") quoted = !quoted;
    if (quoted) continue;
    if (")]}".includes(character)) depth -= 1;
    yield { at, character, depth };
    if ("([{".includes(character)) depth += 1;
  }
}

function closingBracket(code: string, open: number): number {
  for (const { at, character, depth } of outsideStrings(code)) {
    if (at > open && depth === 0 && ")]".includes(character)) return at;
  }
  return -1;
}

function splitArguments(code: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const { at, character, depth } of outsideStrings(code)) {
    if (depth !== 0 || character !== ",") continue;
    parts.push(code.slice(from, at).trim());
    from = at + 1;
  }
  return [...parts, code.slice(from).trim()].filter((part) => part !== "");
}

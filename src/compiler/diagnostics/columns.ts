// How wide text is on a terminal: what the source frame needs to put a caret under the right letter.

/** Tabs are shown as this many blanks, wherever they stand. */
const tabWidth = 4;

/** Blocks that Unicode's EastAsianWidth.txt calls wide or full-width, and the emoji that terminals draw two columns wide. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe4f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** Marks that are drawn onto the character before them (categories Mn and Me), joiners (Cf) and variation selectors. */
const zeroWidth = /^(?:\p{Mn}|\p{Me}|\p{Cf}|\p{Variation_Selector})$/u;

function characterWidth(character: string): number {
  if (character === "\t") return tabWidth;
  if (zeroWidth.test(character)) return 0;
  const point = character.codePointAt(0) ?? 0;
  return wideRanges.some(([low, high]) => point >= low && point <= high) ? 2 : 1;
}

/** Terminal columns that `text` takes, tabs shown as blanks. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text as it is shown: tabs as blanks, other control characters as a visible stand-in of one column. */
export function displayText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is made visible here.
  return text.replaceAll("\t", " ".repeat(tabWidth)).replace(/[\u0000-\u001f\u007f]/g, "\u00b7");
}

/** The part of shown text between two columns; a wide character cut in half becomes a blank. */
export function sliceColumns(text: string, from: number, to: number): string {
  let column = 0;
  let slice = "";
  for (const character of text) {
    const width = characterWidth(character);
    if (column >= from && column + width <= to) slice += character;
    else if (column < to && column + width > from && width > 0)
      slice += " ".repeat(Math.min(to, column + width) - Math.max(from, column));
    column += width;
  }
  return slice;
}

/** Breaks a paragraph at blanks so that no line is longer than `width`, where a word allows it. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join("\n");
}

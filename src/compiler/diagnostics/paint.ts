// The few colours a rendered diagnostic has, as ANSI escapes; plain text where colour is off.

type Brush = (text: string) => string;

export interface Paint {
  readonly error: Brush;
  readonly warning: Brush;
  /** The message beside the code. */
  readonly strong: Brush;
  /** Line numbers and rules. */
  readonly frame: Brush;
  readonly primary: Brush;
  readonly label: Brush;
  /** What may be overlooked. */
  readonly faint: Brush;
  readonly code: Brush;
}

function brush(open: string, close: string): Brush {
  return (text) => (text === "" ? "" : `\u001b[${open}m${text}\u001b[${close}m`);
}

const plain: Brush = (text) => text;

const colours: Paint = {
  error: brush("1;31", "22;39"),
  warning: brush("1;33", "22;39"),
  strong: brush("1", "22"),
  frame: brush("34", "39"),
  primary: brush("1;31", "22;39"),
  label: brush("36", "39"),
  faint: brush("2", "22"),
  code: brush("32", "39"),
};

const noColours: Paint = {
  error: plain,
  warning: plain,
  strong: plain,
  frame: plain,
  primary: plain,
  label: plain,
  faint: plain,
  code: plain,
};

/** The colours for one diagnostic: carets take the colour of its severity. */
export function paintFor(colour: boolean, severity: "error" | "warning"): Paint {
  if (!colour) return noColours;
  return severity === "error" ? colours : { ...colours, primary: colours.warning };
}

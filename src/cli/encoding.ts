// How a frozen encoder's run looks: one live line on a terminal, a line at its start and at its end elsewhere. It goes to standard
// error, which leaves standard output to results.
import type { EncodeProgress } from "../runtime/data/encoders/encode.ts";
import type { Context } from "./context.ts";
import { grouped } from "./text.ts";

/** A live line is redrawn at most this often. */
const redrawMilliseconds = 80;

/** Shows progress as it comes; made once a data file. */
export function encodingDisplay(
  context: Context,
  now: () => number = performance.now.bind(performance),
): (progress: EncodeProgress) => void {
  const { terminal } = context;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let started = "";
  return ({ model, text, done, total }) => {
    const finished = text === undefined && done === total;
    const line = text ?? `encoding with ${model}: ${grouped(done)} of ${grouped(total)}`;
    if (!terminal.interactive) {
      if (text === undefined && started === model && !finished) return;
      started = model;
      terminal.writeError(`${line}\n`);
      return;
    }
    if (!finished && text === undefined && now() - drawnAt < redrawMilliseconds) return;
    drawnAt = now();
    terminal.writeError(`\r\u001b[2K${line}${finished || text !== undefined ? "\n" : ""}`);
  };
}

// Options of the form NAME=VALUE, given any number of times: `--data mosi=clips.npz`, `--set D=64`.
import { usageError } from "./failure.ts";

/** For commander: gathers repeated options into one record; the last of a name wins. */
export function collectPairs(
  option: string,
  example: string,
): (pair: string, before: Record<string, string>) => Record<string, string> {
  return (pair, before) => {
    const split = pair.indexOf("=");
    if (split < 1)
      throw usageError(
        `${option} ${pair}: a name and a value with = between them are wanted.`,
        `For example: ${option} ${example}`,
      );
    return { ...before, [pair.slice(0, split).trim()]: pair.slice(split + 1) };
  };
}

/** For commander: a whole number of at least `low`. */
export function wholeNumber(option: string, low: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < low) {
      throw usageError(`${option} ${text}: a whole number of at least ${low} is wanted.`);
    }
    return value;
  };
}

/** The values of repeated `NAME=NUMBER` options. */
export function numbers(option: string, pairs: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(Object.entries(pairs).map(([name, text]) => [name, wholeNumber(`${option} ${name}`, 1)(text)]));
}

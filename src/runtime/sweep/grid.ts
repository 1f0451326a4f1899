// What a sweep trains: every variant with every combination of values, each for every seed. Names of configurations are made
// from what tells them apart; tables show them and folders are called by them.

export interface Configuration {
  /** `no alignment, D = 64`; `the spec` where nothing is set. */
  readonly name: string;
  /** `--set` values. */
  readonly overrides: Readonly<Record<string, string>>;
}

export type Settings = Readonly<Record<string, string>>;

export interface Grid {
  /** Settings that go together, by name; one without a name and settings where left out. */
  readonly variants?: Readonly<Record<string, Settings>>;
  /** Values by setting, all combinations of which are trained. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** A setting that is given twice, a name that is given twice. */
export class GridError extends Error {
  override readonly name = "GridError";
}

/**
 * The configurations in the order of variants, then values, the last setting changing fastest. A setting with one value is set in all
 * and stands in no name. Raises `GridError` where a variant sets what the grid sets too.
 */
export function configurationsOf({ variants = { "": {} }, values }: Grid): readonly Configuration[] {
  const combinations = Object.entries(values).reduce<readonly Settings[]>(
    (before, [key, choices]) => before.flatMap((settings) => choices.map((choice) => ({ ...settings, [key]: choice }))),
    [{}],
  );
  const varied = Object.keys(values).filter((key) => (values[key]?.length ?? 0) > 1);
  const configurations = Object.entries(variants).flatMap(([variant, settings]) => {
    const both = Object.keys(settings).find((key) => values[key] !== undefined);
    if (both !== undefined)
      throw new GridError(`${both} is set by the variant “${variant}” and by the grid: one of them must do`);
    return combinations.map((combination) => {
      const parts = [...(variant === "" ? [] : [variant]), ...varied.map((key) => `${key} = ${combination[key]}`)];
      return { name: parts.length === 0 ? "the spec" : parts.join(", "), overrides: { ...combination, ...settings } };
    });
  });
  const names = configurations.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new GridError(`${twice} is given twice`);
  return configurations;
}

/** Splits at commas outside brackets and quotes: `adam(lr: 1, decay: 0),sgd(lr: 1)` has two values. */
export function splitValues(text: string): readonly string[] {
  const values: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === '"') quoted = !quoted;
    if (quoted) continue;
    if ("([{".includes(character)) depth += 1;
    if (")]}".includes(character)) depth -= 1;
    if (character !== "," || depth !== 0) continue;
    values.push(text.slice(start, at).trim());
    start = at + 1;
  }
  return [...values, text.slice(start).trim()];
}

/** `1-3,7` is 1, 2, 3, 7. Undefined where it is no list of whole numbers and ranges of them. */
export function seedList(text: string): readonly number[] | undefined {
  const seeds: number[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part);
    if (match === null) return undefined;
    const low = Number(match[1]);
    const high = Number(match[2] ?? match[1]);
    if (!Number.isSafeInteger(high) || high < low || high - low > 9999) return undefined;
    for (let seed = low; seed <= high; seed += 1) if (!seeds.includes(seed)) seeds.push(seed);
  }
  return seeds;
}

/** A folder name for a configuration: what is not a letter, digit or one of `._=+-` becomes `-`. */
export function folderName(name: string): string {
  const plain = name.replaceAll(" = ", "=").replaceAll(/[^\p{L}\p{N}._=+]+/gu, "-");
  return plain.replaceAll(/^[-.]+|-+$/g, "").slice(0, 100) || "spec";
}

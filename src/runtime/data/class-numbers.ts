// Class labels to class numbers: by name, or, where the names are not numbers themselves, by number from 0.

/** The class of a cell, or undefined where it has none. An empty or NaN cell is NaN: an absent label. */
export function classifier(labels: readonly string[]): (cell: string | number) => number | undefined {
  const byName = new Map(labels.map((name, at) => [name, at]));
  const numbered = labels.some((name) => /^-?\d+$/.test(name));
  return (cell) => {
    if (cell === "" || Number.isNaN(cell)) return Number.NaN;
    const named = byName.get(String(cell).trim());
    if (named !== undefined || numbered) return named;
    const number = Number(cell);
    return Number.isInteger(number) && number >= 0 && number < labels.length ? number : undefined;
  };
}

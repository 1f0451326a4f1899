// Lengths along a ragged dimension belong to the sample, not to the field: fields that share the dimension share them.
import { type Diagnostic, diagnose } from "../../compiler/diagnostics/diagnostic.ts";
import { lengthsWrong } from "../../compiler/diagnostics/records/data/lengths-wrong.ts";
import type { CheckedField } from "./check-field.ts";
import type { RawField } from "./raw-field.ts";

/** Gives fields without lengths those of a field that shares the dimension and has some. */
export function shareLengths(fields: readonly RawField[]): readonly RawField[] {
  const donors = [...fields].sort((left, right) => Number(left.field.optional) - Number(right.field.optional));
  return fields.map((raw) => {
    const lengths = new Map(raw.lengths);
    raw.field.axes.forEach((axis, at) => {
      const symbol = axis.size.key;
      if (!axis.ragged || lengths.has(symbol)) return;
      const donated = donors.find((donor) => donor.lengths.has(symbol))?.lengths.get(symbol);
      // Where the donor has no steps it is absent and says nothing about this field.
      if (donated !== undefined)
        lengths.set(
          symbol,
          Array.from(donated, (length) => length || (raw.shape[at + 1] as number)),
        );
    });
    return { ...raw, lengths };
  });
}

/** One length a sample for each ragged dimension: that of its present fields, which must agree; 1 where none is present. */
export function commonLengths(
  fields: readonly CheckedField[],
  count: number,
): { readonly lengths: ReadonlyMap<string, Int32Array>; readonly diagnostics: readonly Diagnostic[] } {
  const lengths = new Map<string, Int32Array>();
  const diagnostics: Diagnostic[] = [];
  const symbols = new Set(fields.flatMap((field) => [...field.lengths.keys()]));
  for (const symbol of symbols) {
    const common = new Int32Array(count);
    const sharing = fields.filter((field) => field.lengths.has(symbol));
    const owners = new Array<string>(count);
    for (const { data, lengths: own } of sharing) {
      const row = disagreement(common, own.get(symbol) as Int32Array, data.present);
      if (row !== -1) {
        const { name, span } = data.field;
        const problem = `sample ${row} is ${own.get(symbol)?.[row]} long in ${name} and ${common[row]} in ${owners[row]}, which share ${symbol}`;
        diagnostics.push(diagnose(lengthsWrong, { span, of: symbol, problem }));
        break;
      }
      common.forEach((length, at) => {
        if (length > 0 && owners[at] === undefined) owners[at] = data.field.name;
      });
    }
    lengths.set(
      symbol,
      common.map((length) => Math.max(1, length)),
    );
  }
  return { lengths, diagnostics };
}

/** Takes a field's lengths over where none is known yet; gives the first sample where a known one differs, or -1. */
function disagreement(common: Int32Array, own: Int32Array, present: Uint8Array | undefined): number {
  for (let row = 0; row < common.length; row += 1) {
    if (present?.[row] === 0) continue;
    if (common[row] === 0) common[row] = own[row] as number;
    else if (common[row] !== own[row]) return row;
  }
  return -1;
}

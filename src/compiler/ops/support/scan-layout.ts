// How the inputs and results of a scan are laid out: carries, then sequences, then constants.
import { booleanAttribute, numberAttribute } from "./attributes.ts";

export interface ScanCounts {
  readonly carries: number;
  readonly sequences: number;
  readonly constants: number;
  readonly outputs: number;
  /** Whether the loop runs from the last entry to the first. */
  readonly reverse: boolean;
}

export function scanCounts(attributes: Readonly<Record<string, unknown>>): ScanCounts {
  return {
    carries: numberAttribute("scan", attributes, "carries"),
    sequences: numberAttribute("scan", attributes, "sequences"),
    constants: numberAttribute("scan", attributes, "constants"),
    outputs: numberAttribute("scan", attributes, "outputs"),
    reverse: booleanAttribute("scan", attributes, "reverse"),
  };
}

const numbered = (kind: string, count: number): string[] => Array.from({ length: count }, (_, k) => `${kind}.${k}`);

/** The body's name for each input of the scan, in the scan's order. */
export function scanInputNames(counts: ScanCounts): readonly string[] {
  return [...numbered("carry", counts.carries), ...numbered("slice", counts.sequences), ...numbered("const", counts.constants)];
}

// The buffers of a schedule in the making: the program's, and those that scheduling adds.
import type { Buffer } from "../kernel.ts";

/** A buffer that is another one under a second number, from some element on. */
export interface Alias {
  readonly root: number;
  readonly offset: number;
}

export interface Registry {
  readonly buffers: readonly Buffer[];
  readonly aliases: ReadonlyMap<number, Alias>;
  add(buffer: Buffer): number;
  /** A second number for a buffer; asked again with the same label, the same number. */
  alias(root: number, offset: number, label: string): number;
  elements(buffer: number): number;
}

export const elementsOf = ({ shape }: Pick<Buffer, "shape">): number => shape.reduce((product, size) => product * size, 1);

export function registryOf(buffers: readonly Buffer[]): Registry {
  const all = [...buffers];
  const aliases = new Map<number, Alias>();
  const labelled = new Map<string, number>();
  const at = (buffer: number): Buffer => all[buffer] as Buffer;
  return {
    buffers: all,
    aliases,
    add: (buffer) => all.push(buffer) - 1,
    alias(root, offset, label) {
      const key = `${root} ${offset} ${label}`;
      const known = labelled.get(key);
      if (known !== undefined) return known;
      const original = at(root);
      const { kind, values: _values, ...rest } = original;
      const number = all.push({ ...rest, kind: kind === "variable" ? kind : "value" }) - 1;
      aliases.set(number, { root, offset });
      labelled.set(key, number);
      return number;
    },
    elements: (buffer) => elementsOf(at(buffer)),
  };
}

/** What TypeScript knows of npz.mjs. */
export type NumberArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Int8Array | Uint8Array;
export interface StoredArray {
  readonly shape: readonly number[];
  readonly values: NumberArray;
}
export function refuse(message: string): never;
export function readSource(path: string, options: { readonly usage: string; readonly sum?: string }): Uint8Array;
export function halves(bytes: Uint8Array): Float32Array;
export function readArrays<Name extends string>(bytes: Uint8Array, names: readonly Name[]): Record<Name, StoredArray>;
export function numbers(values: NumberArray, shape?: readonly number[]): Uint8Array;
export function texts(values: readonly string[]): Uint8Array;
export function writeArchive(
  path: string,
  arrays: Readonly<Record<string, Uint8Array>>,
  options?: { readonly level?: 0 | 1 | 6 },
): number;

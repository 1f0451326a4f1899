/** What tests use of evaluate.mjs. */
export function projectionOf(spec: string): ReadonlyMap<string, string>;
export function hit(predicted: readonly string[], gold: readonly string[], projection: ReadonlyMap<string, string>): number;
export function distinct(texts: readonly string[], n: number): number;

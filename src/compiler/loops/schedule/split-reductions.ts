// A kernel that reduces a whole axis to a few numbers and goes on with these (a mean loss, and its sum with others) becomes two:
// one that only reduces, which can run in chunks, and a tiny one with the rest.
import type { Instruction, Nest, Store } from "../kernel.ts";
import { variesAlongInnermost } from "../levels.ts";
import { compactNest, inputsOf, reachable, valuesOf } from "./instructions.ts";
import { type Item, itemOf } from "./items.ts";
import type { Registry } from "./registry.ts";

export function splitReductions(items: readonly Item[], registry: Registry): readonly Item[] {
  return items.flatMap((item) => {
    const parts = item.kernel.kind === "nest" ? splitReduction(item.kernel, registry) : undefined;
    return parts === undefined ? [item] : parts.map((kernel) => itemOf(kernel, item.source));
  });
}

function splitReduction(kernel: Nest, registry: Registry): readonly [Nest, Nest] | undefined {
  const { sizes, body, stores, fills, path } = kernel;
  const outer = sizes.slice(0, -1).reduce((product, size) => product * size, 1);
  const varies = variesAlongInnermost(kernel);
  const isRowStore = ({ access, value, index }: Store): boolean =>
    varies[value] !== true && (access.strides.at(-1) ?? 0) === 0 && (index === undefined || varies[index.value] !== true);
  const after = stores.filter(isRowStore);
  const isDone = after.every(({ value }) => body[value]?.op === "reduce");
  if (outer !== 1 || (sizes.at(-1) ?? 1) === 1 || isDone || body.some((each) => each.op === "random")) return undefined;
  const elementwise = reachable(body, stores.filter((store) => !isRowStore(store)).flatMap(valuesOf));
  const rest = reachable(body, after.flatMap(valuesOf), true);
  const reductions = [...rest].filter((at) => body[at]?.op === "reduce");
  if (reductions.length === 0 || [...elementwise].some((at) => body[at]?.op === "reduce")) return undefined;
  if (
    reductions.some((at) => [...reachable(body, inputsOf(body[at] as Instruction))].some((other) => body[other]?.op === "reduce"))
  )
    return undefined;
  const written = new Set(stores.map(({ access }) => access.buffer));
  if ([...rest].some((at) => written.has(bufferOf(body[at]) ?? -1))) return undefined;

  const zeros = new Array<number>(sizes.length).fill(0);
  const accesses = new Map(
    reductions.map((at) => {
      const { dtype } = body[at] as Instruction;
      return [at, { buffer: registry.add({ kind: "value", dtype, shape: [], path }), offset: 0, strides: zeros }];
    }),
  );
  const parts: readonly Store[] = reductions.map((value) => ({
    access: accesses.get(value) as NonNullable<ReturnType<typeof accesses.get>>,
    value,
    mode: "set",
  }));
  const loaded = body.map((instruction, at): Instruction => {
    const access = accesses.get(at);
    return access === undefined ? instruction : { op: "load", access, dtype: instruction.dtype };
  });
  const filledAfter = new Set(after.map(({ access }) => access.buffer));
  return [
    compactNest({
      ...kernel,
      stores: [...stores.filter((store) => !isRowStore(store)), ...parts],
      fills: fills.filter((fill) => !filledAfter.has(fill.buffer)),
    }),
    compactNest({
      ...kernel,
      sizes: sizes.map((size, loop) => (loop === sizes.length - 1 ? 1 : size)),
      body: loaded,
      stores: after,
      fills: fills.filter((fill) => filledAfter.has(fill.buffer)),
    }),
  ];
}

const bufferOf = (instruction: Instruction | undefined): number | undefined =>
  instruction?.op === "load" || instruction?.op === "lookup" ? instruction.access.buffer : undefined;

// After a chunked segment: the copies that its chunks made of a buffer become the buffer's value, in the first kernel that reads
// it where that reads every entry once, else in a kernel of its own. Copies are combined in their order, whoever made them.
import type { Access, Instruction, Nest, Store } from "../kernel.ts";
import type { Copies } from "./chunks.ts";
import { withInputs, withValues } from "./instructions.ts";
import { type Item, itemOf } from "./items.ts";
import type { Registry } from "./registry.ts";

/** The remaining items with everything that combines copies; `lasting` holds the buffers that are read after the last item. */
export function combineCopies(
  items: readonly Item[],
  copies: readonly Copies[],
  registry: Registry,
  lasting: ReadonlySet<number>,
): readonly Item[] {
  const result = [...items];
  const own: Item[] = [];
  const users = new Map(copies.map(({ buffer }): [number, number[]] => [buffer, []]));
  items.forEach(({ touches: { reads, writes } }, at) => {
    for (const buffer of new Set([...reads, ...writes])) users.get(buffer)?.push(at);
  });
  for (const each of copies) {
    const [first, ...others] = users.get(each.buffer) ?? [];
    const item = first === undefined ? undefined : result[first];
    const isNeeded = others.length > 0 || lasting.has(each.buffer);
    const fused = item === undefined ? undefined : combinedIn(item, each, registry, isNeeded);
    if (first !== undefined && fused !== undefined) result[first] = fused;
    else if (first !== undefined || lasting.has(each.buffer)) own.push(combiningItem(each, registry));
  }
  return [...own, ...result];
}

function combiningItem(copies: Copies, registry: Registry): Item {
  const elements = registry.elements(copies.buffer);
  const { dtype, path } = registry.buffers[copies.buffer] as Registry["buffers"][number];
  const chain = chainOf(copies, { buffer: copies.buffer, offset: 0, strides: [1] }, elements, dtype, 0);
  const access = { buffer: copies.buffer, offset: 0, strides: [1] };
  const store: Store = { access, value: chain.length - 1, mode: "set" };
  const kernel: Nest = { kind: "nest", sizes: [elements], body: chain, stores: [store], fills: [], path };
  return itemOf(kernel, copies.source);
}

/** The item with the chain in the place of its load of the buffer, if it loads every entry once and nothing else touches it there. */
function combinedIn(item: Item, copies: Copies, registry: Registry, isNeeded: boolean): Item | undefined {
  const { kernel, source, touches } = item;
  if (kernel.kind !== "nest" || touches.writes.has(copies.buffer)) return undefined;
  const loads = kernel.body.flatMap((instruction, at) =>
    (instruction.op === "load" || instruction.op === "lookup") && instruction.access.buffer === copies.buffer ? [at] : [],
  );
  const [at] = loads;
  const load = at === undefined ? undefined : kernel.body[at];
  if (at === undefined || loads.length > 1 || load?.op !== "load") return undefined;
  const elements = registry.elements(copies.buffer);
  if (!coversOnce(load.access, kernel.sizes, elements)) return undefined;
  const chain = chainOf(copies, load.access, elements, load.dtype, at);
  const shift = chain.length - 1;
  const moved = (number: number): number => (number < at ? number : number + shift);
  const body = [...kernel.body.slice(0, at), ...chain, ...kernel.body.slice(at + 1).map((each) => withInputs(each, moved))];
  const stores = kernel.stores.map((store) => withValues(store, moved));
  const keep: readonly Store[] = isNeeded ? [{ access: load.access, value: moved(at), mode: "set" }] : [];
  // What the padded rows of an added store would hold is not known, so all rows are computed.
  const { skip: _skip, ...rest } = kernel;
  return itemOf({ ...rest, body, stores: [...stores, ...keep] }, source);
}

/** Whether the loops go over every element of a buffer once, in whatever order. */
function coversOnce({ offset, strides }: Access, sizes: readonly number[], elements: number): boolean {
  const moves = sizes.flatMap((size, loop) => (size === 1 ? [] : [{ size, stride: strides[loop] ?? 0 }]));
  moves.sort((a, b) => a.stride - b.stride);
  let covered = 1;
  for (const { size, stride } of moves) {
    if (stride !== covered) return false;
    covered *= size;
  }
  return offset === 0 && covered === elements;
}

/** Loads of all copies at the place of an access to the buffer, each combined with those before it; it begins as instruction `from`. */
function chainOf(copies: Copies, access: Access, elements: number, dtype: "f32" | "i32", from: number): Instruction[] {
  const chain: Instruction[] = [];
  for (let copy = 0; copy < copies.chunks; copy += 1) {
    const moved = { ...access, buffer: copies.copies, offset: access.offset + copy * elements };
    chain.push({ op: "load", access: moved, dtype });
    if (copy === 0) continue;
    const load = from + chain.length - 1;
    chain.push({ op: "apply", name: copies.combine, inputs: [load - 1, load], dtype, attributes: {} });
  }
  return chain;
}

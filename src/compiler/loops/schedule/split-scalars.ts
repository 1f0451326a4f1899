// A kernel of single numbers often computes several that have nothing to do with one another (a loss for the log, and the
// number of samples that its gradient is divided by): as separate kernels, none has to wait for what another needs.
import type { Nest, Store } from "../kernel.ts";
import { compactNest, reachable, valuesOf } from "./instructions.ts";
import { type Item, itemOf } from "./items.ts";

export function splitScalars(items: readonly Item[]): readonly Item[] {
  return items.flatMap((item) => {
    const { kernel, source } = item;
    return kernel.kind === "nest" && isSeparable(kernel) ? splitByLoads(kernel).map((part) => itemOf(part, source)) : [item];
  });
}

function isSeparable({ sizes, body, stores, fills }: Nest): boolean {
  if (stores.length < 2 || fills.length > 0 || sizes.some((size) => size !== 1)) return false;
  const written = new Set(stores.map(({ access }) => access.buffer));
  return body.every((each) => (each.op !== "load" && each.op !== "lookup") || !written.has(each.access.buffer));
}

/** A kernel for each set of buffers that some stores depend on; what several need is computed in each. */
function splitByLoads(kernel: Nest): readonly Nest[] {
  const groups = new Map<string, Store[]>();
  for (const store of kernel.stores) {
    const loaded = new Set<number>();
    for (const at of reachable(kernel.body, valuesOf(store))) {
      const instruction = kernel.body[at];
      if (instruction?.op === "load" || instruction?.op === "lookup") loaded.add(instruction.access.buffer);
    }
    const key = [...loaded].sort((a, b) => a - b).join();
    groups.set(key, [...(groups.get(key) ?? []), store]);
  }
  return [...groups.values()].map((stores) => compactNest({ ...kernel, stores }));
}

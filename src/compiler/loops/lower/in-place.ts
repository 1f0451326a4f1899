// Updates of variables in place: where nothing needs a variable's old value after its new one is there, the kernel that
// computes the new value writes it over the old.
import type { Access, Kernel, KernelProgram, Nest } from "../kernel.ts";
import { ordered, type Uses, usesOf } from "./order.ts";

type Copy = KernelProgram["copies"][number];

export function updateInPlace(program: KernelProgram): KernelProgram {
  const uses = new Map(program.kernels.map((kernel) => [kernel, usesOf(kernel)]));
  const outputs = new Set(Object.values(program.outputs));
  const renamed = new Map<number, number>();
  const before: (readonly [Kernel, Kernel])[] = [];
  const remaining: Copy[] = [];
  const readersOf = byBuffer(program.kernels, (kernel) => uses.get(kernel)?.reads);
  const writersOf = byBuffer(program.kernels, (kernel) => uses.get(kernel)?.writes);
  const following = followers(program.kernels, uses, readersOf);

  const tryInPlace = ({ variable, from }: Copy): boolean => {
    if (outputs.has(from) || renamed.has(from) || program.buffers[from]?.kind !== "value") return false;
    const [writer, ...others] = writersOf(from);
    if (writer?.kind !== "nest" || others.length > 0 || !writesOver(writer, from, variable)) return false;
    const readers = readersOf(variable).filter((kernel) => kernel !== writer);
    if (readers.some((reader) => reaches(following, writer, reader))) return false;
    for (const reader of readers) {
      before.push([reader, writer]);
      following.get(reader)?.add(writer);
    }
    renamed.set(from, variable);
    return true;
  };

  for (const copy of program.copies) if (!tryInPlace(copy)) remaining.push(copy);
  const place = (buffer: number): number => renamed.get(buffer) ?? buffer;
  const moved = new Map(program.kernels.map((kernel) => [kernel, withBuffers(kernel, place)]));
  const at = (kernel: Kernel): Kernel => moved.get(kernel) as Kernel;
  // Ordered before the renaming: afterwards a writer of a variable would seem to come before all its readers.
  const order = ordered(program.kernels, before);
  return { ...program, kernels: order.map(at), copies: remaining };
}

/** Whether a kernel sets every entry of `from` once and reads the variable, if at all, only at the entry that it sets. */
function writesOver(writer: Nest, from: number, variable: number): boolean {
  const stores = writer.stores.filter(({ access }) => access.buffer === from);
  const [store] = stores;
  if (store === undefined || stores.length > 1 || store.mode !== "set" || store.index !== undefined) return false;
  if (writer.fills.some(({ buffer }) => buffer === from)) return false;
  const same = (access: Access): boolean =>
    access.offset === store.access.offset && access.strides.join() === store.access.strides.join();
  return writer.body.every((instruction) => {
    if (instruction.op === "lookup") return instruction.access.buffer !== variable;
    return instruction.op !== "load" || instruction.access.buffer !== variable || same(instruction.access);
  });
}

/** The kernels that use each buffer in one way. */
function byBuffer(
  kernels: readonly Kernel[],
  used: (kernel: Kernel) => ReadonlySet<number> | undefined,
): (buffer: number) => readonly Kernel[] {
  const lists = new Map<number, Kernel[]>();
  for (const kernel of kernels) {
    for (const buffer of used(kernel) ?? []) {
      const list = lists.get(buffer);
      if (list === undefined) lists.set(buffer, [kernel]);
      else list.push(kernel);
    }
  }
  return (buffer) => lists.get(buffer) ?? [];
}

/** For each kernel those that read what it writes. */
function followers(
  kernels: readonly Kernel[],
  uses: ReadonlyMap<Kernel, Uses>,
  readersOf: (buffer: number) => readonly Kernel[],
): Map<Kernel, Set<Kernel>> {
  return new Map(
    kernels.map((kernel) => {
      const written = [...(uses.get(kernel)?.writes ?? [])];
      return [kernel, new Set(written.flatMap(readersOf).filter((reader) => reader !== kernel))];
    }),
  );
}

function reaches(following: ReadonlyMap<Kernel, ReadonlySet<Kernel>>, from: Kernel, to: Kernel): boolean {
  const seen = new Set<Kernel>();
  const stack = [from];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    stack.push(...(following.get(next) ?? []));
  }
  return false;
}

/** The kernel with other buffers. */
export function withBuffers(kernel: Kernel, place: (buffer: number) => number): Kernel {
  const move = (access: Access): Access => ({ ...access, buffer: place(access.buffer) });
  switch (kernel.kind) {
    case "loop":
      return { ...kernel, body: kernel.body.map((each) => withBuffers(each, place)) };
    case "host":
      return {
        ...kernel,
        inputs: kernel.inputs.map((input) => ({ ...input, buffer: place(input.buffer) })),
        output: place(kernel.output),
      };
    default: {
      const body = kernel.body.map((each) =>
        each.op === "load" || each.op === "lookup" ? { ...each, access: move(each.access) } : each,
      );
      const stores = kernel.stores.map((store) => ({ ...store, access: move(store.access) }));
      const fills = kernel.fills.map((fill) => ({ ...fill, buffer: place(fill.buffer) }));
      const skip = kernel.skip && { skip: { ...kernel.skip, lengths: move(kernel.skip.lengths) } };
      if (kernel.kind === "nest") return { ...kernel, body, stores, fills, ...skip };
      return { ...kernel, body, stores, fills, ...skip, left: move(kernel.left), right: move(kernel.right) };
    }
  }
}

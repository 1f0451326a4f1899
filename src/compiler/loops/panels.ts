// Between lowering and the schedule for WebAssembly: factors that scans multiply with at every iteration, such as recurrent
// weights, are laid out once before the scan so that the terms of eight columns (or rows) lie one after the other.
import type { Access, Buffer, Contraction, Instruction, Kernel, KernelProgram, Loop, Nest } from "./kernel.ts";

/** Columns of a panel: what register tiles span. */
const panelWidth = 8;
/** Entries of a factor, and iterations of the scan, from which on the copy pays. */
const [leastEntries, leastIterations] = [1 << 12, 4] as const;

/** The same program with such copies made before its scans. */
export function withPanels(program: KernelProgram): KernelProgram {
  const buffers = [...program.buffers];
  const kernels = program.kernels.flatMap((kernel) => (kernel.kind === "loop" ? packedLoop(kernel, buffers) : [kernel]));
  return kernels.length === program.kernels.length ? program : { ...program, buffers, kernels };
}

/** The loop after the kernels that fill its panels. */
function packedLoop(loop: Loop, buffers: Buffer[]): readonly Kernel[] {
  const written = new Set(writesOf(loop));
  const packs: Nest[] = [];
  /** By what is copied, and how. */
  const panels = new Map<string, number>();
  const panelOf = (pack: Omit<Nest, "stores">, shape: readonly number[], key: string): number => {
    const known = panels.get(key);
    if (known !== undefined) return known;
    const buffer = buffers.push({ kind: "value", dtype: "f32", shape, path: pack.path }) - 1;
    packs.push({ ...pack, stores: [{ access: { buffer, offset: 0, strides: rowMajor(pack.sizes) }, value: 0, mode: "set" }] });
    panels.set(key, buffer);
    return buffer;
  };
  const rewrite = (kernel: Kernel, iterations: number): Kernel => {
    if (kernel.kind === "loop") {
      return { ...kernel, body: kernel.body.map((inner) => rewrite(inner, iterations * kernel.iterations)) };
    }
    if (kernel.kind !== "contraction" || iterations < leastIterations) return kernel;
    for (const side of ["right", "left"] as const) {
      const found = across(kernel, side);
      if (found === undefined || written.has(kernel[side].buffer)) continue;
      const { buffer, offset, strides } = kernel[side];
      const depth = kernel.sizes.length;
      const [size, stride, terms] = [kernel.sizes[found] as number, strides[found] as number, strides.slice(depth)];
      const sizes = [size / panelWidth, ...kernel.contracted, panelWidth];
      const access = { buffer, offset, strides: [panelWidth * stride, ...terms, stride] };
      const body: readonly Instruction[] = [{ op: "load", access, dtype: "f32" }];
      const pack = { kind: "nest", sizes, body, fills: [], path: kernel.path } as const;
      const panel = panelOf(pack, sizes, JSON.stringify([access, sizes]));
      return withFactor(splitLoop(kernel, found), side, { panel, loop: found, sizes });
    }
    return kernel;
  };
  const body = loop.body.map((kernel) => rewrite(kernel, loop.iterations));
  return packs.length === 0 ? [loop] : [...packs, { ...loop, body }];
}

const rowMajor = (sizes: readonly number[]): number[] => {
  let stride = 1;
  return sizes.reduceRight<number[]>((strides, size) => {
    strides.unshift(stride);
    stride *= size;
    return strides;
  }, []);
};

const writesOf = (kernel: Kernel): readonly number[] => {
  if (kernel.kind === "loop") return kernel.body.flatMap(writesOf);
  if (kernel.kind === "host") return [kernel.output];
  return [...kernel.stores.map(({ access }) => access.buffer), ...kernel.fills.map(({ buffer }) => buffer)];
};

/** The one loop beside the contracted ones along which a factor changes, where it is a factor that panels are made of. */
function across(kernel: Contraction, side: "left" | "right"): number | undefined {
  const { strides, steps = [] } = kernel[side];
  const depth = kernel.sizes.length;
  const changing = kernel.sizes.flatMap((_size, loop) => (strides[loop] === 0 ? [] : [loop]));
  const [loop] = changing;
  if (changing.length !== 1 || loop === undefined || loop < kernel.batch) return undefined;
  const size = kernel.sizes[loop] as number;
  const entries = size * kernel.contracted.reduce((all, count) => all * count, 1);
  const still = steps.every((step) => step === 0) && strides.slice(depth).every((stride) => stride !== 0);
  // Strides tell the entry, an index the iteration's own number: a loop in two would have to put that together again.
  const counted = kernel.body.some((instruction) => instruction.op === "index" && instruction.loop === loop);
  const fits = size % panelWidth === 0 && size > panelWidth && entries >= leastEntries;
  return fits && still && !counted && kernel.skip?.loop !== loop ? loop : undefined;
}

/** The same contraction with a loop as two: the panels, and what is in a panel. */
function splitLoop(kernel: Contraction, loop: number): Contraction {
  const two = (strides: readonly number[]): number[] =>
    strides.flatMap((stride, at) => (at === loop ? [panelWidth * stride, stride] : [stride]));
  const place = (access: Access): Access => ({ ...access, strides: two(access.strides) });
  const later = (at: number): number => (at > loop ? at + 1 : at);
  const translated = (instruction: Instruction): Instruction => {
    switch (instruction.op) {
      case "load":
      case "lookup":
        return { ...instruction, access: place(instruction.access) };
      case "index":
        return { ...instruction, loop: later(instruction.loop) };
      case "random":
        return { ...instruction, first: two(instruction.first), second: two(instruction.second) };
      default:
        return instruction;
    }
  };
  const sizes = kernel.sizes.flatMap((size, at) => (at === loop ? [size / panelWidth, panelWidth] : [size]));
  const isRow = loop < kernel.batch + kernel.rows;
  const { skip, ...rest } = kernel;
  return {
    ...rest,
    sizes,
    rows: kernel.rows + (isRow ? 1 : 0),
    columns: kernel.columns + (isRow ? 0 : 1),
    left: place(kernel.left),
    right: place(kernel.right),
    body: kernel.body.map(translated),
    stores: kernel.stores.map((store) => ({ ...store, access: place(store.access) })),
    ...(skip === undefined ? {} : { skip: { ...skip, loop: later(skip.loop), lengths: place(skip.lengths) } }),
  };
}

interface PanelFactor {
  readonly panel: number;
  /** The loop over panels; the one after it is over what is in a panel. */
  readonly loop: number;
  /** Panels, contracted loops, entries of a panel. */
  readonly sizes: readonly number[];
}

function withFactor(kernel: Contraction, side: "left" | "right", { panel, loop, sizes }: PanelFactor): Contraction {
  const [between = 0, ...others] = rowMajor(sizes);
  const outer = kernel.sizes.map((_, at) => (at === loop ? between : at === loop + 1 ? 1 : 0));
  return { ...kernel, [side]: { buffer: panel, offset: 0, strides: [...outer, ...others.slice(0, -1)] } };
}

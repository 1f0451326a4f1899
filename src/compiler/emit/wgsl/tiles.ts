// Matrix products in tiles: a workgroup holds a tile of either factor in workgroup memory, every invocation a block of sums in
// registers; the next tiles are read while the present ones are multiplied. The epilogue runs on four columns at once.
import type { Access } from "../../loops/kernel.ts";
import type { Emission } from "./emission.ts";
import { writeIndices } from "./emission.ts";
import { placeOf, type Shader } from "./shader.ts";
import { neededBy, product, rootsOf, type Task } from "./task.ts";
import { valuesIn, vectorBuffers } from "./values.ts";

/** A loop of the product: its number in the task (-1: a contracted loop) and its factors in the places of left and right. */
export interface Walk {
  readonly loop: number;
  readonly size: number;
  readonly left: number;
  readonly right: number;
}

export interface MatrixProduct {
  /** The epilogue; its last loop is the part where there are several. */
  readonly task: Task;
  /** The contracted entries are split into so many parts. */
  readonly parts: number;
  /** Without strides: those are in the walks. */
  readonly left: Access;
  readonly right: Access;
  readonly batches: readonly Walk[];
  readonly rows: readonly Walk[];
  readonly columns: readonly Walk[];
  readonly inner: readonly Walk[];
}

type Side = "left" | "right";

/** Rows and columns of a workgroup's tile and of an invocation's block, and the depth of a tile. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly blockRows: number;
  readonly blockColumns: number;
}

const tiles: readonly [Tile, ...Tile[]] = [
  { rows: 32, columns: 32, depth: 16, blockRows: 4, blockColumns: 4 },
  { rows: 64, columns: 64, depth: 16, blockRows: 4, blockColumns: 4 },
  { rows: 128, columns: 128, depth: 8, blockRows: 8, blockColumns: 8 },
];
/** Workgroups that keep a device busy, and how much more than the product itself a tile may compute. */
const limits = { groups: 192, waste: 1.25 };

const sizeOf = (walks: readonly Walk[]): number => product(walks.map(({ size }) => size));

export function emitTiles(emission: Emission, matrix: MatrixProduct): void {
  const { task, parts, batches, rows, columns, inner } = matrix;
  const [m, n, k] = [sizeOf(rows), sizeOf(columns), sizeOf(inner)];
  const tile = chooseTile(emission, m, n, sizeOf(batches) * parts);
  const [acrossRows, acrossColumns] = [Math.ceil(m / tile.rows), Math.ceil(n / tile.columns)];
  const invocations = (tile.rows / tile.blockRows) * (tile.columns / tile.blockColumns);
  const columnLoop = columns.length === 1 && n % 4 === 0 ? columns[0]?.loop : undefined;
  const needed = neededBy(task.body, task.stores.flatMap(rootsOf));
  const directions = { left: direction(matrix, "left"), right: direction(matrix, "right") };
  const vectors = new Set(columnLoop === undefined ? [] : vectorBuffers(task, needed, columnLoop));
  for (const side of ["left", "right"] as const) if (directions[side].vector) vectors.add(matrix[side].buffer);

  const shader = emission.shader(vectors);
  const depth = tile.depth;
  const share = Math.ceil(k / parts / depth) * depth;
  shader.line(`let first_column = group % ${acrossColumns}u * ${tile.columns}u;`);
  shader.line(`let first_row = group / ${acrossColumns}u % ${acrossRows}u * ${tile.rows}u;`);
  shader.line(`let slice = group / ${acrossColumns * acrossRows}u;`);
  shader.line(`let part = slice % ${parts}u;`);
  shader.line(`let batch = slice / ${parts}u;`);
  shader.line(`let begin = part * ${share}u;`);
  shader.line(`let end = min(begin + ${share}u, ${k}u);`);
  writeIndices(
    shader,
    "batch",
    batches.map(({ loop, size }) => ({ name: `i${loop}`, size })),
  );
  const loaders = (["left", "right"] as const).map((side) =>
    loader(shader, matrix, side, {
      direction: directions[side],
      vector: directions[side].vector && shader.isVector(matrix[side].buffer),
      length: side === "left" ? tile.rows : tile.columns,
      size: side === "left" ? m : n,
      depth,
      invocations,
      whole: share * parts === k,
    }),
  );
  const [a, b] = [tile.blockRows / 4, tile.blockColumns / 4];
  shader.line(`let ty = local / ${tile.columns / tile.blockColumns}u;`);
  shader.line(`let tx = local % ${tile.columns / tile.blockColumns}u;`);
  const blocks = Array.from({ length: a * 4 * b }, (_, at) => ({
    name: `sum${at}`,
    row: Math.floor(at / b),
    column: at % b,
  }));
  for (const { name } of blocks) shader.line(`var ${name} = vec4<f32>();`);
  for (const { read } of loaders) read("begin");
  shader.block(`for (var at = begin; at < end; at += ${depth}u)`, () => {
    for (const { store } of loaders) store();
    shader.line("workgroupBarrier();");
    shader.line(`let next = at + ${depth}u;`);
    shader.block("if (next < end)", () => {
      for (const { read } of loaders) read("next");
    });
    shader.block(`for (var z = 0u; z < ${depth}u; z++)`, () => {
      for (let g = 0; g < a; g += 1)
        shader.line(`let l${g} = left_tile[z * ${tile.rows / 4 + 1}u + ${(g * tile.rows) / 4 / a}u + ty];`);
      for (let h = 0; h < b; h += 1)
        shader.line(`let r${h} = right_tile[z * ${tile.columns / 4 + 1}u + ${(h * tile.columns) / 4 / b}u + tx];`);
      for (const { name, row, column } of blocks)
        shader.line(`${name} = fma(vec4<f32>(l${Math.floor(row / 4)}.${"xyzw"[row % 4]}), r${column}, ${name});`);
    });
    shader.line("workgroupBarrier();");
  });
  for (const { name, row, column } of blocks) {
    const place = `first_row + ${(Math.floor(row / 4) * tile.rows) / a + (row % 4)}u + ty * 4u`;
    const columnPlace = `first_column + ${(column * tile.columns) / b}u + tx * 4u`;
    shader.line(`finish(batch, part, ${place}, ${columnPlace}, ${name});`);
  }
  writeFinish(shader, matrix, m, n, columnLoop);
  const groups = acrossRows * acrossColumns * sizeOf(batches) * parts;
  emission.push(shader.finish({ invocations, groups, path: task.path }));
}

function chooseTile(emission: Emission, m: number, n: number, slices: number): Tile {
  let best = tiles[0];
  for (const tile of tiles) {
    const [down, across] = [Math.ceil(m / tile.rows), Math.ceil(n / tile.columns)];
    const waste = (down * tile.rows * across * tile.columns) / (m * n);
    const least = (Math.ceil(m / 32) * 32 * Math.ceil(n / 32) * 32) / (m * n);
    const invocations = (tile.rows / tile.blockRows) * (tile.columns / tile.blockColumns);
    const bytes = 16 * tile.depth * (tile.rows / 4 + tile.columns / 4 + 2);
    const fits = invocations <= emission.device.maxInvocations && bytes <= emission.device.workgroupBytes;
    if (fits && down * across * slices >= limits.groups && waste <= limits.waste * least) best = tile;
  }
  return best;
}

interface Direction {
  /** Whether neighbouring invocations read along the contracted loops, or along the side's rows or columns. */
  readonly inner: boolean;
  /** Whether four neighbours are one vector in memory. */
  readonly vector: boolean;
}

/** How a factor is read: along its nearest neighbours in memory. */
function direction({ left, right, batches, rows, columns, inner }: MatrixProduct, side: Side): Direction {
  const own = side === "left" ? rows : columns;
  const access = side === "left" ? left : right;
  const strideOf = (walk: Walk | undefined): number => Math.abs(walk?.[side] ?? Number.POSITIVE_INFINITY);
  const alongInner = strideOf(inner.at(-1)) <= strideOf(own.at(-1));
  const along = alongInner ? inner : own;
  const last = along.at(-1);
  const others = [...batches, ...own, ...inner].filter((walk) => walk !== last).map((walk) => walk[side]);
  const whole = [access.offset, ...others, ...(access.steps ?? [])].every((factor) => factor % 4 === 0);
  return { inner: alongInner, vector: last?.[side] === 1 && last.size % 4 === 0 && whole };
}

interface LoaderOptions {
  readonly direction: Direction;
  readonly vector: boolean;
  /** Rows or columns of the tile, and of the whole side. */
  readonly length: number;
  readonly size: number;
  readonly depth: number;
  readonly invocations: number;
  /** Whether every part is a whole number of tiles. */
  readonly whole: boolean;
}

/** Code that reads a tile of a factor into registers, and code that puts them into workgroup memory, entries of one depth together. */
function loader(shader: Shader, matrix: MatrixProduct, side: Side, options: LoaderOptions) {
  const { direction: way, vector, length, size, depth, invocations, whole } = options;
  const own = side === "left" ? matrix.rows : matrix.columns;
  const access = matrix[side];
  const width = vector ? 4 : 1;
  const pitch = length / 4 + 1;
  const count = Math.ceil((length * depth) / (invocations * width));
  const partial = (length * depth) % (invocations * width) !== 0;
  const prefix = side === "left" ? "l" : "r";
  shader.declare(`var<workgroup> ${side}_tile: array<vec4<f32>, ${pitch * depth}>;`);
  const batch = placeOf({ ...access, strides: matrix.batches.map((walk) => walk[side]) }, (at) => `i${matrix.batches[at]?.loop}`);
  shader.line(`let ${side}_start = ${batch};`);
  const chunks = Array.from({ length: count }, (_, at) => {
    const [across, down, value, place] = [`${prefix}a${at}`, `${prefix}d${at}`, `${prefix}v${at}`, `${prefix}p${at}`];
    const chunk = `(local + ${at * invocations}u)`;
    const along = way.inner ? depth / width : length / width;
    const [near, far] = [`${chunk} % ${along}u * ${width}u`, `${chunk} / ${along}u`];
    shader.line(`let ${down} = ${way.inner ? near : far};`);
    shader.line(`let ${across} = ${way.inner ? far : near};`);
    const line = shader.name();
    shader.line(`let ${line} = first_${side === "left" ? "row" : "column"} + ${across};`);
    shader.line(`let ${place} = ${side}_start + ${walkPlace(shader, line, own, side)};`);
    shader.line(`var ${value} = ${vector ? "vec4<f32>()" : "0.0f"};`);
    const conditions = size % length === 0 ? [] : [`${line} < ${size}u`];
    if (partial) conditions.push(`${down} < ${depth}u`, `${across} < ${length}u`);
    return { across, down, value, place, conditions };
  });
  return {
    read(start: string): void {
      for (const { down, value, place, conditions } of chunks) {
        const all = whole ? conditions : [...conditions, `${start} + ${down} < end`];
        const load = (): void => {
          const inner = walkPlace(shader, `(${start} + ${down})`, matrix.inner, side);
          const at = inner === "0u" ? place : `${place} + ${inner}`;
          shader.line(`${value} = ${vector ? shader.readVector(access.buffer, at) : shader.read(access.buffer, at)};`);
        };
        if (all.length === 0) load();
        else {
          shader.line(`${value} = ${vector ? "vec4<f32>()" : "0.0f"};`);
          shader.block(`if (${all.join(" && ")})`, load);
        }
      }
    },
    store(): void {
      for (const { across, down, value } of chunks) {
        const write = (): void => {
          if (vector && !way.inner) {
            shader.line(`${side}_tile[${down} * ${pitch}u + ${across} / 4u] = ${value};`);
            return;
          }
          for (let entry = 0; entry < width; entry += 1) {
            const row = entry === 0 ? down : `(${down} + ${entry}u)`;
            const from = vector ? `${value}.${"xyzw"[entry]}` : value;
            shader.line(`${side}_tile[${row} * ${pitch}u + ${across} / 4u][${across} % 4u] = ${from};`);
          }
        };
        if (partial) shader.block(`if (${down} < ${depth}u && ${across} < ${length}u)`, write);
        else write();
      }
    },
  };
}

/** How far the iteration `flat` along these walks lies from the first one. */
function walkPlace(shader: Shader, flat: string, walks: readonly Walk[], side: Side): string {
  const names = walks.map(() => shader.name());
  if (walks.length > 1) {
    writeIndices(
      shader,
      flat,
      walks.map(({ size }, at) => ({ name: names[at] as string, size })),
    );
  }
  const access = { buffer: -1, offset: 0, strides: walks.map((walk) => walk[side]) };
  return placeOf(access, (at) => (walks.length === 1 ? flat : names[at]));
}

/** The function that takes four finished sums of a row through the body and stores them. */
function writeFinish(
  shader: Shader,
  { task, batches, rows, columns, parts }: MatrixProduct,
  m: number,
  n: number,
  columnLoop?: number,
): void {
  const columnLoops = new Set(columns.map(({ loop }) => loop));
  const head = "finish(batch: u32, part: u32, row: u32, column: u32, sums: vec4<f32>)";
  shader.routine(head, () => {
    shader.line(`if (row >= ${m}u || column >= ${n}u) { return; }`);
    const named = (walks: readonly Walk[], suffix: string) =>
      walks.map(({ loop, size }) => ({ name: `i${loop}${suffix}`, size }));
    writeIndices(shader, "batch", named(batches, ""));
    writeIndices(shader, "row", named(rows, ""));
    for (const copy of [0, 1, 2, 3]) {
      const flat = n % 4 === 0 ? `(column + ${copy}u)` : `min(column + ${copy}u, ${n - 1}u)`;
      writeIndices(shader, flat, named(columns, `_${copy}`));
    }
    const values = valuesIn({
      shader,
      task,
      varying: columnLoops,
      ...(columnLoop === undefined ? {} : { vectorLoop: columnLoop }),
      index: (loop, copy) => {
        if (parts > 1 && loop === task.sizes.length - 1) return "part";
        return columnLoops.has(loop) ? `i${loop}_${copy}` : `i${loop}`;
      },
      product: (copy) => `sums.${"xyzw"[copy]}`,
    });
    for (const store of task.stores) for (const copy of [0, 1, 2, 3]) values.at(store.value, copy);
    if (n % 4 === 0) {
      for (const store of task.stores) values.store(store, 4);
      return;
    }
    for (const copy of [0, 1, 2, 3]) {
      const write = (): void => {
        for (const store of task.stores)
          shader.write(store.access.buffer, values.place(store, copy), values.at(store.value, copy));
      };
      if (copy === 0) write();
      else shader.block(`if (column + ${copy}u < ${n}u)`, write);
    }
  });
}

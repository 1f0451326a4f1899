// Cuts datasets into batches: the feeds of a stage graph under the names that compiled.ts fixes, with the static sizes that
// choose the plan. Everything random is a function of (seed, epoch, sample), so an epoch resumes at any batch.
import type { FieldSchema } from "../../compiler/compiled.ts";
import type { Feeds, HostTensor } from "../executors/executor.ts";
import { bucketLength } from "./buckets.ts";
import { copySample } from "./copy-sample.ts";
import { type Dataset, type FieldData, partRows } from "./dataset.ts";
import { hiddenByDrop } from "./modality-drop.ts";
import { type BatchOrder, orderOf, positionsOf } from "./order.ts";

/** What one model parameter is fed from. */
export interface BatchSource {
  readonly parameter: string;
  /** Several are concatenated in this order; positions count through all of them. */
  readonly parts: readonly { readonly dataset: Dataset; readonly part: string }[];
  /** Fields that are not fed (`target: clips without lie`). */
  readonly without?: readonly string[];
}

export interface BatchOptions {
  /** Samples a batch; the last one of an epoch may have fewer, and keeps its true count. */
  readonly batch: number;
  readonly seed: number;
  /** Epoch from 0; with `shuffle` every epoch has an order of its own. */
  readonly epoch?: number;
  readonly shuffle?: boolean;
  /** The first batch to give: an interrupted epoch goes on there. */
  readonly from?: number;
  /** Share of samples whose field is hidden, by `P.field` (modality drop); optional fields only. */
  readonly drop?: Readonly<Record<string, number>>;
  /** By `P.field`: 1 where the sample at that position keeps the field (a missing protocol); see missing.ts. */
  readonly keep?: Readonly<Record<string, Uint8Array>>;
  /** Feed only these graph inputs. */
  readonly inputs?: ReadonlySet<string>;
}

export interface Batch {
  readonly feeds: Feeds;
  /** `B`, every ragged dimension's padded length, and the sizes that headers bind. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Number of samples. */
  readonly count: number;
  /** Number of the batch in its epoch, from 0. */
  readonly index: number;
  /** For each parameter the samples' positions in its concatenated parts (the feed `P#index`). */
  readonly positions: Readonly<Record<string, Int32Array>>;
}

/** Number of samples of a source. */
export function sampleCount(source: BatchSource): number {
  return source.parts.reduce((sum, { dataset, part }) => sum + partRows(dataset, part).length, 0);
}

/** Number of batches in an epoch: one pass over the first source. */
export function batchCount(sources: readonly BatchSource[], batch: number): number {
  const [first] = sources;
  return first === undefined ? 0 : Math.ceil(sampleCount(first) / batch);
}

/**
 * The batches of one epoch. An epoch passes once over the first source; every other source goes round and round beside it,
 * in a new order each round, and goes on in the next epoch where it stopped. All sources give the same number of samples.
 */
export function* batches(sources: readonly BatchSource[], options: BatchOptions): Generator<Batch, void, undefined> {
  const { batch, epoch = 0, from = 0 } = options;
  const tables = sources.map((source) => tabulate(source));
  const orders = tables.map(({ source, dataset, rows }) => {
    if (rows.length === 0) throw new RangeError(`${source.parameter} has no samples in the parts asked for`);
    return orderOf(source.parameter, dataset.length, options.seed, options.shuffle === true);
  });
  const total = tables[0]?.dataset.length ?? 0;
  for (let index = from; index * batch < total; index += 1) {
    const count = Math.min(batch, total - index * batch);
    yield cut(tables, orders, { start: epoch * total + index * batch, count, index }, options);
  }
}

/** A source with its samples in one list: the dataset and the row of each position. */
interface Table {
  readonly source: BatchSource;
  readonly datasets: readonly Dataset[];
  readonly dataset: Uint32Array;
  readonly rows: Int32Array;
  readonly fields: readonly FieldTable[];
  /** For each ragged dimension the longest sample; padding beyond it would never be used. */
  readonly longest: ReadonlyMap<string, number>;
}

/** One field in each of a source's datasets. */
interface FieldTable {
  readonly name: string;
  readonly role: FieldSchema["role"];
  readonly optional: boolean;
  readonly data: readonly FieldData[];
}

function tabulate(source: BatchSource): Table {
  const count = sampleCount(source);
  const dataset = new Uint32Array(count);
  const rows = new Int32Array(count);
  let at = 0;
  source.parts.forEach((entry, number) => {
    const part = partRows(entry.dataset, entry.part);
    dataset.fill(number, at, at + part.length);
    rows.set(part, at);
    at += part.length;
  });
  const datasets = source.parts.map((entry) => entry.dataset);
  return { source, datasets, dataset, rows, fields: fieldTables(source, datasets), longest: longestLengths(datasets) };
}

function longestLengths(datasets: readonly Dataset[]): ReadonlyMap<string, number> {
  const longest = new Map<string, number>();
  for (const [symbol, lengths] of datasets.flatMap((dataset) => [...dataset.lengths])) {
    longest.set(
      symbol,
      lengths.reduce((high, length) => Math.max(high, length), longest.get(symbol) ?? 1),
    );
  }
  return longest;
}

function fieldTables(source: BatchSource, datasets: readonly Dataset[]): readonly FieldTable[] {
  const [first] = datasets;
  if (first === undefined) throw new RangeError(`${source.parameter} is fed from nothing`);
  const names = [...first.fields.values()]
    .filter(({ field }) => field.role !== "id" && field.element !== "text" && !source.without?.includes(field.name))
    .map(({ field }) => field.name);
  return names.map((name) => {
    const data = datasets.map((dataset) => {
      const found = dataset.fields.get(name);
      if (found === undefined)
        throw new RangeError(`data ${dataset.schema.name} has no field ${name}, which ${source.parameter} needs`);
      return found;
    });
    for (const { field, shape } of data) {
      const differs = field.axes.some((axis, at) => !axis.ragged && shape[at + 1] !== data[0]?.shape[at + 1]);
      if (differs) throw new RangeError(`${source.parameter}.${name} has other sizes in another of its data files`);
    }
    const role = data[0]?.field.role ?? "input";
    return { name, role, optional: data.some(({ field }) => field.optional), data };
  });
}

function cut(
  tables: readonly Table[],
  orders: readonly BatchOrder[],
  place: { readonly start: number; readonly count: number; readonly index: number },
  options: BatchOptions,
): Batch {
  const feeds: Record<string, HostTensor> = {};
  const positions: Record<string, Int32Array> = {};
  const picked = tables.map((table, at) => ({ table, ...positionsOf(orders[at] as BatchOrder, place.start, place.count) }));
  const sizes = sizesOf(picked, place.count);
  const wanted = (name: string): boolean => options.inputs === undefined || options.inputs.has(name);
  for (const { table, positions: samples, rounds } of picked) {
    const { parameter } = table.source;
    positions[parameter] = samples;
    if (wanted(`${parameter}#index`)) feeds[`${parameter}#index`] = { dtype: "i32", shape: [place.count], data: samples };
    for (const [symbol, lengths] of lengthsOf(table, samples)) {
      for (const axis of axisNames(table, symbol)) {
        const name = `${parameter}#length.${axis}`;
        if (wanted(name)) feeds[name] = { dtype: "i32", shape: [place.count], data: lengths };
      }
    }
    const present = presence(table, samples, options.keep);
    const inputs = table.fields.filter((field) => field.role === "input" && wanted(`${parameter}.${field.name}`));
    const mandatory = inputs.some((field) => !field.optional);
    const droppable = new Map([...present].filter(([name]) => inputs.some((field) => field.name === name)));
    hiddenByDrop(parameter, droppable, mandatory, options.drop ?? {}, { seed: options.seed, samples, rounds });
    for (const field of table.fields) {
      const mask = present.get(field.name);
      const name = `${parameter}.${field.name}`;
      if (wanted(name)) feeds[name] = gather(field, table, samples, mask, sizes);
      const maskName = `${parameter}#present.${field.name}`;
      if (mask !== undefined && wanted(maskName)) feeds[maskName] = { dtype: "f32", shape: [place.count], data: mask };
    }
  }
  return { feeds, sizes, count: place.count, index: place.index, positions };
}

/** The names that axes of a ragged dimension go by. */
function axisNames(table: Table, symbol: string): ReadonlySet<string> {
  const axes = table.fields.flatMap(({ data }) => data[0]?.field.axes ?? []);
  return new Set(axes.flatMap((axis) => (axis.ragged && axis.size.key === symbol ? [axis.name ?? symbol] : [])));
}

type Picked = { readonly table: Table; readonly positions: Int32Array };

function sizesOf(picked: readonly Picked[], count: number): Record<string, number> {
  const sizes: Record<string, number> = { B: count };
  const longest = new Map<string, { batch: number; most: number }>();
  for (const { table, positions } of picked) {
    for (const dataset of table.datasets) Object.assign(sizes, dataset.sizes);
    for (const [symbol, lengths] of lengthsOf(table, positions)) {
      const seen = longest.get(symbol) ?? { batch: 0, most: 0 };
      const most = Math.max(seen.most, table.longest.get(symbol) ?? 1);
      longest.set(symbol, { batch: lengths.reduce((high, length) => Math.max(high, length), seen.batch), most });
    }
  }
  for (const [symbol, { batch, most }] of longest) sizes[symbol] = bucketLength(batch, most);
  return sizes;
}

function lengthsOf(table: Table, positions: Int32Array): ReadonlyMap<string, Int32Array> {
  return new Map(
    [...table.longest.keys()].map((symbol) => [
      symbol,
      positions.map((position) => {
        const dataset = table.datasets[table.dataset[position] as number] as Dataset;
        return dataset.lengths.get(symbol)?.[table.rows[position] as number] ?? 1;
      }),
    ]),
  );
}

/** For each optional field 1 where the sample has it in the file and the missing protocol keeps it. */
function presence(table: Table, positions: Int32Array, keep: BatchOptions["keep"]): Map<string, Float32Array> {
  const masks = new Map<string, Float32Array>();
  for (const field of table.fields) {
    if (!field.optional) continue;
    const kept = keep?.[`${table.source.parameter}.${field.name}`];
    masks.set(
      field.name,
      Float32Array.from(positions, (position) => {
        const { present } = field.data[table.dataset[position] as number] as FieldData;
        return (present?.[table.rows[position] as number] ?? 1) * (kept?.[position] ?? 1);
      }),
    );
  }
  return masks;
}

function gather(
  field: FieldTable,
  table: Table,
  positions: Int32Array,
  mask: Float32Array | undefined,
  sizes: Readonly<Record<string, number>>,
): HostTensor {
  const [first] = field.data as [FieldData];
  const shape = first.field.axes.map((axis, at) =>
    axis.ragged ? (sizes[axis.size.key] as number) : (first.shape[at + 1] as number),
  );
  const stride = shape.reduce((product, size) => product * size, 1);
  const whole = first.values instanceof Int32Array;
  const data = whole ? new Int32Array(positions.length * stride) : new Float32Array(positions.length * stride);
  positions.forEach((position, at) => {
    if (mask?.[at] === 0) return;
    const source = field.data[table.dataset[position] as number] as FieldData;
    copySample(source, table.rows[position] as number, data, at * stride, shape);
  });
  return { dtype: whole ? "i32" : "f32", shape: [positions.length, ...shape], data };
}

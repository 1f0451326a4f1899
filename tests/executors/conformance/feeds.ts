// A batch for any graph of a compiled spec, made up from what the data block says of each field: the batcher's conventions (zeros
// in padding and for what is absent, lengths from 1, whole numbers for classes) with nothing read from a file.
import type { CompiledSpec, FieldSchema } from "../../../src/compiler/compiled.ts";
import type { Plan, PlanInput } from "../../../src/compiler/ir/plan.ts";
import { sequence } from "../../../src/compiler/ir/random.ts";
import type { Feeds, HostTensor } from "../../../src/runtime/executors/executor.ts";
import { elementCount } from "../../../src/runtime/executors/feeds.ts";

/** Which samples lack an optional field: `some` (each field others), all of them, or none. */
export type Absence = "some" | "all" | "none";

export interface BatchOptions {
  readonly spec: CompiledSpec;
  readonly model: string;
  /** Another batch for every number. */
  readonly draw: number;
  readonly absent?: Absence;
  /** The length of sample `row` along a ragged dimension; default: the whole, 1, then anything between. */
  readonly length?: (row: number, most: number) => number;
}

/** The feeds of a plan's inputs but the trainer's own (`#step`, …). */
export function batchFeeds(plan: Plan, options: BatchOptions): Feeds {
  const inputs = plan.inputs.filter(({ name }) => !name.startsWith("#"));
  const lengths = new Map(inputs.flatMap((input) => lengthsOf(plan, input, options)));
  const presence = new Map(inputs.flatMap((input) => presenceOf(input, options)));
  return Object.fromEntries(
    inputs.map((input) => {
      const data = lengths.get(input.name) ?? presence.get(input.name) ?? fieldValues(input, options, { lengths, presence });
      return [input.name, { dtype: input.dtype, shape: input.shape, data } satisfies HostTensor];
    }),
  );
}

const parameterOf = (input: string): string => input.split(/[.#]/)[0] ?? "";

/** `P#length.T`. */
function lengthsOf(plan: Plan, { name, shape }: PlanInput, options: BatchOptions): readonly (readonly [string, Int32Array])[] {
  const [, symbol] = /#length\.(.+)$/.exec(name) ?? [];
  if (symbol === undefined) return [];
  const most = plan.sizes[symbol] ?? 1;
  const random = sequence(options.draw, name);
  const usual = (row: number): number => (row === 0 ? most : row === 1 ? 1 : 1 + random.integer(most));
  const length = options.length ?? usual;
  return [[name, Int32Array.from({ length: elementCount(shape) }, (_, row) => length(row, most))]];
}

/** `P#present.field`. */
function presenceOf(
  { name, shape }: PlanInput,
  { absent = "some", draw }: BatchOptions,
): readonly (readonly [string, Float32Array])[] {
  if (!name.includes("#present.")) return [];
  const random = sequence(draw, name);
  const isPresent = (): boolean => absent === "none" || (absent === "some" && random.uniform() < 0.7);
  return [[name, Float32Array.from({ length: elementCount(shape) }, () => (isPresent() ? 1 : 0))]];
}

interface Masks {
  readonly lengths: ReadonlyMap<string, Int32Array>;
  readonly presence: ReadonlyMap<string, Float32Array>;
}

function fieldValues(input: PlanInput, options: BatchOptions, masks: Masks): Float32Array | Int32Array {
  const { name, shape, dtype } = input;
  const count = elementCount(shape);
  const random = sequence(options.draw, name);
  // No sample is twice in a batch.
  if (name.endsWith("#index")) return Int32Array.from({ length: count }, (_, row) => row);
  const field = fieldOf(name, options);
  if (dtype === "i32") return Int32Array.from({ length: count }, () => random.integer(field.labels?.length ?? 2));
  const values = Float32Array.from({ length: count }, () => drawNumber(field, random));
  const inner = elementCount(shape.slice(1));
  const present = masks.presence.get(`${parameterOf(name)}#present.${field.name}`);
  return values.map((value, at) => {
    const row = Math.floor(at / inner);
    return present?.[row] === 0 || isPadded(input, field, masks, at % inner, row) ? 0 : value;
  });
}

function drawNumber({ element, range }: FieldSchema, random: ReturnType<typeof sequence>): number {
  if (element === "bool") return random.integer(2);
  return range === undefined ? random.normal() : range.low + (range.high - range.low) * random.uniform();
}

/** Whether an entry of a sample lies beyond the sample's length along any ragged axis. */
function isPadded({ name, shape }: PlanInput, field: FieldSchema, { lengths }: Masks, entry: number, row: number): boolean {
  return field.axes.some((axis, at) => {
    const own = axis.ragged ? lengths.get(`${parameterOf(name)}#length.${axis.size.key}`) : undefined;
    const stride = elementCount(shape.slice(at + 2));
    return own !== undefined && Math.floor(entry / stride) % (shape[at + 1] ?? 1) >= (own[row] ?? 0);
  });
}

function fieldOf(input: string, { spec, model }: BatchOptions): FieldSchema {
  const parameter = parameterOf(input);
  const data = spec.models.find((each) => each.name === model)?.parameters.find((each) => each.name === parameter)?.data;
  const name = input.slice(parameter.length + 1);
  const field = spec.data.find((schema) => schema.name === data)?.fields.find((each) => each.name === name);
  if (field === undefined) throw new RangeError(`no field for the input ${input}`);
  return field;
}

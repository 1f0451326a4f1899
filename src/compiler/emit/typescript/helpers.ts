// Functions that an emitted module carries along where a primitive is more than one call of tfjs. Text, since they are output.

export const helperNames = [
  "contract",
  "lookup",
  "scatterAdd",
  "scatterSet",
  "sign",
  "slidingWindow",
  "overlapAdd",
  "scan",
] as const;
export type HelperName = (typeof helperNames)[number];

export const helperTexts: Readonly<Record<HelperName, string>> = {
  contract: `/** Sums the products over the paired \`over\` axes; paired \`batch\` axes go along; the result has batch axes, a's others, b's others. */
function contract(a: tf.Tensor, b: tf.Tensor, batch: [number, number][], over: [number, number][]): tf.Tensor {
  const others = (rank: number, used: number[]): number[] => Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !used.includes(axis));
  const product = (sizes: number[]): number => sizes.reduce((total, size) => total * size, 1);
  const at = (x: tf.Tensor, axes: number[]): number[] => axes.map((axis) => x.shape[axis] ?? 1);
  const [batchA, batchB] = [batch.map(([axis]) => axis), batch.map(([, axis]) => axis)];
  const [overA, overB] = [over.map(([axis]) => axis), over.map(([, axis]) => axis)];
  const [freeA, freeB] = [others(a.rank, [...batchA, ...overA]), others(b.rank, [...batchB, ...overB])];
  const left = tf.reshape(tf.transpose(a, [...batchA, ...freeA, ...overA]), [product(at(a, batchA)), product(at(a, freeA)), product(at(a, overA))]);
  const right = tf.reshape(tf.transpose(b, [...batchB, ...overB, ...freeB]), [product(at(b, batchB)), product(at(b, overB)), product(at(b, freeB))]);
  return tf.reshape(tf.matMul(left, right), [...at(a, batchA), ...at(a, freeA), ...at(b, freeB)]);
}`,
  lookup: `/** Rows of a table; an index out of range counts as the nearest one in range. */
function lookup(table: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  return tf.gather(table, tf.cast(tf.clipByValue(indices, 0, (table.shape[0] ?? 1) - 1), "int32"));
}`,
  scatterAdd: `/** A table of \`size\` rows in which the updates of one index are added up. */
function scatterAdd(indices: tf.Tensor, updates: tf.Tensor, size: number): tf.Tensor {
  const rest = updates.shape.slice(indices.rank);
  const length = rest.reduce((total, count) => total * count, 1);
  const rows = tf.cast(tf.reshape(tf.clipByValue(indices, 0, size - 1), [-1, 1]), "int32");
  return tf.reshape(tf.scatterND(rows, tf.reshape(updates, [-1, length]), [size, length]), [size, ...rest]);
}`,
  scatterSet: `/** The table with these rows replaced; the last one wins where an index repeats. */
function scatterSet(table: tf.Tensor, indices: tf.Tensor, rows: tf.Tensor): tf.Tensor {
  const size = table.shape[0] ?? 1;
  const places = tf.reshape(tf.cast(tf.clipByValue(indices, 0, size - 1), "int32"), [-1, 1]);
  const named = tf.cast(tf.equal(places, tf.reshape(tf.range(0, size, 1, "int32"), [1, -1])), "float32");
  const writer = tf.max(tf.mul(named, tf.reshape(tf.range(1, indices.size + 1), [-1, 1])), 0);
  const written = tf.reshape(tf.greater(writer, 0), [-1, ...table.shape.slice(1).map(() => 1)]);
  return tf.where(tf.broadcastTo(written, table.shape), tf.gather(rows, tf.cast(tf.relu(tf.sub(writer, 1)), "int32")), table);
}`,
  sign: `/** -1, 0 or 1. */
function sign(x: tf.Tensor): tf.Tensor {
  return tf.sub(tf.cast(tf.greater(x, 0), "float32"), tf.cast(tf.less(x, 0), "float32"));
}`,
  slidingWindow: `/** Windows of \`size\` entries along an axis; their entries are a new last axis. */
function slidingWindow(x: tf.Tensor, axis: number, size: number, stride: number, dilation: number): tf.Tensor {
  const count = Math.floor(((x.shape[axis] ?? 0) - dilation * (size - 1) - 1) / stride) + 1;
  const columns = Array.from({ length: size }, (_, entry) => {
    const places = tf.range(entry * dilation, entry * dilation + (count - 1) * stride + 1, stride, "int32");
    return tf.gather(x, places, axis);
  });
  return tf.stack(columns, x.rank);
}`,
  overlapAdd: `/** The adjoint of \`slidingWindow\`: every window's entries added up where they came from. */
function overlapAdd(x: tf.Tensor, axis: number, size: number, stride: number, dilation: number, length: number): tf.Tensor {
  const moved = Array.from({ length: size }, (_, entry) => {
    const column = tf.squeeze(tf.slice(x, x.shape.map((_, at) => (at === x.rank - 1 ? entry : 0)), x.shape.map((count, at) => (at === x.rank - 1 ? 1 : count))), [x.rank - 1]);
    const order = [axis, ...column.shape.map((_, at) => at).filter((at) => at !== axis)];
    const front = tf.transpose(column, order);
    const rest = front.shape.slice(1);
    const places = tf.range(entry * dilation, entry * dilation + ((front.shape[0] ?? 1) - 1) * stride + 1, stride, "int32");
    const width = rest.reduce((total, count) => total * count, 1);
    const spread = tf.scatterND(tf.reshape(places, [-1, 1]), tf.reshape(front, [-1, width]), [length, width]);
    return tf.transpose(tf.reshape(spread, [length, ...rest]), order.map((_, at) => order.indexOf(at)));
  });
  return moved.reduce((total, next) => tf.add(total, next));
}`,
  scan: `/** Steps along the first axis of the sequences; gives the final carries, then the outputs stacked along a new first axis. */
function scan(
  initial: tf.Tensor[],
  sequences: tf.Tensor[],
  reverse: boolean,
  step: (carries: tf.Tensor[], slices: tf.Tensor[]) => { carries: tf.Tensor[]; outputs: tf.Tensor[] },
): tf.Tensor[] {
  const steps = sequences[0]?.shape[0] ?? 0;
  const slices = sequences.map((sequence) => tf.unstack(sequence));
  let carries = initial;
  const stacks: tf.Tensor[][] = [];
  for (let count = 0; count < steps; count += 1) {
    const t = reverse ? steps - 1 - count : count;
    const result = step(carries, slices.map((values) => values[t] as tf.Tensor));
    carries = result.carries;
    result.outputs.forEach((output, k) => {
      stacks[k] ??= [];
      stacks[k][t] = output;
    });
  }
  return [...carries, ...stacks.map((stack) => tf.stack(stack))];
}`,
};

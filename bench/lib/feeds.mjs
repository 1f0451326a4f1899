// A batch for any training graph: every input that the plan names gets numbers of its own kind, the same ones for the same seed.

/** Values of the trainer's own feeds during a benchmark: the middle of a stage, in an epoch in which banks are updated. */
export const controls = { progress: 0.5, epoch: 2, rate: 1, seed: 1111 };

/**
 * Feeds for a plan's inputs but the trainer's. Numbers are normal of deviation 1 (targets with a range: uniform in it), classes
 * uniform, optional fields present, lengths between `shortest` (half) and the whole of the dimension with one sample of full length.
 */
export function feedsFor(plan, { compiled, model }, { sequence, seed, shortest = 0.5 }) {
  const lengths = lengthsFor(plan, sequence, seed, shortest);
  return Object.fromEntries(
    plan.inputs
      .filter(({ name }) => !name.startsWith("#"))
      .map((input) => {
        const data = lengths.get(input.name) ?? valuesOf(input, fieldOf(input.name, compiled, model), sequence(seed, input.name));
        const field = fieldOf(input.name, compiled, model);
        if (field !== undefined) clearPadding(data, input, field, lengths);
        return [input.name, { dtype: input.dtype, shape: input.shape, data }];
      }),
  );
}

const countOf = (shape) => shape.reduce((product, size) => product * size, 1);

/** `P#length.T` -> lengths; the longest possible is the padded size of an input of P that has the axis. */
function lengthsFor(plan, sequence, seed, shortest) {
  const found = new Map();
  for (const { name, shape } of plan.inputs) {
    const [, symbol] = /#length\.(.+)$/.exec(name) ?? [];
    if (symbol === undefined) continue;
    const most = plan.sizes[symbol];
    const random = sequence(seed, name);
    const least = Math.ceil(most * shortest);
    found.set(
      name,
      Int32Array.from({ length: shape[0] }, (_, row) => (row === 0 ? most : least + random.integer(most - least + 1))),
    );
  }
  return found;
}

function fieldOf(input, compiled, model) {
  const [, parameter, name] = /^([^.#]+)\.(.+)$/.exec(input) ?? [];
  const data = model.parameters.find((each) => each.name === parameter)?.data;
  return compiled.data.find((schema) => schema.name === data)?.fields.find((field) => field.name === name);
}

function valuesOf({ name, shape, dtype }, field, random) {
  const count = countOf(shape);
  if (name.includes("#present.")) return new Float32Array(count).fill(1);
  if (name.endsWith("#index")) return Int32Array.from({ length: count }, (_, at) => at);
  if (dtype === "i32") {
    const classes = field?.labels?.length ?? 2;
    return Int32Array.from({ length: count }, () => random.integer(classes));
  }
  if (field?.element === "bool") return Float32Array.from({ length: count }, () => random.integer(2));
  const range = field?.range;
  const draw = range === undefined ? () => random.normal() : () => range.low + (range.high - range.low) * random.uniform();
  return Float32Array.from({ length: count }, draw);
}

/** Entries beyond a sample's length are 0, as the batcher leaves them. */
function clearPadding(data, { name, shape }, field, lengths) {
  const at = field.axes.findIndex((axis) => axis.ragged);
  const axis = field.axes[at];
  if (axis === undefined) return;
  const own = lengths.get(`${name.split(".")[0]}#length.${axis.name ?? axis.size.key}`);
  if (own === undefined) return;
  const stride = countOf(shape.slice(at + 2));
  const inner = countOf(shape.slice(1));
  for (let entry = 0; entry < data.length; entry += 1) {
    if (Math.floor(entry / stride) % shape[at + 1] >= own[Math.floor(entry / inner)]) data[entry] = 0;
  }
}

// From the benchmarks' own weights (peers/model.mjs) to the weights of their specs: the same numbers under the names that the spec gives
// them, queries, keys and values cut out of the one matrix that the peers keep them in.

const members = ["first", "second", "third"];

/** Columns `from` to `to` of a matrix, or entries of a vector. */
function columns({ shape, values }, from, to) {
  const width = shape.at(-1);
  const rows = values.length / width;
  const part = new Float32Array(rows * (to - from));
  for (let row = 0; row < rows; row += 1) {
    part.set(values.subarray(row * width + from, row * width + to), row * (to - from));
  }
  return { shape: [...shape.slice(0, -1), to - from], values: part };
}

/** `[spec's name, model's name, part of it in thirds]` for every weight of a spec. */
function namesOf({ model, L }) {
  const names = [];
  const linear = (path, weight, offset, third) => {
    names.push([`${path}.weight`, weight, third], [`${path}.offset`, offset, third]);
  };
  const title = model === "tiny" ? "Tiny" : "Reference";
  members.forEach((member, m) => {
    const at = `${title}/h/${member}`;
    if (model === "tiny") {
      linear(`${at}/Linear`, `m${m}.W1`, `m${m}.b1`);
      linear(`${at}/Linear_2`, `m${m}.W2`, `m${m}.b2`);
      return;
    }
    linear(`${at}/Linear`, `m${m}.Win`, `m${m}.bin`);
    names.push([`${at}/Positions.table`, `m${m}.pos`]);
    for (let l = 0; l < L; l += 1) {
      const block = `${at}/${l + 1}/Block`;
      const own = `m${m}.l${l}.`;
      names.push([`${block}/h/LayerNorm.gain`, `${own}ln1g`], [`${block}/h/LayerNorm.offset`, `${own}ln1b`]);
      ["queries", "keys", "values"].forEach((part, third) => {
        linear(`${block}/h/Attention/${part}/Linear`, `${own}Wqkv`, `${own}bqkv`, third);
      });
      linear(`${block}/h/Attention/Linear`, `${own}Wo`, `${own}bo`);
      names.push([`${block}/LayerNorm.gain`, `${own}ln2g`], [`${block}/LayerNorm.offset`, `${own}ln2b`]);
      linear(`${block}/Feed/Linear`, `${own}W1`, `${own}b1`);
      linear(`${block}/Feed/Linear_2`, `${own}W2`, `${own}b2`);
    }
    names.push([`${at}/LayerNorm.gain`, `m${m}.lnfg`], [`${at}/LayerNorm.offset`, `m${m}.lnfb`]);
  });
  linear(`${title}/score/Linear`, "H1", "hb1");
  linear(`${title}/score/Linear_2`, "H2", "hb2");
  return names;
}

/** Weights by the spec's names: `{ name: { shape, values } }`. */
export function specWeights({ tensors, ...header }) {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return Object.fromEntries(
    namesOf(header).map(([path, name, third]) => {
      const tensor = byName.get(name);
      const width = tensor.shape.at(-1) / 3;
      return [path, third === undefined ? tensor : columns(tensor, third * width, (third + 1) * width)];
    }),
  );
}

/** The batch under the names of the spec's inputs. */
export function specInputs({ tensors }) {
  const found = Object.fromEntries(
    tensors.filter(({ role }) => role === "input").map(({ shape, values }, m) => [`clip.${members[m]}`, { shape, values }]),
  );
  const target = tensors.find(({ role }) => role === "target");
  return { ...found, "clip.mood": { shape: [target.shape[0]], values: target.values } };
}

/** Sizes that the spec leaves to the data. */
export const specSizes = ({ model, B, T, din }) => ({ B, ...(model === "tiny" ? {} : { T }), F: din, G: din, H: din });

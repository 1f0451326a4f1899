// Cases for std.attention.
import type { Sample, StdCase, Weights } from "../harness.ts";
import { add, at0, dot, gelu, layerNorm, linear, type Matrix, range, scale, softmax, transpose, type Vector } from "../math.ts";

const columns = (m: Matrix, from: number, to: number): Matrix => m.map((row) => row.slice(from, to));

/** What the weights at one path hold, Linear by Linear. */
const layer =
  (w: Weights, path: string) =>
  (x: Vector): Vector =>
    linear(x, w.matrix(`${path}.weight`), w.vector(`${path}.offset`));
const norm =
  (w: Weights, path: string) =>
  (x: Vector): Vector =>
    layerNorm(x, w.vector(`${path}.gain`), w.vector(`${path}.offset`));

/** Multi-head attention, query by query and head by head (Vaswani et al. 2017). */
export function attention(w: Weights, path: string, q: Matrix, kv: Matrix, heads: number): Matrix {
  const queries = q.map(layer(w, `${path}/queries/Linear`));
  const keys = kv.map(layer(w, `${path}/keys/Linear`));
  const values = kv.map(layer(w, `${path}/values/Linear`));
  const width = at0(queries, 0).length / heads;
  return queries.map((query) => {
    const joined = range(heads).flatMap((head) => {
      const [from, to] = [head * width, (head + 1) * width];
      const scores = keys.map((key) => dot(query.slice(from, to), key.slice(from, to)) / Math.sqrt(width));
      const shares = softmax(scores);
      return transpose(columns(values, from, to)).map((column) => dot(column, shares));
    });
    return layer(w, `${path}/Linear`)(joined);
  });
}

const feed =
  (w: Weights, path: string) =>
  (x: Vector): Vector =>
    layer(w, `${path}/Linear_2`)(layer(w, `${path}/Linear`)(x).map(gelu));

export function block(w: Weights, path: string, x: Matrix, heads: number): Matrix {
  const normal = x.map(norm(w, `${path}/h/LayerNorm`));
  const read = attention(w, `${path}/h/Attention`, normal, normal, heads);
  const h = x.map((row, at) => add(row, at0(read, at)));
  return h.map((row) => add(row, feed(w, `${path}/Feed`)(norm(w, `${path}/LayerNorm`)(row))));
}

export function crossBlock(w: Weights, path: string, x: Matrix, source: Matrix, heads: number): Matrix {
  const read = attention(
    w,
    `${path}/h/Attention`,
    x.map(norm(w, `${path}/h/LayerNorm`)),
    source.map(norm(w, `${path}/h/LayerNorm_2`)),
    heads,
  );
  const h = x.map((row, at) => add(row, at0(read, at)));
  return h.map((row) => add(row, feed(w, `${path}/Feed`)(norm(w, `${path}/LayerNorm`)(row))));
}

const sinusoid = (x: Matrix): Matrix =>
  x.map((row, p) =>
    row.map((value, k) => {
      const angle = p / 10000 ** ((2 * Math.floor(k / 2)) / row.length);
      return value + (k % 2 === 0 ? Math.sin(angle) : Math.cos(angle));
    }),
  );

const steps = (value: Sample[string]): Matrix => value as Matrix;
const ragged = { axes: ["T", 4], optional: true } as const;
const other = { axes: ["S", 3] } as const;
const meanRow = (m: Matrix): Vector => scale(m.reduce(add), 1 / m.length);

export const attentionCases: readonly StdCase[] = [
  {
    name: "Attention over itself",
    use: "std.attention",
    fields: { x: ragged },
    body: "  out = clip.x |> Attention(heads: 2)",
    expected: (samples, w) =>
      samples.map(({ x }) => (x === undefined ? undefined : attention(w, "Attention", steps(x), steps(x), 2))),
  },
  {
    name: "Attention over another sequence",
    use: "std.attention",
    fields: { x: ragged, y: other },
    body: "  out = Attention(clip.x, clip.y, heads: 2, width: 6, rate: 0.5)",
    expected: (samples, w) =>
      samples.map(({ x, y }) => (x === undefined ? undefined : attention(w, "Attention", steps(x), steps(y), 2))),
  },
  {
    name: "Attention over modalities, some absent",
    use: "std.attention",
    declarations: "modalities M = x | y | z",
    fields: { x: { axes: [4], optional: true }, y: { axes: [4], optional: true }, z: { axes: [4] } },
    body: "  out = stack(clip[m] for m in M) |> Attention(heads: 2, over: M) |> mean(over: M)",
    expected: (samples, w) =>
      samples.map(({ x, y, z }) => {
        const there = [x, y, z].filter((value) => value !== undefined) as Matrix;
        return meanRow(attention(w, "Attention", there, there, 2));
      }),
  },
  {
    name: "Attention over the first of two sequence axes",
    use: "std.attention",
    fields: { x: { axes: ["Rows", "Columns", 4] } },
    body: "  out = clip.x |> Attention(heads: 2, over: Rows)",
    expected: (samples, w) =>
      samples.map(({ x }) => {
        const grid = x as unknown as readonly Matrix[];
        const byColumn = range(2).map((column) => {
          const along = grid.map((line) => at0(line, column));
          return attention(w, "Attention", along, along, 2);
        });
        return range(3).map((line) => byColumn.map((along) => at0(along, line)));
      }),
  },
  {
    name: "Positions",
    use: "std.attention",
    fields: { x: ragged },
    body: "  out = clip.x |> Positions(limit: 8)",
    expected: (samples, w) =>
      samples.map(({ x }) =>
        x === undefined ? undefined : steps(x).map((row, t) => add(row, at0(w.matrix("Positions.table"), t))),
      ),
  },
  {
    name: "Positions beyond the limit",
    use: "std.attention",
    fields: { x: ragged },
    body: "  out = clip.x |> Positions(limit: 2)",
    expected: (samples, w) =>
      samples.map(({ x }) =>
        x === undefined ? undefined : steps(x).map((row, t) => add(row, at0(w.matrix("Positions.table"), Math.min(t, 1)))),
      ),
  },
  {
    name: "sinusoidal",
    use: "std.attention",
    fields: { x: { axes: ["T", 5] } },
    body: "  out = clip.x |> sinusoidal()",
    expected: (samples) => samples.map(({ x }) => sinusoid(steps(x))),
  },
  {
    name: "Block",
    use: "std.attention",
    fields: { x: ragged },
    body: "  out = clip.x |> Block(heads: 2, rate: 0.3)",
    expected: (samples, w) => samples.map(({ x }) => (x === undefined ? undefined : block(w, "Block", steps(x), 2))),
    tolerance: 1e-4,
  },
  {
    name: "Transformer",
    use: "std.attention",
    fields: { x: { axes: ["T", 3] } },
    body: "  out = clip.x |> Transformer(4, depth: 2, heads: 2) |> mean(over: T)",
    expected: (samples, w) =>
      samples.map(({ x }) => {
        let h = sinusoid(steps(x).map(layer(w, "Transformer/Linear")));
        for (const index of range(2)) h = block(w, `Transformer/${index + 1}/Block`, h, 2);
        return meanRow(h.map(norm(w, "Transformer/LayerNorm")));
      }),
    tolerance: 1e-4,
  },
  {
    name: "CrossBlock",
    use: "std.attention",
    fields: { x: ragged, y: other },
    body: "  out = CrossBlock(clip.x, clip.y, heads: 2)",
    expected: (samples, w) =>
      samples.map(({ x, y }) => (x === undefined ? undefined : crossBlock(w, "CrossBlock", steps(x), steps(y), 2))),
    tolerance: 1e-4,
  },
  {
    name: "CrossModal",
    use: "std.attention",
    fields: { x: ragged, y: { axes: ["S", 3], optional: true } },
    body: "  out = clip.x |> CrossModal(source: clip.y, depth: 2, heads: 2)",
    expected: (samples, w) =>
      samples.map(({ x, y }) => {
        if (x === undefined || y === undefined) return undefined;
        let h = steps(x);
        for (const index of range(2)) h = crossBlock(w, `CrossModal/${index + 1}/CrossBlock`, h, steps(y), 2);
        return h.map(norm(w, "CrossModal/LayerNorm"));
      }),
    tolerance: 1e-4,
  },
  {
    name: "CrossModal between aligned sequences",
    use: "std.attention",
    fields: { x: { axes: ["T", 2] }, y: { axes: ["T", 2] } },
    body: "  out = CrossModal(clip.x, clip.y, depth: 1, heads: 1)",
    expected: (samples, w) =>
      samples.map(({ x, y }) =>
        crossBlock(w, "CrossModal/1/CrossBlock", steps(x), steps(y), 1).map(norm(w, "CrossModal/LayerNorm")),
      ),
    tolerance: 1e-4,
  },
  {
    name: "MulT",
    use: "std.attention",
    declarations: "modalities M = x | y",
    fields: { x: { axes: ["T", 2] }, y: { axes: ["S", 2] } },
    body: "  h[m] = clip[m] |> Linear(2) for m in M\n  out = MulT(h, M, depth: 1, heads: 1)",
    expected: (samples, w) =>
      samples.map((sample) => {
        const h = { x: steps(sample.x).map(layer(w, "h/x/Linear")), y: steps(sample.y).map(layer(w, "h/y/Linear")) };
        const step = (target: "x" | "y", source: "x" | "y"): Vector => {
          const read = crossBlock(w, `seen/${target}/${source}/CrossModal/1/CrossBlock`, h[target], h[source], 1);
          const seen = read.map(norm(w, `seen/${target}/${source}/CrossModal/LayerNorm`));
          const through = block(w, `step/${target}/Memory/1/Block`, seen, 1).map(norm(w, `step/${target}/Memory/LayerNorm`));
          return at0(through, through.length - 1);
        };
        return [...step("x", "y"), ...step("y", "x")];
      }),
    tolerance: 1e-4,
  },
  {
    name: "Perceiver",
    use: "std.attention",
    fields: { x: { axes: ["T", 3], optional: true } },
    body: "  out = clip.x |> Perceiver(2, 4, depth: 2, heads: 2)",
    expected: (samples, w) =>
      samples.map(({ x }) => {
        if (x === undefined) return undefined;
        let latents = w.matrix("Perceiver/start/PerceiverStart.query");
        for (const index of range(2)) {
          const path = `Perceiver/${index + 1}/PerceiverBlock`;
          latents = block(w, `${path}/Block`, crossBlock(w, `${path}/CrossBlock`, latents, steps(x), 2), 2);
        }
        return latents.map(norm(w, "Perceiver/LayerNorm"));
      }),
    tolerance: 1e-4,
  },
  {
    name: "AttentionPool",
    use: "std.attention",
    fields: { x: ragged },
    body: "  out = clip.x |> AttentionPool(hidden: 3)",
    expected: (samples, w) =>
      samples.map(({ x }) => {
        if (x === undefined) return undefined;
        const hidden = steps(x).map((row) => layer(w, "AttentionPool/score/Linear")(row).map(Math.tanh));
        const shares = softmax(hidden.map((row) => at0(linear(row, w.matrix("AttentionPool/score/Linear_2.weight")), 0)));
        return transpose(steps(x)).map((column) => dot(column, shares));
      }),
  },
  {
    name: "AttentionPool of one step is that step",
    use: "std.attention",
    fields: { x: { axes: ["Single", 4] } },
    body: "  out = clip.x |> AttentionPool()",
    expected: (samples) => samples.map(({ x }) => meanRow(steps(x))),
  },
];

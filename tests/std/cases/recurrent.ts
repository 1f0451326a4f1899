// Cases for std.recurrent.
import type { Nested, Sample, StdCase, Weights } from "../harness.ts";
import { add, at0, linear, type Matrix, range, sigmoid, type Vector, zip } from "../math.ts";

const steps = (value: Nested | undefined): Matrix => value as Matrix;
const parts = (x: Vector, count: number): Matrix =>
  range(count).map((at) => x.slice((at * x.length) / count, ((at + 1) * x.length) / count));
const zeros = (count: number): Vector => range(count).map(() => 0);

/** A sequence through a GRU, step by step (Cho et al. 2014; the reset gate as in PyTorch). */
function gru(w: Weights, path: string, x: Matrix, hidden: number, backward = false): Matrix {
  let h = zeros(hidden);
  const states: Vector[] = [];
  for (const step of backward ? [...x].reverse() : x) {
    const [rx, zx, nx] = parts(linear(step, w.matrix(`${path}/gates/Linear.weight`), w.vector(`${path}/gates/Linear.offset`)), 3);
    const [rh, zh, nh] = parts(
      linear(h, w.matrix(`${path}/cell/GRUCell/own/Linear.weight`), w.vector(`${path}/cell/GRUCell/own/Linear.offset`)),
      3,
    );
    const reset = add(rx as Vector, rh as Vector).map(sigmoid);
    const keep = add(zx as Vector, zh as Vector).map(sigmoid);
    const fresh = add(
      nx as Vector,
      zip(reset, nh as Vector, (r, n) => r * n),
    ).map(Math.tanh);
    h = h.map((old, at) => (1 - at0(keep, at)) * at0(fresh, at) + at0(keep, at) * old);
    states.push(h);
  }
  return backward ? states.reverse() : states;
}

function lstm(w: Weights, path: string, x: Matrix, hidden: number, backward = false): Matrix {
  let h = zeros(hidden);
  let c = zeros(hidden);
  const states: Vector[] = [];
  for (const step of backward ? [...x].reverse() : x) {
    const own = linear(step, w.matrix(`${path}/gates/Linear.weight`), w.vector(`${path}/gates/Linear.offset`));
    const [input, forget, candidate, output] = parts(
      add(own, linear(h, w.matrix(`${path}/cell/LSTMCell/all/Linear.weight`))),
      4,
    ) as [Vector, Vector, Vector, Vector];
    c = c.map((old, at) => sigmoid(at0(forget, at)) * old + sigmoid(at0(input, at)) * Math.tanh(at0(candidate, at)));
    h = c.map((value, at) => sigmoid(at0(output, at)) * Math.tanh(value));
    states.push(h);
  }
  return backward ? states.reverse() : states;
}

const there = (f: (x: Matrix, w: Weights) => Nested) => (samples: readonly Sample[], w: Weights) =>
  samples.map(({ x }) => (x === undefined ? undefined : f(steps(x), w)));

const x = { axes: ["T", 3], optional: true } as const;
const final = (m: Matrix): Vector => at0(m, m.length - 1);
const use = "std.recurrent";

export const recurrentCases: readonly StdCase[] = [
  { name: "GRU", use, fields: { x }, body: "  out = clip.x |> GRU(2)", expected: there((s, w) => gru(w, "GRU", s, 2)) },
  {
    name: "GRU backward",
    use,
    fields: { x },
    body: "  out = clip.x |> GRU(2, backward: true)",
    expected: there((s, w) => gru(w, "GRU", s, 2, true)),
  },
  { name: "LSTM", use, fields: { x }, body: "  out = clip.x |> LSTM(2)", expected: there((s, w) => lstm(w, "LSTM", s, 2)) },
  {
    name: "LSTM backward",
    use,
    fields: { x },
    body: "  out = clip.x |> LSTM(2, backward: true)",
    expected: there((s, w) => lstm(w, "LSTM", s, 2, true)),
  },
  {
    name: "BiGRU",
    use,
    fields: { x },
    body: "  out = clip.x |> BiGRU(2) |> mean(over: T)",
    expected: there((s, w) => {
      const ahead = gru(w, "BiGRU/GRU", s, 2);
      const back = gru(w, "BiGRU/GRU_2", s, 2, true);
      return s
        .map((_, t) => [...at0(ahead, t), ...at0(back, t)] as Vector)
        .reduce(add)
        .map((value) => value / s.length);
    }),
  },
  {
    name: "BiLSTM",
    use,
    fields: { x },
    body: "  out = clip.x |> BiLSTM(2)",
    expected: there((s, w) => {
      const ahead = lstm(w, "BiLSTM/LSTM", s, 2);
      const back = lstm(w, "BiLSTM/LSTM_2", s, 2, true);
      return s.map((_, t) => [...at0(ahead, t), ...at0(back, t)]);
    }),
  },
  {
    name: "GRUState",
    use,
    fields: { x },
    body: "  out = clip.x |> GRUState(2)",
    expected: there((s, w) => final(gru(w, "GRUState/GRU", s, 2))),
  },
  {
    name: "LSTMState",
    use,
    fields: { x },
    body: "  out = clip.x |> LSTMState(2)",
    expected: there((s, w) => final(lstm(w, "LSTMState/LSTM", s, 2))),
  },
  {
    name: "BiGRUState",
    use,
    fields: { x },
    body: "  out = clip.x |> BiGRUState(2)",
    expected: there((s, w) => [...final(gru(w, "BiGRUState/GRU", s, 2)), ...at0(gru(w, "BiGRUState/GRU_2", s, 2, true), 0)]),
  },
  {
    name: "BiLSTMState",
    use,
    fields: { x },
    body: "  out = clip.x |> BiLSTMState(2)",
    expected: there((s, w) => [
      ...final(lstm(w, "BiLSTMState/LSTM", s, 2)),
      ...at0(lstm(w, "BiLSTMState/LSTM_2", s, 2, true), 0),
    ]),
  },
];

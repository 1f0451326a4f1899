// An operation that mmx does not have, for swish.mmx: x · σ(βx) (Ramachandran, Zoph and Le 2017, "Searching for activation
// functions"). The checker reads its signature as text; the code runs when the spec is trained.
import { operation } from "mmx/extension";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const swish = operation("swish(x: f32[...], beta: float = 1.0) -> f32[...]", {
  forward(x, beta) {
    const slope = beta.data[0] ?? 1;
    return Float64Array.from(x.data, (value) => value * sigmoid(slope * value));
  },
  gradient(x, beta, _result, g) {
    const slope = beta.data[0] ?? 1;
    const along = Float64Array.from(x.data, (value, at) => {
      const gate = sigmoid(slope * value);
      return (g.data[at] ?? 0) * (gate + slope * value * gate * (1 - gate));
    });
    return [along, undefined];
  },
});

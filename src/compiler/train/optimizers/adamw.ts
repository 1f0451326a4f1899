// AdamW (Loshchilov & Hutter 2019): Adam with weight decay taken out of the gradient, as in `torch.optim.AdamW`.
import { momentParameters, moments } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";

export const adamw: Optimizer = {
  doc: "AdamW (Loshchilov & Hutter 2019): Adam with decoupled weight decay; every trained weight decays, biases and gains too.",
  parameters: {
    ...momentParameters,
    decay: { default: 1e-2, low: 0, doc: "Decoupled weight decay: a step first multiplies the weight by 1 - lr * decay." },
  },
  slots: () => ["m", "v"],
  step(context, values) {
    const { math, weight, rate } = context;
    const decay = values.decay ?? 0;
    const keep = math.subtract(math.constant(1), math.scale(decay, rate));
    const decayed = decay === 0 ? weight : math.multiply(weight, keep);
    const { step, m, v } = moments(context, context.gradient, values);
    return { weight: math.subtract(decayed, step), slots: { m, v } };
  },
};

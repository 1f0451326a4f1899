// Adam (Kingma & Ba 2015), with L2 decay added to the gradient as in `torch.optim.Adam`.
import { momentParameters, moments } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";

export const adam: Optimizer = {
  doc: "Adam (Kingma & Ba 2015): steps scaled by running means of the gradient and of its square, corrected for their start at zero.",
  parameters: {
    ...momentParameters,
    decay: { default: 0, low: 0, doc: "L2 penalty: decay * weight is added to the gradient before the moments." },
  },
  slots: () => ["m", "v"],
  step(context, values) {
    const { math, weight } = context;
    const decay = values.decay ?? 0;
    const gradient = decay === 0 ? context.gradient : math.add(context.gradient, math.scale(decay, weight));
    const { step, m, v } = moments(context, gradient, values);
    return { weight: math.subtract(weight, step), slots: { m, v } };
  },
};

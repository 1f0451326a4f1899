// RMSProp (Tieleman & Hinton 2012, lecture 6e), not centred, in the form of `torch.optim.RMSprop`.
import type { Optimizer } from "./optimizer.ts";

export const rmsprop: Optimizer = {
  doc: "RMSProp (Tieleman & Hinton 2012): the gradient over the root of the running mean of its square.",
  parameters: {
    lr: { default: 1e-2, low: 0, doc: "Learning rate." },
    alpha: { default: 0.99, low: 0, below: 1, doc: "Decay of the running mean of the squared gradient." },
    eps: { default: 1e-8, low: 0, doc: "Added to the denominator." },
    momentum: { default: 0, low: 0, doc: "Factor of the velocity of the scaled gradient." },
    decay: { default: 0, low: 0, doc: "L2 penalty: decay * weight is added to the gradient." },
  },
  slots: (values) => (values.momentum === 0 ? ["v"] : ["v", "velocity"]),
  step(context, values) {
    const { math, weight, rate } = context;
    const { alpha = 0, eps = 0, momentum = 0, decay = 0 } = values;
    const gradient = decay === 0 ? context.gradient : math.add(context.gradient, math.scale(decay, weight));
    const v = math.add(math.scale(alpha, context.slot("v")), math.scale(1 - alpha, math.square(gradient)));
    const scaled = math.divide(gradient, math.add(math.sqrt(v), math.constant(eps)));
    const descend = (direction: number): number => math.subtract(weight, math.multiply(rate, direction));
    if (momentum === 0) return { weight: descend(scaled), slots: { v } };
    const velocity = math.add(math.scale(momentum, context.slot("velocity")), scaled);
    return { weight: descend(velocity), slots: { v, velocity } };
  },
};

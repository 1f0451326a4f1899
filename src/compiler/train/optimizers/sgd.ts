// Stochastic gradient descent with momentum in the form of `torch.optim.SGD` (Sutskever et al. 2013, section 2).
import type { Optimizer } from "./optimizer.ts";

export const sgd: Optimizer = {
  doc: "Stochastic gradient descent, with optional (Nesterov) momentum and L2 decay.",
  parameters: {
    lr: { default: 1e-3, low: 0, doc: "Learning rate." },
    momentum: { default: 0, low: 0, doc: "Factor of the velocity: velocity = momentum * velocity + gradient." },
    decay: { default: 0, low: 0, doc: "L2 penalty: decay * weight is added to the gradient." },
    nesterov: { default: 0, low: 0, below: 2, doc: "true: step along gradient + momentum * velocity." },
  },
  slots: (values) => (values.momentum === 0 ? [] : ["velocity"]),
  step(context, values) {
    const { math, weight, rate } = context;
    const { momentum = 0, decay = 0, nesterov = 0 } = values;
    const gradient = decay === 0 ? context.gradient : math.add(context.gradient, math.scale(decay, weight));
    const descend = (direction: number): number => math.subtract(weight, math.multiply(rate, direction));
    if (momentum === 0) return { weight: descend(gradient), slots: {} };
    const velocity = math.add(math.scale(momentum, context.slot("velocity")), gradient);
    const direction = nesterov === 0 ? velocity : math.add(gradient, math.scale(momentum, velocity));
    return { weight: descend(direction), slots: { velocity } };
  },
};

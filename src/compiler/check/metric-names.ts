// What specs may name in `metrics:`, `stop:` and `keep:`, and in which direction it is better. The runtime's metric table
// computes them; a test holds the two together.

export const metricDirections: Readonly<Record<string, "lower" | "higher">> = {
  mae: "lower",
  mse: "lower",
  rmse: "lower",
  pearson: "higher",
  acc2: "higher",
  acc2_nonzero: "higher",
  f1: "higher",
  f1_has0: "higher",
  f1_nonzero: "higher",
  acc3: "higher",
  acc5: "higher",
  acc7: "higher",
  accuracy: "higher",
  balanced_accuracy: "higher",
  auc: "higher",
  eer: "lower",
  cross_entropy: "lower",
};

// What specs may name in `metrics:`, `stop:` and `keep:`: in which direction it is better, and for which targets it is defined. The
// runtime's metric table computes them; a test holds the two together.
import type { Prediction } from "../compiled.ts";

export type MetricTask = Prediction["task"];

export interface MetricName {
  readonly better: "lower" | "higher";
  readonly tasks: readonly MetricTask[];
}

const regression = ["regression"] as const;
const anyClasses = ["classes", "binary", "multilabel"] as const;
const oneClass = ["classes", "binary"] as const;

export const metricNames: Readonly<Record<string, MetricName>> = {
  mae: { better: "lower", tasks: regression },
  mse: { better: "lower", tasks: regression },
  rmse: { better: "lower", tasks: regression },
  pearson: { better: "higher", tasks: regression },
  acc2: { better: "higher", tasks: regression },
  acc2_nonzero: { better: "higher", tasks: regression },
  f1: { better: "higher", tasks: ["regression", ...anyClasses] },
  f1_has0: { better: "higher", tasks: regression },
  f1_nonzero: { better: "higher", tasks: regression },
  acc3: { better: "higher", tasks: regression },
  acc5: { better: "higher", tasks: regression },
  acc7: { better: "higher", tasks: regression },
  accuracy: { better: "higher", tasks: anyClasses },
  balanced_accuracy: { better: "higher", tasks: oneClass },
  auc: { better: "higher", tasks: anyClasses },
  eer: { better: "lower", tasks: oneClass },
  cross_entropy: { better: "lower", tasks: anyClasses },
};

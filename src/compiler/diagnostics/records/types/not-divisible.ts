import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const notDivisible = defineDiagnostic<{
  readonly span: Span;
  readonly left: string;
  readonly right: string;
}>({
  code: "MMX2112",
  slug: "not-divisible",
  severity: "error",
  why: "Sizes divide exactly: a width of 64 makes 4 heads of 16, not 5 of 12.8.",
  bad: example({ top: "dim D = 64, H = D / 5" }),
  good: example({ top: "dim D = 64, H = D / 4" }),
  describe: ({ span, left, right }) => {
    const divisors = Array.from({ length: Number(left) }, (_, at) => at + 1).filter((divisor) => Number(left) % divisor === 0);
    return {
      message: `${left} is not divisible by ${right}`,
      span,
      notes: Number(left) <= 4096 ? [`${left} is divisible by ${divisors.join(", ")}`] : [],
    };
  },
});

// The element functions `maximum` and `minimum`. Of f32, NaN where either operand is NaN; which of 0 and -0 comes out is left
// open. `f32x4.max` would decide that too, at three times the cost.
import type { Opcode } from "../opcodes.ts";
import { type Element, operandAt } from "./element.ts";

interface Instructions {
  /** Gives its first operand unless the second one is beyond it, hence NaN where the first operand is NaN. */
  readonly beyond: Opcode;
  /** Whether the first operand loses to the second one. */
  readonly loses: Opcode;
  readonly i32: Opcode;
  readonly losesWhole: Opcode;
}

function extreme({ beyond, loses, i32, losesWhole }: Instructions): Element {
  return {
    cheap: true,
    emit(f, operands, { lanes, inputs }) {
      const [a, b] = [operandAt(operands, 0), operandAt(operands, 1)];
      const pair = (first = a, second = b): void => {
        f.get(first);
        f.get(second);
      };
      const whole = inputs[0] === "i32";
      pair(...(lanes === 4 ? [a, b] : [b, a]));
      if (lanes === 4) {
        f.op(whole ? i32 : beyond);
        if (whole) return;
        // All bits set are a NaN.
        pair(b, b);
        f.op("f32x4.ne");
        f.op("v128.or");
        return;
      }
      pair();
      f.op(whole ? losesWhole : loses);
      if (!whole) {
        pair(b, b);
        f.op("f32.ne");
        f.op("i32.or");
      }
      f.op("select");
    },
  };
}

export const maximum = extreme({ beyond: "f32x4.pmax", loses: "f32.lt", i32: "i32x4.max_s", losesWhole: "i32.lt_s" });
export const minimum = extreme({ beyond: "f32x4.pmin", loses: "f32.gt", i32: "i32x4.min_s", losesWhole: "i32.gt_s" });

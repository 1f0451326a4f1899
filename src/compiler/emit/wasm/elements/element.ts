// What one element function is to the emitters of kernels: code for four lanes or for one.
import type { Attributes, DType } from "../../../ir/graph.ts";
import type { FunctionBuilder, Local } from "../assembler.ts";
import { type Operand, type VectorCode, vectorCode } from "./vector.ts";

export interface ElementOptions {
  /** 4: operands and result are v128; 1: they are f32 or i32. */
  readonly lanes: 4 | 1;
  readonly attributes: Attributes<number>;
  /** The element types of the operands. */
  readonly inputs: readonly DType[];
}

export interface Element {
  /** Whether computing it again costs less than storing and loading it. */
  readonly cheap: boolean;
  emit(f: FunctionBuilder, operands: readonly Local[], options: ElementOptions): void;
}

/** The operand at this place. Throws where the graph gave too few: only a graph made by hand can. */
export function operandAt(operands: readonly Local[], at: number): Local {
  const operand = operands[at];
  if (operand === undefined) throw new RangeError(`an element function has no operand ${at}`);
  return operand;
}

/** An element function of f32 written for four lanes; one lane goes through the same code, so that both give the same bits. */
export function vectorElement(formula: (code: VectorCode, ...operands: readonly Local[]) => Operand): Element {
  return {
    cheap: false,
    emit(f, operands, { lanes }) {
      const code = vectorCode(f);
      if (lanes === 4) {
        code.finish(formula(code, ...operands));
        return;
      }
      const spread = operands.map((operand) => {
        const local = f.local("v128");
        f.get(operand);
        f.op("f32x4.splat");
        f.set(local);
        return local;
      });
      code.finish(formula(code, ...spread));
      f.lane("f32x4.extract_lane", 0);
      f.release(...spread);
    },
  };
}

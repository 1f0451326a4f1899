// Which loop of a nest should be innermost where any may be: the one along which most accesses go entry by entry.

import type { Instruction } from "../../loops/kernel.ts";
import { isCheap } from "./elements/index.ts";
import type { LoopNest, NestStore } from "./nest-shape.ts";

/** Rough costs in instructions of the machine for four entries. */
const rowCost = 8;

/** What an instruction costs once it is vectorised, apart from loads. */
export function weightOf(instruction: Instruction): number {
  switch (instruction.op) {
    case "apply":
      return isCheap(instruction.name) ? 1 : 12;
    case "random":
      return 80;
    case "lookup":
      return 6;
    case "reduce":
    case "load":
    case "index":
      return 1;
    default:
      return 0;
  }
}

function loadCost(stride: number): number {
  if (stride === 0) return 0.2;
  if (stride === 1) return 1;
  return stride === -1 ? 1.5 : 4;
}

function storeCost({ mode }: NestStore, stride: number): number {
  if (mode !== "set" && stride === 0) return 0.5;
  if (stride === 1) return mode === "set" ? 1 : 2;
  return mode === "set" ? 5 : 8;
}

/** The loop whose choice makes an entry cheapest; the last one where several do. */
export function innermostFirstChoice({ sizes, body, stores }: LoopNest): number {
  const costAlong = (loop: number): number => {
    const size = sizes[loop] as number;
    const varies: boolean[] = [];
    let cost = 0;
    for (const instruction of body) {
      const along = alongLoop(instruction, loop, varies);
      varies.push(along);
      if (instruction.op === "load") cost += loadCost(instruction.access.strides[loop] as number);
      else if (instruction.op === "lookup") {
        cost += varies[instruction.index] === true ? 6 : loadCost(instruction.access.strides[loop] as number);
      } else if (along) cost += weightOf(instruction);
    }
    for (const store of stores) {
      const scattered = store.index !== undefined && varies[store.index.value] === true;
      cost += scattered ? 10 : storeCost(store, store.access.strides[loop] as number);
    }
    return (cost * Math.ceil(size / 4) + rowCost) / size;
  };
  let best = sizes.length - 1;
  for (let loop = best - 1; loop >= 0; loop -= 1) if (costAlong(loop) < costAlong(best)) best = loop;
  return best;
}

function alongLoop(instruction: Instruction, loop: number, varies: readonly boolean[]): boolean {
  switch (instruction.op) {
    case "index":
      return instruction.loop === loop;
    case "load":
      return instruction.access.strides[loop] !== 0;
    case "lookup":
      return instruction.access.strides[loop] !== 0 || varies[instruction.index] === true;
    case "random":
      return instruction.first[loop] !== 0 || instruction.second[loop] !== 0;
    case "apply":
      return instruction.inputs.some((input) => varies[input]);
    default:
      return false;
  }
}

// Buffers that are set to one value throughout before a nest's loops run.
import type { Buffer, Nest } from "../../loops/kernel.ts";
import { operandsOf } from "../../loops/operands.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { elementBytes } from "./nest-cursors.ts";

export interface NestFill {
  readonly operand: number;
  readonly value: number;
  readonly dtype: Buffer["dtype"];
  readonly entries: number;
}

export function fillsOf(nest: Nest, buffers: readonly Buffer[]): readonly NestFill[] {
  const operands = operandsOf(nest);
  return nest.fills.map(({ buffer, value }) => {
    const { dtype, shape } = buffers[buffer] as Buffer;
    const operand = operands.findIndex((each) => each.buffer === buffer);
    return { operand, value, dtype, entries: shape.reduce((total, size) => total * size, 1) };
  });
}

/** From how many bytes on the host's own fill is faster. */
const largeFill = 16384;
const [blockBytes, vectorBytes] = [64, 16];

export function emitFill(f: FunctionBuilder, { operand, value, dtype, entries }: NestFill): void {
  const start = f.params[operand] as Local;
  const bytes = entries * elementBytes;
  if (Object.is(value, 0) && bytes >= largeFill) {
    f.get(start);
    f.i32(0);
    f.i32(bytes);
    f.op("memory.fill");
    return;
  }
  const [vector, at] = [f.local("v128"), f.local("i32")];
  // The smallest whole number stands for minus infinity.
  if (dtype === "i32") f.i32x4(Math.max(value, -(2 ** 31)));
  else f.f32x4(value);
  f.set(vector);
  f.get(start);
  f.set(at);
  const blocks = Math.floor(bytes / blockBytes);
  let offset = 0;
  const store = (count: number): void => {
    for (let block = 0; block < count; block += 1) {
      f.get(at);
      f.get(vector);
      f.memory("v128.store", offset);
      offset += vectorBytes;
    }
  };
  if (blocks > 1) {
    const end = f.local("i32");
    f.get(start);
    f.i32(blocks * blockBytes);
    f.op("i32.add");
    f.set(end);
    f.loop((again) => {
      store(blockBytes / vectorBytes);
      f.get(at);
      f.i32(blockBytes);
      f.op("i32.add");
      f.tee(at);
      f.get(end);
      f.op("i32.ne");
      f.branchIf(again);
    });
    f.release(end);
    offset = 0;
  }
  const rest = blocks > 1 ? bytes % blockBytes : bytes;
  store(Math.floor(rest / vectorBytes));
  for (; offset < rest; offset += elementBytes) {
    f.get(at);
    f.get(vector);
    f.memoryLane("v128.store32_lane", 0, offset);
  }
  f.release(vector, at);
}

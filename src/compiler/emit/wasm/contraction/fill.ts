// Sets a buffer to one value throughout.
import type { Buffer } from "../../../loops/kernel.ts";
import type { FunctionBuilder, Local } from "../assembler.ts";
import { elementBytes, move, repeat } from "./walker.ts";

export function fillBuffer(f: FunctionBuilder, at: Local, { dtype, shape }: Buffer, value: number): void {
  const count = shape.reduce((entries, size) => entries * size, 1);
  const [pointer, vector] = [f.local("i32"), f.local("v128")];
  f.get(at);
  f.set(pointer);
  if (dtype === "i32") f.i32x4(value);
  else f.f32x4(value);
  f.set(vector);
  repeat(f, Math.floor(count / 4), () => {
    f.get(pointer);
    f.get(vector);
    f.memory("v128.store");
    move(f, pointer, 4 * elementBytes);
  });
  for (let entry = 0; entry < count % 4; entry += 1) {
    f.get(pointer);
    f.get(vector);
    f.memoryLane("v128.store32_lane", entry, entry * elementBytes);
  }
  f.release(pointer, vector);
}

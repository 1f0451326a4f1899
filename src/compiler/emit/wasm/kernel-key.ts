// Which kernels are the same function with other pointers: a text for each kernel, so that each function is emitted once.
import type { Access, Buffer, Contraction, Instruction, Nest, Skip, Store } from "../../loops/kernel.ts";
import { operandIndex, operandsOf } from "../../loops/operands.ts";
import { elementCount } from "../../ops/support/arrays.ts";
import { encodeNumber } from "../../ops/support/attributes.ts";

/** Equal for kernels that are emitted as the same function: everything but the numbers of their buffers and their paths. */
export function kernelKey(kernel: Nest | Contraction, buffers: readonly Buffer[]): string {
  const operands = operandsOf(kernel);
  const placed = (access: Access): readonly unknown[] => [operandIndex(operands, access), access.offset, access.strides];
  const instruction = (each: Instruction): unknown => {
    switch (each.op) {
      case "load":
        return ["load", each.dtype, placed(each.access)];
      case "lookup":
        return ["lookup", each.dtype, placed(each.access), each.index, each.stride, each.size];
      case "constant":
        return ["constant", each.dtype, encodeNumber(each.value)];
      default:
        return each;
    }
  };
  const store = ({ access, value, mode, index }: Store): unknown => [placed(access), value, mode, index];
  const skip = ({ loop, lengths, values }: Skip): unknown => [loop, placed(lengths), values.map(encodeNumber)];
  const product = ({ contracted, left, right }: Contraction): unknown => [contracted, placed(left), placed(right)];
  return JSON.stringify([
    kernel.kind === "nest" ? 0 : product(kernel),
    kernel.sizes,
    kernel.body.map(instruction),
    kernel.stores.map(store),
    kernel.fills.map(({ buffer, value }) => [
      operands.findIndex((operand) => operand.buffer === buffer),
      encodeNumber(value),
      buffers[buffer]?.dtype,
      elementCount(buffers[buffer]?.shape ?? []),
    ]),
    kernel.skip === undefined ? 0 : skip(kernel.skip),
    // Operands that are one buffer at several steps: code for different buffers would not do for one that is updated in place.
    operands.map(({ buffer }) => operands.findIndex((other) => other.buffer === buffer)),
  ]);
}

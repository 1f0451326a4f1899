// One step on the device: inputs written, dispatches encoded in order, wanted outputs copied to a staging buffer, variables
// updated, all in one submission where no host function is called.

import type { HostCall } from "../../../compiler/loops/kernel.ts";
import { extension } from "../../../compiler/ops/extension.op.ts";
import type { HostExtension, Reference } from "../../../compiler/ops/operation.ts";
import type { Feeds } from "../executor.ts";
import { ExecutionError, elementCount } from "../feeds.ts";
import { fromDevice, toDevice } from "./buffers.ts";
import { type CompileContext, type Compiled, type ReadyStep, uniformAlignment } from "./compile.ts";
import type { GpuBuffer, GpuCommandEncoder, GpuComputePass } from "./gpu.ts";

export interface RunContext extends CompileContext {
  lookUp(name: string): HostExtension;
}

/** Bytes of an output in the staging buffer. */
export interface OutputRange {
  readonly name: string;
  readonly bytes: number;
}

/** Submits a step; the result is a staging buffer that holds the outputs one after another, undefined where there are none. */
export async function submitStep(
  context: RunContext,
  program: Compiled,
  feeds: Feeds,
  outputs: readonly OutputRange[],
): Promise<GpuBuffer | undefined> {
  const { device } = context.open;
  for (const { name, dtype, spot } of program.inputs) {
    const feed = feeds[name];
    if (feed === undefined || feed.data.length === 0) continue;
    device.queue.writeBuffer(spot.buffer, spot.offset, toDevice(dtype, feed.data));
  }
  const commands = newCommands(context);
  await runSteps(context, program, program.steps, commands, []);
  const encoder = commands.encoder();
  const total = outputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const staging = total === 0 ? undefined : context.buffers.staging(total);
  let offset = 0;
  for (const { name, bytes } of outputs) {
    const spot = program.outputs.get(name);
    if (spot === undefined) throw new RangeError(`the program computes no ${name}`);
    if (staging !== undefined && bytes > 0) encoder.copyBufferToBuffer(spot.buffer, spot.offset, staging, offset, bytes);
    offset += bytes;
  }
  const copies = program.copies.filter(({ bytes }) => bytes > 0);
  for (const { from, through, bytes } of copies)
    if (through !== undefined) encoder.copyBufferToBuffer(from.buffer, from.offset, through, 0, bytes);
  for (const { to, from, through, bytes } of copies)
    encoder.copyBufferToBuffer(through ?? from.buffer, through === undefined ? from.offset : 0, to.buffer, to.offset, bytes);
  commands.submit();
  return staging;
}

/** Commands being recorded: dispatches in a compute pass, copies between passes. */
interface Commands {
  pass(): GpuComputePass;
  /** The encoder outside of a pass. */
  encoder(): GpuCommandEncoder;
  submit(): void;
}

function newCommands({ open: { device } }: RunContext): Commands {
  let encoder: GpuCommandEncoder | undefined;
  let pass: GpuComputePass | undefined;
  const current = (): GpuCommandEncoder => {
    encoder ??= device.createCommandEncoder();
    return encoder;
  };
  const endPass = (): void => {
    pass?.end();
    pass = undefined;
  };
  return {
    pass() {
      pass ??= current().beginComputePass();
      return pass;
    },
    encoder() {
      endPass();
      return current();
    },
    submit() {
      endPass();
      if (encoder !== undefined) device.queue.submit([encoder.finish()]);
      encoder = undefined;
    },
  };
}

async function runSteps(
  context: RunContext,
  program: Compiled,
  steps: readonly ReadyStep[],
  commands: Commands,
  iterations: readonly number[],
): Promise<void> {
  for (const step of steps) {
    if (step.kind === "dispatch") {
      const pass = commands.pass();
      pass.setPipeline(step.pipeline);
      pass.setBindGroup(0, step.group);
      const loops = program.loopGroups[step.depth];
      if (step.depth > 0 && loops !== undefined) {
        pass.setBindGroup(
          1,
          loops,
          iterations.map((iteration) => iteration * uniformAlignment),
        );
      }
      pass.dispatchWorkgroups(...step.workgroups);
    } else if (step.kind === "host") {
      await callHost(context, program, step.call, commands);
    } else {
      for (let count = 0; count < step.iterations; count += 1) {
        const iteration = step.reverse ? step.iterations - 1 - count : count;
        await runSteps(context, program, step.steps, commands, [...iterations, iteration]);
      }
    }
  }
}

/** Reads the inputs back, calls the function, writes its result. */
async function callHost(context: RunContext, program: Compiled, call: HostCall, commands: Commands): Promise<void> {
  const encoder = commands.encoder();
  const sizes = call.inputs.map(({ shape }) => 4 * elementCount(shape));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const staging = context.buffers.staging(total);
  const offsets = sizes.map((_, at) => sizes.slice(0, at).reduce((sum, size) => sum + size, 0));
  call.inputs.forEach(({ buffer }, at) => {
    const spot = program.spot(buffer);
    const size = sizes[at] as number;
    if (size > 0) encoder.copyBufferToBuffer(spot.buffer, spot.offset, staging, offsets[at] as number, size);
  });
  commands.submit();
  const bytes = await context.buffers.readStaging(staging, total);
  const inputs = call.inputs.map(({ shape, dtype }, at): Reference => {
    const { data } = fromDevice(bytes, offsets[at] as number, dtype, shape);
    return { shape: [...shape], dtype, data: Float64Array.from(data) };
  });
  const output = program.buffers[call.output];
  if (output === undefined) throw new RangeError(`the host function ${call.name} has no output`);
  const result = evaluate(context, call, inputs, output);
  const spot = program.spot(call.output);
  if (result.data.length > 0)
    context.open.device.queue.writeBuffer(spot.buffer, spot.offset, toDevice(output.dtype, result.data));
}

function evaluate(
  { lookUp }: RunContext,
  { name, attributes, path }: HostCall,
  inputs: readonly Reference[],
  { shape, dtype }: Pick<Reference, "shape" | "dtype">,
): Reference {
  const node = {
    op: extension.name,
    inputs: [],
    attributes: { ...attributes, name },
    shape,
    dtype,
    origin: { span: undefined, path },
  };
  const context = {
    extension: lookUp,
    runBody: () => {
      throw new RangeError("a host function has no body");
    },
  };
  try {
    return extension.reference(inputs, node, context) as Reference;
  } catch (error) {
    if (error instanceof ExecutionError) throw error;
    const where = path === "" ? "" : ` in ${path}`;
    throw new ExecutionError(`extension${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

// The webgpu executor in a browser, on `navigator.gpu`.
import type { Executor } from "../executor.ts";
import { type Extensions, extensionLookup } from "../extensions.ts";
import { ExecutionError } from "../feeds.ts";
import { interpreterExecutor } from "../interpreter.ts";
import { requestDevice } from "./device.ts";
import type { Gpu } from "./gpu.ts";
import { openSession } from "./session.ts";

/** Throws `ExecutionError` where the browser has no WebGPU or no adapter. */
export async function webgpuBrowserExecutor(extensions: Extensions = {}): Promise<Executor> {
  const { gpu } = (globalThis as unknown as { readonly navigator: { readonly gpu?: Gpu } }).navigator;
  if (gpu === undefined) {
    throw new ExecutionError("this browser has no WebGPU: a current Chrome, Edge, Firefox or Safari has, on https pages");
  }
  const open = await requestDevice(gpu);
  const lookUp = extensionLookup(extensions);
  const tracer = async (): Promise<Executor> => interpreterExecutor(extensions);
  return { name: "webgpu", open: async () => openSession("webgpu", open, { lookUp, tracer }) };
}

// Compute pipelines by their code: kernels of the same structure share one, whichever program they belong to.
import type { Dispatch } from "../../../compiler/emit/wgsl/program.ts";
import { ExecutionError } from "../feeds.ts";
import { computeStage, type GpuBindGroupLayout, type GpuDevice, type GpuPipeline } from "./gpu.ts";

export interface Pipeline {
  readonly pipeline: GpuPipeline;
  /** Of group 0. */
  readonly layout: GpuBindGroupLayout;
}

export interface Pipelines {
  /** Throws `ExecutionError` where the device refuses the code. */
  get(dispatch: Pick<Dispatch, "code" | "bindings" | "depth">): Promise<Pipeline>;
  /** The layout of group 1: the iteration of each enclosing loop. */
  loopLayout(depth: number): GpuBindGroupLayout;
}

export function newPipelines(device: GpuDevice): Pipelines {
  const layouts = new Map<string, GpuBindGroupLayout>();
  const pipelines = new Map<string, Promise<Pipeline>>();
  const layoutFor = (key: string, make: () => GpuBindGroupLayout): GpuBindGroupLayout => {
    const layout = layouts.get(key) ?? make();
    layouts.set(key, layout);
    return layout;
  };
  const bindingLayout = (bindings: Dispatch["bindings"]): GpuBindGroupLayout =>
    layoutFor(bindings.map(({ writable }) => (writable ? "w" : "r")).join(""), () =>
      device.createBindGroupLayout({
        entries: bindings.map(({ writable }, binding) => ({
          binding,
          visibility: computeStage,
          buffer: { type: writable ? "storage" : "read-only-storage" },
        })),
      }),
    );
  const loopLayout = (depth: number): GpuBindGroupLayout =>
    layoutFor(`loops ${depth}`, () =>
      device.createBindGroupLayout({
        entries: Array.from({ length: depth }, (_, binding) => ({
          binding,
          visibility: computeStage,
          buffer: { type: "uniform", hasDynamicOffset: true },
        })),
      }),
    );
  const make = async ({ code, bindings, depth }: Pick<Dispatch, "code" | "bindings" | "depth">): Promise<Pipeline> => {
    const layout = bindingLayout(bindings);
    const bindGroupLayouts = depth === 0 ? [layout] : [layout, loopLayout(depth)];
    try {
      const pipeline = await device.createComputePipelineAsync({
        layout: device.createPipelineLayout({ bindGroupLayouts }),
        compute: { module: device.createShaderModule({ code }), entryPoint: "main" },
      });
      return { pipeline, layout };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ExecutionError(`the GPU's driver refuses a kernel (${reason.split("\n")[0]}); --backend wasm does without it`, {
        cause: error,
      });
    }
  };
  return {
    get(dispatch) {
      const key = `${dispatch.bindings.map(({ writable }) => (writable ? "w" : "r")).join("")}\n${dispatch.code}`;
      let pipeline = pipelines.get(key);
      if (pipeline === undefined) {
        pipeline = make(dispatch);
        pipelines.set(key, pipeline);
      }
      return pipeline;
    },
    loopLayout,
  };
}

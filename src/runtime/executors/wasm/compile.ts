// From a plan and the outputs that are wanted to a module in a session's memory.
import type { Machine } from "../../../compiler/emit/wasm/assembler.ts";
import { type EmittedProgram, emitProgram } from "../../../compiler/emit/wasm/program.ts";
import type { StaticGraph } from "../../../compiler/ir/graph.ts";
import type { Plan } from "../../../compiler/ir/plan.ts";
import type { Buffer } from "../../../compiler/loops/kernel.ts";
import { lower } from "../../../compiler/loops/lower/index.ts";
import { withPanels } from "../../../compiler/loops/panels.ts";
import { schedule } from "../../../compiler/loops/schedule/index.ts";
import type { Schedule } from "../../../compiler/loops/schedule.ts";
import type { HostExtension } from "../../../compiler/ops/operation.ts";
import { ExecutionError, elementCount } from "../feeds.ts";
import { hostCaller } from "./host-calls.ts";
import type { SessionMemory } from "./memory.ts";
import { type Profile, type Stopwatch, stopwatch } from "./profile.ts";
import { copyIn, type Variables } from "./variables.ts";

/** Where a value is found: bytes after address 0 or after the start of the workspace. */
export interface Spot {
  readonly from: "memory" | "workspace";
  readonly offset: number;
}

export interface Compiled extends Pick<EmittedProgram, "phases" | "workspaceBytes" | "arenaBytes" | "sharedWork"> {
  readonly module: WebAssembly.Module;
  readonly exports: WebAssembly.Instance["exports"];
  /** Whether host functions are called: a run may then fail half-way. */
  readonly callsHost: boolean;
  readonly inputs: readonly { readonly name: string; readonly buffer: Buffer; readonly spot: Spot }[];
  readonly outputs: ReadonlyMap<string, Spot>;
  /** Variables that take a value after the run; `aliased`: the value is another variable's, which may itself take one. */
  readonly copies: readonly { readonly to: Spot; readonly from: Spot; readonly count: number; readonly aliased: boolean }[];
  /** `Variables.layout` that the code goes by. */
  readonly layout: number;
  /** Takes the times of its kernels; such a program runs on one thread. */
  readonly watch: Stopwatch | undefined;
  /** Frees the constants. */
  release(): void;
}

export interface CompileContext {
  readonly memory: SessionMemory;
  readonly variables: Variables;
  lookUp(name: string): HostExtension;
  readonly machine: Machine;
  /** Is told after every step how long each kernel took. */
  readonly profile: Profile | undefined;
}

/** Variables of the plan must have been written. */
export async function compile(context: CompileContext, plan: Plan, outputs: readonly string[]): Promise<Compiled> {
  const program = withPanels(lower(restrict(plan.graph, outputs), plan.name));
  return instantiate(context, plan, schedule(program), context.profile === undefined ? undefined : stopwatch(program));
}

/** The graph with these outputs only: what others alone need is not compiled. */
function restrict(graph: StaticGraph, names: readonly string[]): StaticGraph {
  return { ...graph, outputs: Object.fromEntries(names.map((name) => [name, graph.outputs[name] ?? -1])) };
}

/** Puts a schedule's constants into memory and makes an instance of its code. */
async function instantiate(
  context: CompileContext,
  plan: Plan,
  scheduled: Schedule,
  watch: Stopwatch | undefined,
): Promise<Compiled> {
  const { memory, variables } = context;
  const variableAddress = (name: string): number => {
    const held = variables.table.get(name);
    if (held === undefined) throw new ExecutionError(`${plan.name} needs the variable ${name}, which was never written`);
    return held.address;
  };
  const layout = variables.layout();
  const constants = placeConstants(memory, scheduled);
  try {
    const spot = (index: number): Spot => {
      const buffer = scheduled.buffers[index];
      if (buffer?.kind === "variable") return { from: "memory", offset: variableAddress(buffer.name ?? "") };
      const address = scheduled.addresses.get(index);
      if (address === undefined) throw new RangeError(`buffer ${index} of ${plan.name} has no address`);
      if (buffer?.kind === "constant") return { from: "memory", offset: constants.address(address) };
      return { from: "workspace", offset: address };
    };
    const emitted = emitProgram(scheduled, {
      variableAddress,
      constantAddress: constants.address,
      memory: { initialPages: 1, maximumPages: memory.maximumPages, shared: memory.shared },
      machine: context.machine,
      marked: watch !== undefined,
    });
    const module = await WebAssembly.compile(emitted.bytes);
    const host = hostCaller(memory, emitted.hostCalls, scheduled.buffers, context.lookUp);
    const { exports } = new WebAssembly.Instance(module, {
      mmx: { memory: memory.memory, host, ...(watch === undefined ? {} : { mark: watch.mark }) },
    });
    const { phases, workspaceBytes, arenaBytes, sharedWork } = emitted;
    return {
      module,
      exports,
      phases,
      workspaceBytes,
      arenaBytes,
      sharedWork,
      callsHost: emitted.hostCalls.length > 0,
      inputs: scheduled.buffers.flatMap((buffer, index) =>
        buffer.kind === "input" && scheduled.addresses.has(index) ? [{ name: buffer.name ?? "", buffer, spot: spot(index) }] : [],
      ),
      outputs: new Map(Object.entries(scheduled.outputs).map(([name, index]) => [name, spot(index)])),
      copies: scheduled.copies.map(({ variable, from }) => ({
        to: spot(variable),
        from: spot(from),
        count: elementCount(scheduled.buffers[from]?.shape ?? []),
        aliased: scheduled.buffers[from]?.kind === "variable",
      })),
      layout,
      watch,
      release: constants.release,
    };
  } catch (error) {
    constants.release();
    throw error;
  }
}

/** Constants outlive a run, so they lie in a lasting block instead of the workspace. */
function placeConstants(memory: SessionMemory, { buffers, addresses }: Schedule) {
  const constants = buffers.flatMap((buffer, index) => {
    const scheduled = addresses.get(index);
    return buffer.kind === "constant" && buffer.values !== undefined && scheduled !== undefined
      ? [{ scheduled, dtype: buffer.dtype, values: buffer.values }]
      : [];
  });
  const places = new Map<number, number>();
  let bytes = 0;
  for (const { scheduled, values } of constants) {
    places.set(scheduled, bytes);
    bytes += Math.ceil(values.byteLength / 64) * 64;
  }
  const block = bytes === 0 ? undefined : memory.allocate(bytes);
  const address = (scheduled: number): number => {
    const place = places.get(scheduled);
    if (block === undefined || place === undefined) throw new RangeError(`there is no constant at ${scheduled}`);
    return block + place;
  };
  for (const { scheduled, dtype, values } of constants) copyIn(memory, address(scheduled), dtype, values);
  return {
    address,
    release(): void {
      if (block !== undefined) memory.free(block);
    },
  };
}

// The one interface all executors share: a session holds named variables; a program runs one plan against them.
import type { DType } from "../../compiler/ir/graph.ts";
import type { Plan } from "../../compiler/ir/plan.ts";

/** A tensor in ordinary memory, row-major. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Float64Array;
}

export type Feeds = Readonly<Record<string, HostTensor>>;
export type Results = Record<string, HostTensor>;

/** Called after each node in a traced run; used to find the first non-finite value. */
export type NodeObserver = (node: number, value: HostTensor) => void;

export interface Program {
  readonly plan: Plan;
  /** One step: reads the feeds and the session's variables, applies all assignments together, gives the outputs. */
  run(feeds: Feeds, options?: { readonly outputs?: readonly string[]; readonly observe?: NodeObserver }): Promise<Results>;
  dispose(): void;
}

/** Variables (weights, optimiser state, banks) by name, shared by every program loaded in the session. */
export interface Session {
  readonly executor: string;
  load(plan: Plan): Promise<Program>;
  write(name: string, value: HostTensor): void;
  read(name: string): Promise<HostTensor>;
  has(name: string): boolean;
  names(): readonly string[];
  /** Live tensors of the backend, where it counts them; the leak tests read it. */
  liveTensors(): number | undefined;
  dispose(): void;
}

export interface Executor {
  /** `tfjs-cpu`, `tfjs-wasm`, `interpreter`, … */
  readonly name: string;
  open(): Promise<Session>;
}

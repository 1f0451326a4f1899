// The variables of a session: every model has copies of its own, and a value moves only when a model is about to read an
// older version than the newest.
import { names } from "../../../compiler/emit/graphdef/program.ts";
import type { DType } from "../../../compiler/ir/graph.ts";
import type { HostTensor } from "../executor.ts";
import { checkHostTensor, ExecutionError } from "../feeds.ts";
import type { Binding } from "./binding.ts";
import type { Model } from "./model.ts";
import { runSession } from "./tensors.ts";

interface Held {
  readonly dtype: DType;
  readonly shape: readonly number[];
  version: number;
  /** The newest value, where it is at hand … */
  host: Float32Array | Int32Array | undefined;
  /** … else the model that made it. */
  holder: Model | undefined;
}

export interface Variables {
  readonly table: ReadonlyMap<string, Pick<Held, "dtype" | "shape">>;
  write(name: string, value: HostTensor): void;
  read(name: string): HostTensor;
  /** Gives a model the newest value of every variable of its plan. */
  bring(model: Model): void;
  /** Notes that a step of the model assigned variables. */
  assigned(model: Model): void;
  /** Takes from a model what only it holds. */
  rescue(model: Model): void;
  clear(): void;
}

export function sessionVariables(binding: Binding): Variables {
  const table = new Map<string, Held>();

  /** Fetches all values that only this model holds: one by one, TensorFlow would prepare a run for each. */
  const rescue = (model: Model): void => {
    const wanted = model.plan.variables.flatMap(({ name }, at) => {
      const held = table.get(name);
      return held !== undefined && held.holder === model && held.host === undefined ? [{ held, at }] : [];
    });
    if (wanted.length === 0) return;
    const fetches = wanted.map(({ at }) => names.read(at));
    const values = runSession(binding, model.session, new Map(), fetches);
    wanted.forEach(({ held }, k) => {
      held.host = values[k];
    });
  };
  const newest = (held: Held): Float32Array | Int32Array => {
    if (held.host === undefined && held.holder !== undefined) rescue(held.holder);
    if (held.host === undefined) throw new RangeError("a variable has no value");
    return held.host;
  };

  return {
    table,
    write(name, value) {
      checkHostTensor(name, value);
      const version = (table.get(name)?.version ?? 0) + 1;
      const host = value.dtype === "i32" ? Int32Array.from(value.data) : Float32Array.from(value.data);
      table.set(name, { dtype: value.dtype, shape: [...value.shape], version, host, holder: undefined });
    },
    read(name) {
      const held = table.get(name);
      if (held === undefined) throw new ExecutionError(`there is no variable ${name} in this session`);
      return { dtype: held.dtype, shape: [...held.shape], data: newest(held).slice() };
    },
    bring(model) {
      const feeds = new Map<string, HostTensor>();
      const stores: string[] = [];
      model.plan.variables.forEach(({ name }, at) => {
        const held = table.get(name);
        if (held === undefined || model.versions[at] === held.version) return;
        feeds.set(names.given(at), { dtype: held.dtype, shape: held.shape, data: newest(held) });
        stores.push(names.wrote(at));
      });
      if (stores.length === 0) return;
      runSession(binding, model.session, feeds, stores);
      model.plan.variables.forEach(({ name }, at) => {
        model.versions[at] = table.get(name)?.version ?? 0;
      });
    },
    assigned(model) {
      const written = new Set(model.plan.graph.assignments.map(({ variable }) => variable));
      model.plan.variables.forEach(({ name }, at) => {
        const held = table.get(name);
        if (held === undefined || !written.has(name)) return;
        held.version += 1;
        held.host = undefined;
        held.holder = model;
        model.versions[at] = held.version;
      });
    },
    rescue,
    clear: () => table.clear(),
  };
}

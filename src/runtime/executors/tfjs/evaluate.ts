// Evaluates a prepared graph node by node on the current tfjs backend and frees every value right after its last reader:
// no tape, no tidy.
import type * as tfjs from "@tensorflow/tfjs-core";
import type { Node } from "../../../compiler/ir/graph.ts";
import type { HostExtension, Tfjs, TfjsContext } from "../../../compiler/ops/operation.ts";
import { ExecutionError } from "../feeds.ts";
import type { PreparedGraph, Step } from "./prepare.ts";

/** A value: a tensor, or the parts of a scan. */
type Value = tfjs.Tensor | readonly tfjs.Tensor[];

/** Where the values of inputs and variables come from. They stay the caller's. */
export type Leaves = (kind: "input" | "variable", name: string) => tfjs.Tensor;

/** One run of a graph: for each node `step`, then `release`; take the results; `finish` in any case. */
export interface Evaluation {
  step(index: number): void;
  /** Frees what no node after this one reads. */
  release(index: number): void;
  /** The value of a node that is alive, as a handle of the caller's own. */
  take(index: number): tfjs.Tensor;
  /** The value of a node that is alive, owned by the evaluation; undefined for a scan's parts. */
  peek(index: number): tfjs.Tensor | undefined;
  finish(): void;
}

export interface EvaluationContext {
  readonly tf: Tfjs;
  /** Whether every node's value must be there in its own shape, broadcasts included. */
  readonly everyValue: boolean;
  extension(name: string): HostExtension;
}

export function evaluation(context: EvaluationContext, prepared: PreparedGraph, leaves: Leaves): Evaluation {
  const values: (Value | undefined)[] = new Array(prepared.steps.length);
  const owned: boolean[] = new Array(prepared.steps.length).fill(false);
  const lowering: TfjsContext = {
    tf: context.tf,
    extension: context.extension,
    runBody(body, inputs) {
      const inner = prepared.bodies.get(body);
      if (inner === undefined) throw new RangeError("the body of a scan belongs to another graph");
      return runBody(context, inner, inputs);
    },
  };
  const free = (index: number): void => {
    const value = values[index];
    if (value === undefined) return;
    values[index] = undefined;
    if (owned[index] === true) for (const tensor of parts(value)) tensor.dispose();
  };
  const alive = (index: number): Value => {
    const value = values[index];
    if (value === undefined) throw new RangeError(`the value of node ${index} is not alive`);
    return value;
  };
  const compute = ({ node, operation, virtual }: Step): Value => {
    const inputs: tfjs.Tensor[] = [];
    for (const input of node.inputs) inputs.push(...parts(alive(input)));
    const [first] = inputs;
    if (virtual !== undefined && first !== undefined && !context.everyValue) return context.tf.reshape(first, [...virtual]);
    try {
      return operation.tfjs(inputs, node, lowering);
    } catch (error) {
      throw nodeError(node, error);
    }
  };

  return {
    step(index) {
      const step = prepared.steps[index];
      if (step === undefined) throw new RangeError(`no node ${index}`);
      const { op, attributes } = step.node;
      if (op === "input" || op === "variable") values[index] = leaves(op, String(attributes.name));
      else if (step.fixed !== undefined) values[index] = step.fixed;
      else {
        values[index] = compute(step);
        owned[index] = true;
      }
    },
    release(index) {
      for (const done of prepared.steps[index]?.release ?? []) free(done);
    },
    take(index) {
      const value = alive(index);
      if (!isTensor(value)) throw new RangeError(`node ${index} has several parts and cannot be read as one value`);
      return value.clone();
    },
    peek(index) {
      const value = alive(index);
      return isTensor(value) ? value : undefined;
    },
    finish() {
      for (let index = 0; index < values.length; index += 1) free(index);
    },
  };
}

function runBody(
  context: EvaluationContext,
  prepared: PreparedGraph,
  inputs: Readonly<Record<string, tfjs.Tensor>>,
): Record<string, tfjs.Tensor> {
  const run = evaluation(context, prepared, (kind, name) => {
    const value = kind === "input" ? inputs[name] : undefined;
    if (value === undefined) throw new RangeError(`the body of a scan reads the ${kind} ${name}, which it is not given`);
    return value;
  });
  try {
    for (let index = 0; index < prepared.steps.length; index += 1) {
      run.step(index);
      run.release(index);
    }
    return Object.fromEntries(Object.entries(prepared.graph.outputs).map(([name, node]) => [name, run.take(node)]));
  } finally {
    run.finish();
  }
}

const isTensor = (value: Value): value is tfjs.Tensor => !Array.isArray(value);
const parts = (value: Value): readonly tfjs.Tensor[] => (isTensor(value) ? [value] : value);

/** Says which node failed and where it comes from. */
function nodeError(node: Node<number>, error: unknown): Error {
  if (error instanceof ExecutionError) return error;
  const where = node.origin.path === "" ? "" : ` in ${node.origin.path}`;
  return new ExecutionError(`${node.op}${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

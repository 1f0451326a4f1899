// One plan on native TensorFlow: a step is one session call. Host functions stop a step: what they read is fetched first,
// and what they give is fed to the call that follows.
import { names } from "../../../compiler/emit/graphdef/program.ts";
import type { Plan } from "../../../compiler/ir/plan.ts";
import { operation } from "../../../compiler/ops/index.ts";
import type { HostExtension, Reference, ReferenceContext } from "../../../compiler/ops/operation.ts";
import type { Feeds, HostTensor, NodeObserver, Program, Results } from "../executor.ts";
import { checkFeeds, checkVariables, ExecutionError, requestedOutputs } from "../feeds.ts";
import type { Binding } from "./binding.ts";
import { loadModel, type Model } from "./model.ts";
import { compilesSteps } from "./probe.ts";
import { runSession } from "./tensors.ts";
import type { Variables } from "./variables.ts";

/**
 * Which plans XLA compiles as a whole. `training`: those that assign variables and have work enough, since their steps run
 * often enough to repay seconds of compiling; none where this TensorFlow lacks XLA.
 */
export type Compilation = "all" | "training" | "none";

/** Floating-point operations of a step from which on compiling it was seen to be faster. */
const enoughWork = 1e7;

export interface ProgramContext {
  readonly binding: Binding;
  readonly variables: Variables;
  readonly compile: Compilation;
  extension(name: string): HostExtension;
}

export function loadProgram(plan: Plan, context: ProgramContext): Program {
  const { binding, variables } = context;
  const { nodes, outputs: outputNodes, assignments } = plan.graph;
  const outputNames = Object.keys(outputNodes);
  const levels = extensionLevels(plan);
  const models = new Map<"step" | "traced", Model>();
  /** Loaded when first run; the traced one, with every value to be fetched, only for runs that are observed. */
  const modelFor = (kind: "step" | "traced"): Model => {
    const known = models.get(kind);
    if (known !== undefined) return known;
    const taps = kind === "traced" ? allValues(plan) : levels.flat().flatMap((node) => nodes[node]?.inputs ?? []);
    const compiled = kind === "step" && levels.length === 0 && isCompiled(plan, context);
    const model = loadModel(binding, plan, { compiled, taps: [...new Set(taps)] });
    models.set(kind, model);
    return model;
  };
  const hostTensor = (node: number, data: Float32Array | Int32Array): HostTensor => {
    const { dtype, shape } = nodes[node] as Plan["graph"]["nodes"][number];
    return { dtype, shape: [...shape], data };
  };
  const callExtension = (node: number, inputs: readonly HostTensor[]): HostTensor => {
    const called = nodes[node] as Plan["graph"]["nodes"][number];
    try {
      const result = operation("extension").reference(inputs.map(toReference), called, hostContext(context)) as Reference;
      return hostTensor(node, called.dtype === "i32" ? Int32Array.from(result.data) : Float32Array.from(result.data));
    } catch (error) {
      if (error instanceof ExecutionError) throw error;
      const where = called.origin.path === "" ? "" : ` in ${called.origin.path}`;
      throw new ExecutionError(`extension${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  };
  /** Computes the values of all extension nodes, level by level, and adds them to the feeds. */
  const feedExtensions = (model: Model, feeds: Map<string, HostTensor>): void => {
    for (const level of levels) {
      const read = [...new Set(level.flatMap((node) => nodes[node]?.inputs ?? []))];
      const values = runSession(binding, model.session, feeds, read.map(names.tap));
      const results = level.map((node) => {
        const inputs = (nodes[node]?.inputs ?? []).map((input) => hostTensor(input, values[read.indexOf(input)] as Float32Array));
        return [names.extension(node), callExtension(node, inputs)] as const;
      });
      for (const [name, value] of results) feeds.set(name, value);
    }
  };
  const run = (given: Feeds, wanted: readonly (readonly [string, number])[], observe: NodeObserver | undefined): Results => {
    const model = modelFor(observe === undefined ? "step" : "traced");
    variables.bring(model);
    const feeds = new Map(plan.inputs.map(({ name }, at) => [names.feed(at), given[name] as HostTensor]));
    feedExtensions(model, feeds);
    const traced = observe === undefined ? [] : allValues(plan);
    const fetches = [...wanted.map(([name]) => names.result(outputNames.indexOf(name))), ...traced.map(names.tap), names.done];
    const values = runSession(binding, model.session, feeds, fetches);
    if (assignments.length > 0) variables.assigned(model);
    traced.forEach((node, at) => {
      observe?.(node, hostTensor(node, values[wanted.length + at] as Float32Array));
    });
    return Object.fromEntries(wanted.map(([name, node], at) => [name, hostTensor(node, values[at] as Float32Array)]));
  };

  return {
    plan,
    async run(feeds, options = {}) {
      const wanted = requestedOutputs(plan, options.outputs);
      checkFeeds(plan, feeds);
      checkVariables(plan, variables.table);
      try {
        return run(feeds, wanted, options.observe);
      } catch (error) {
        if (error instanceof ExecutionError) throw error;
        throw new ExecutionError(`${plan.name}: TensorFlow refuses the step: ${reasonOf(error)}`, { cause: error });
      }
    },
    dispose() {
      for (const model of models.values()) {
        variables.rescue(model);
        binding.deleteSavedModel(model.session);
      }
      models.clear();
    },
  };
}

function isCompiled({ graph, flops }: Plan, { compile, binding }: ProgramContext): boolean {
  if (compile !== "training") return compile === "all";
  return graph.assignments.length > 0 && flops >= enoughWork && compilesSteps(binding);
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

const toReference = ({ dtype, shape, data }: HostTensor): Reference => ({ dtype, shape, data: Float64Array.from(data) });

function hostContext({ extension }: ProgramContext): ReferenceContext {
  return {
    extension,
    runBody: () => {
      throw new RangeError("a host function has no body");
    },
  };
}

/** All nodes that have one value. */
const allValues = ({ graph }: Plan): readonly number[] => graph.nodes.flatMap(({ op }, index) => (op === "scan" ? [] : [index]));

/** The extension nodes in groups: those of one group read nothing but what earlier groups and the graph give. */
function extensionLevels({ graph }: Plan): readonly (readonly number[])[] {
  const levels: number[][] = [];
  const depths: number[] = [];
  graph.nodes.forEach((node, index) => {
    const depth = Math.max(0, ...node.inputs.map((input) => depths[input] ?? 0));
    if (node.op !== "extension") depths.push(depth);
    else {
      depths.push(depth + 1);
      levels[depth] = [...(levels[depth] ?? []), index];
    }
  });
  return levels;
}

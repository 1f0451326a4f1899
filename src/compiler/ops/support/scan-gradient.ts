// The reverse-mode rule of `scan`: a scan in the other direction whose body recomputes one step of the forward body and
// differentiates it (backpropagation through time, Werbos 1990). The forward scan is repeated with the carries that enter
// each step as further outputs; a pass merges it with the original.
import type { Dim } from "../../dims/dim.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Node, SymbolicGraph } from "../../ir/graph.ts";
import type { GradientContext, Seed } from "../operation.ts";
import { inputAt } from "./arrays.ts";
import { emitter } from "./emit.ts";
import { type ScanCounts, scanCounts, scanInputNames } from "./scan-layout.ts";

const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

/** The same body with the carries that enter a step as outputs after its own. */
function recordingBody(context: GradientContext, body: SymbolicGraph, counts: ScanCounts): SymbolicGraph {
  const nodes = [...body.nodes];
  const outputs = { ...body.outputs };
  for (const k of range(counts.carries)) {
    let index = nodes.findIndex((node) => node.op === "input" && node.attributes.name === `carry.${k}`);
    if (index === -1) {
      const outer = inputAt(context.node.inputs, k);
      const [shape, dtype] = [context.builder.shape(outer), context.builder.dtype(outer)];
      const attributes = { name: `carry.${k}`, sizes: shape, dtype };
      index = nodes.push({ op: "input", inputs: [], attributes, shape, dtype, origin: context.node.origin }) - 1;
    }
    outputs[`out.${counts.outputs + k}`] = index;
  }
  return { nodes, outputs, assignments: [] };
}

/** Copies the body's nodes into a builder; `inputs` stand for its inputs by name. Gives each body node's new index. */
function inline(builder: GraphBuilder, body: SymbolicGraph, inputs: ReadonlyMap<string, number>): readonly number[] {
  const placed: number[] = [];
  const copy = (node: Node<Dim>): number => {
    const given = node.op === "input" ? inputs.get(String(node.attributes.name)) : undefined;
    if (given !== undefined) return given;
    builder.setOrigin(node.origin);
    const operands = node.inputs.map((input) => inputAt(placed, input));
    return builder.add(node.op, operands, node.attributes, node.body === undefined ? {} : { body: node.body });
  };
  for (const node of body.nodes) placed.push(copy(node));
  return placed;
}

/** Gradients of a scan's inputs from the gradients of its parts. */
export function scanGradient(context: GradientContext): readonly (number | undefined)[] {
  const { builder, node, wanted, partGradients = [] } = context;
  const body = node.body;
  if (body === undefined) throw new RangeError("a scan without a body cannot be differentiated");
  const counts = scanCounts(node.attributes);
  const emit = emitter(builder);
  const names = scanInputNames(counts);
  const isValue = (k: number): boolean => builder.dtype(inputAt(node.inputs, k)) === "f32";
  const firstConstant = counts.carries + counts.sequences;
  const carries = range(counts.carries).filter(isValue);
  const sequences = range(counts.sequences).filter((k) => isValue(counts.carries + k) && wanted?.[counts.carries + k] !== false);
  const constants = range(counts.constants).filter((k) => isValue(firstConstant + k) && wanted?.[firstConstant + k] !== false);
  const outputs = range(counts.outputs).filter((k) => partGradients[counts.carries + k] !== undefined);

  const recorded = builder.add(
    "scan",
    node.inputs,
    { ...node.attributes, outputs: counts.outputs + counts.carries },
    {
      body: recordingBody(context, body, counts),
    },
  );
  const before = range(counts.carries).map((k) =>
    builder.add("part", [recorded], { index: counts.carries + counts.outputs + k }),
  );

  const zeros = (k: number): number => emit.fill(0, inputAt(node.inputs, k));
  const initial = [...carries.map((k) => partGradients[k] ?? zeros(k)), ...constants.map((k) => zeros(firstConstant + k))];
  const scanned = [
    ...before,
    ...node.inputs.slice(counts.carries, firstConstant),
    ...outputs.map((k) => partGradients[counts.carries + k] as number),
  ];
  const backward: ScanCounts = {
    carries: initial.length,
    sequences: scanned.length,
    constants: counts.constants,
    outputs: sequences.length,
    reverse: !counts.reverse,
  };
  const inputs = [...initial, ...scanned, ...node.inputs.slice(firstConstant)];

  const step = context.newBuilder();
  step.setOrigin(node.origin);
  const stepInputs = scanInputNames(backward).map((name, k) => {
    const outer = inputAt(inputs, k);
    const shape = builder.shape(outer);
    const sizes = name.startsWith("slice.") ? shape.slice(1) : shape;
    return step.add("input", [], { name, sizes, dtype: builder.dtype(outer) });
  });
  const carryGradients = stepInputs.slice(0, carries.length);
  const totals = stepInputs.slice(carries.length, initial.length);
  // The forward body's inputs in the forward order: entering carries and slices are slices here, constants constants.
  const outputGradients = stepInputs.slice(initial.length + firstConstant, initial.length + scanned.length);
  const replayed = [
    ...stepInputs.slice(initial.length, initial.length + firstConstant),
    ...stepInputs.slice(initial.length + scanned.length),
  ];
  const placed = inline(step, body, new Map(names.map((name, k) => [name, inputAt(replayed, k)])));
  step.setOrigin(node.origin);
  const placedOutput = (name: string): number => inputAt(placed, body.outputs[name] ?? -1);
  const seeds: Seed[] = [
    ...carries.map((k, at) => ({ node: placedOutput(`carry.${k}`), gradient: inputAt(carryGradients, at) })),
    ...outputs.map((k, at) => ({ node: placedOutput(`out.${k}`), gradient: inputAt(outputGradients, at) })),
  ];
  const targets = [...carries, ...sequences.map((k) => counts.carries + k), ...constants.map((k) => firstConstant + k)];
  const wrt = targets.map((k) => inputAt(replayed, k));
  const found = context.differentiate(step, seeds, wrt);
  const stepEmit = emitter(step);
  const orZeros = (at: number): number => found[at] ?? stepEmit.fill(0, inputAt(wrt, at));
  const results: Record<string, number> = {};
  carries.forEach((_, at) => {
    results[`carry.${at}`] = orZeros(at);
  });
  constants.forEach((_, at) => {
    const gradient = found[carries.length + sequences.length + at];
    const total = inputAt(totals, at);
    results[`carry.${carries.length + at}`] = gradient === undefined ? total : stepEmit.add(total, gradient);
  });
  sequences.forEach((_, at) => {
    results[`out.${at}`] = orZeros(carries.length + at);
  });
  const loop = builder.add("scan", inputs, { ...backward }, { body: step.finish(results) });

  const gradients = node.inputs.map((): number | undefined => undefined);
  const take = (index: number): number => builder.add("part", [loop], { index });
  carries.forEach((k, at) => {
    gradients[k] = take(at);
  });
  constants.forEach((k, at) => {
    gradients[firstConstant + k] = take(carries.length + at);
  });
  sequences.forEach((k, at) => {
    gradients[counts.carries + k] = take(initial.length + at);
  });
  return gradients;
}

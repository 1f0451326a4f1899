// The picture of a pipeline: its services, memories and label steps as boxes; what only rearranges a value is left out.
import type { Arrow, Box, Picture } from "../emit/picture/picture.ts";
import { type CompiledPipeline, inputsOfStep, type PipelineNode, printWire } from "./graph.ts";

/** Boxes in the order of the spec, the types of the wires on the arrows. */
export function pipelinePicture(pipeline: CompiledPipeline): Picture {
  const { nodes } = pipeline;
  const boxes: Box[] = [];
  const arrows = new Map<string, Arrow>();
  const shown = nodes.map((node) => describe(pipeline, node));
  const connect = (from: string, to: string, label: string): void => {
    arrows.set(`${from} ${to} ${label}`, { from, to, label, later: false });
  };
  /** The boxes that a node's value comes from, each with what it hands on. */
  const sources = (at: number): readonly { readonly id: string; readonly shape: string }[] => {
    const node = nodes[at];
    if (node === undefined) return [];
    if (shown[at] !== undefined) return [{ id: `${at}`, shape: printWire(node.type) }];
    return inputsOfStep(node).flatMap(sources);
  };
  for (const [at, box] of shown.entries()) {
    const node = nodes[at];
    if (box === undefined || node === undefined) continue;
    boxes.push({ ...box, id: `${at}`, inside: [] });
    for (const { id, shape } of inputsOfStep(node).flatMap(sources)) connect(id, `${at}`, shape);
  }
  for (const { name, node, type } of pipeline.outputs) {
    const id = `output ${name}`;
    boxes.push({ id, kind: "prediction", title: name, details: [printWire(type)], inside: [] });
    for (const source of sources(node)) connect(source.id, id, source.shape);
  }
  return { boxes, arrows: [...arrows.values()], modules: new Map() };
}

function describe({ memories }: CompiledPipeline, node: PipelineNode): Pick<Box, "kind" | "title" | "details"> | undefined {
  const named = (title: string): string => (node.name === undefined ? title : `${node.name} = ${title}`);
  const memory = (name: string): readonly string[] => {
    const by = memories.find((each) => each.name === name)?.by;
    return [`memory ${name}`, ...(by === undefined ? [] : [`by ${by.service}(${by.field})`])];
  };
  switch (node.op) {
    case "input":
      return { kind: "field", title: node.parameter, details: [printWire(node.type)] };
    case "service":
      return { kind: "step", title: named(node.service), details: [`service: ${Object.keys(node.arguments).join(", ")}`] };
    case "pick":
      return { kind: "step", title: named("pick"), details: [`one of ${node.set}, else ${node.fallback}`] };
    case "project":
      return { kind: "step", title: named("project"), details: [`${node.projection} to ${printWire(node.type)}`] };
    case "nearest":
      return { kind: "step", title: named("nearest"), details: memory(node.memory) };
    case "draw":
      return { kind: "step", title: named("draw"), details: [`memory ${node.memory}, at random`] };
    case "find":
      return {
        kind: "step",
        title: named("find"),
        details: [`memory ${node.memory}`, `key: ${Object.keys(node.keys).join(", ")}`],
      };
    case "file":
      return { kind: "field", title: node.path, details: [printWire(node.type)] };
    default:
      return undefined;
  }
}

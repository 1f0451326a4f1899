// What a training step of a model computes before its derivatives: what a picture of the model is drawn from.
import type { Host } from "../host.ts";
import type { SymbolicGraph } from "../ir/graph.ts";
import { loadProgram } from "../names/load.ts";
import { eliminateDead } from "../passes/dead.ts";
import { diagnosticSink, localNode } from "./context.ts";
import { elaborateModel } from "./model.ts";

/**
 * The forward part of a training step: outputs `predict.NAME` and `loss.NAME`, all of the model's losses, and the assignments of
 * its banks. The spec must have been checked and have no errors; throws where it has no such model.
 */
export function forwardGraph(
  host: Host,
  path: string,
  name: string,
  overrides: Readonly<Record<string, string>> = {},
): SymbolicGraph {
  const text = host.read(path);
  if (text === undefined) throw new Error(`there is no file ${path}`);
  // Checking has shown the diagnostics.
  const sink = diagnosticSink();
  const loaded = loadProgram(host, path, text, (diagnostic) => sink.report(diagnostic));
  const model = elaborateModel(host, loaded, sink, overrides, name, true);
  if (model === undefined) throw new Error(`${path} has no model ${name}`);
  const outputs: Record<string, number> = {};
  for (const prediction of model.predictions) outputs[`predict.${prediction.name}`] = prediction.node;
  for (const [loss, { value }] of model.losses) outputs[`loss.${loss}`] = localNode(model.e, value);
  return eliminateDead(model.e.root.builder.finish(outputs, model.updates));
}

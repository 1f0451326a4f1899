// The rules that every graph obeys, symbolic or static; run between passes in tests and on plans read from files.
import { operation, operations } from "../ops/index.ts";
import { type AnyGraph, ShapeError } from "../ops/operation.ts";
import { describeType } from "../ops/support/types.ts";
import { valueType } from "../ops/support/value-type.ts";

const known = new Set(operations.map((each) => each.name));

/**
 * What is wrong with a graph, one sentence a fault; empty for a valid graph. Nodes read only earlier nodes, operations
 * exist, shapes and dtypes are those that the operations' rules give, bodies stand on scans only, outputs and assignments
 * name nodes of the graph, and an assignment fits its variable.
 */
export function verify(graph: AnyGraph): readonly string[] {
  const faults: string[] = [];
  graph.nodes.forEach((_, index) => {
    faults.push(...nodeFaults(graph, index));
  });
  if (faults.length > 0) return faults;
  for (const [name, index] of Object.entries(graph.outputs)) {
    const node = graph.nodes[index];
    if (node === undefined) faults.push(`the output ${name} names node ${index}, which does not exist`);
    else if (node.op === "scan") faults.push(`the output ${name} is a scan; only its parts have values`);
  }
  return [...faults, ...assignmentFaults(graph), ...nameFaults(graph)];
}

function nodeFaults(graph: AnyGraph, index: number): readonly string[] {
  const node = graph.nodes[index];
  if (node === undefined) return [];
  const where = `node ${index} (${node.op})`;
  if (!known.has(node.op)) return [`${where}: there is no such operation`];
  if (node.inputs.some((input) => !Number.isInteger(input) || input < 0 || input >= index)) {
    return [`${where} reads [${node.inputs.join(", ")}], not only earlier nodes`];
  }
  if ((node.op === "scan") !== (node.body !== undefined)) return [`${where}: a scan, and nothing else, has a body`];
  const readsScan = node.inputs.some((input) => graph.nodes[input]?.op === "scan");
  if (readsScan && node.op !== "part") return [`${where} reads a scan; only a part may`];
  const bodyFaults = node.body === undefined ? [] : verify(node.body).map((fault) => `${where}, body: ${fault}`);
  if (bodyFaults.length > 0) return bodyFaults;
  try {
    const inputs = node.inputs.map((input) => valueType(graph.nodes, input));
    const inferred = operation(node.op).infer(inputs, node.attributes, node.body);
    const declared = valueType(graph.nodes, index);
    if (describeType(inferred) === describeType(declared)) return [];
    return [`${where} says ${describeType(declared)}, its rule gives ${describeType(inferred)}`];
  } catch (error) {
    if (error instanceof ShapeError) return [`${where}: ${error.message}`];
    throw error;
  }
}

function assignmentFaults(graph: AnyGraph): readonly string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { variable, value } of graph.assignments) {
    if (seen.has(variable)) faults.push(`${variable} is assigned twice`);
    seen.add(variable);
    if (graph.nodes[value] === undefined) {
      faults.push(`${variable} is assigned node ${value}, which does not exist`);
      continue;
    }
    const own = graph.nodes.findIndex((node) => node.op === "variable" && node.attributes.name === variable);
    if (own === -1) continue;
    const [from, to] = [describeType(valueType(graph.nodes, value)), describeType(valueType(graph.nodes, own))];
    if (from !== to) faults.push(`${variable} is ${to} and is assigned ${from}`);
  }
  return faults;
}

/** An input or variable read by several nodes has one type. */
function nameFaults(graph: AnyGraph): readonly string[] {
  const types = new Map<string, string>();
  const faults: string[] = [];
  graph.nodes.forEach((node, index) => {
    if (node.op !== "input" && node.op !== "variable") return;
    const name = `${node.op} ${String(node.attributes.name)}`;
    const type = describeType(valueType(graph.nodes, index));
    const earlier = types.get(name) ?? type;
    if (earlier !== type) faults.push(`the ${name} is both ${earlier} and ${type}`);
    types.set(name, type);
  });
  return faults;
}

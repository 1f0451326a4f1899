// Takes out of a scan's body the products of a slice with a constant, which no carry takes part in: one product over all steps
// before the loop, or, where an earlier scan computes them anyway (the forward loop whose steps a backward loop replays), that
// scan's stacked output. Runs where bodies are simplified and equal inputs have met.
import type { Graph, Node } from "../ir/graph.ts";
import { numberPairsAttribute } from "../ops/support/attributes.ts";
import { type ScanCounts, scanCounts, scanInputNames } from "../ops/support/scan-layout.ts";
import { rebuild } from "./rewrite.ts";

/** One product `slice · constant` of a scan's body. */
interface Product {
  /** The product in the body. */
  readonly index: number;
  /** Positions of the sequence and of the constant among the scan's inputs. */
  readonly sequence: number;
  readonly constant: number;
  /** The scan of the graph that gives the products of all steps, and its part. */
  readonly recorded?: { readonly scan: number; readonly part: number };
}

const entries = (node: Node<number>): number => node.shape.reduce((product, size) => product * size, 1);

/**
 * The same graph with such products before their loops. The stacked results take T times their own size; only those stay out
 * whose size at one step is at most that of the slices and the constant that the step reads.
 */
export function hoistProducts(graph: Graph<number>): Graph<number> {
  const hoisted = new Map<number, readonly Product[]>();
  const widened = new Map<number, number[]>();
  graph.nodes.forEach((node, index) => {
    if (node.op !== "scan") return;
    const found = productsOf(graph, node).map((product) => recordedBy(graph, node, product, widened));
    if (found.length > 0) hoisted.set(index, found);
  });
  if (hoisted.size === 0) return graph;
  const placed = new Map<number, number>();
  return rebuild(graph, ({ node, original, index, nodes, emit }) => {
    if (node.op !== "scan" || node.body === undefined) return emit(node);
    const counts = scanCounts(node.attributes);
    const products = hoisted.get(index) ?? [];
    const stacks = products.map(({ index: at, sequence, constant, recorded }) => {
      const inner = (original.body as Graph<number>).nodes[at] as Node<number>;
      const inputs = [node.inputs[sequence] as number, node.inputs[constant] as number];
      const shape = [nodes[inputs[0] as number]?.shape[0] as number, ...inner.shape];
      const stacked = { dtype: inner.dtype, origin: inner.origin, shape };
      if (recorded !== undefined) {
        const scan = placed.get(recorded.scan) as number;
        return emit({ op: "part", inputs: [scan], attributes: { index: recorded.part }, ...stacked });
      }
      const contract = numberPairsAttribute("dot", inner.attributes, "contract").map(([a, b]) => [a + 1, b]);
      return emit({ op: "dot", inputs, attributes: { batch: [], contract }, ...stacked });
    });
    const place = emit(withProducts(node, counts, products, stacks, widened.get(index) ?? []));
    placed.set(index, place);
    return place;
  });
}

function withProducts(
  node: Node<number>,
  counts: ScanCounts,
  products: readonly Product[],
  stacks: readonly number[],
  recorded: readonly number[],
): Node<number> {
  const body = node.body as Graph<number>;
  const nodes = [...body.nodes];
  products.forEach(({ index }, k) => {
    const { shape, dtype, origin } = nodes[index] as Node<number>;
    const attributes = { name: `slice.${counts.sequences + k}`, sizes: shape, dtype };
    nodes[index] = { op: "input", inputs: [], attributes, shape, dtype, origin };
  });
  const outputs = { ...body.outputs };
  recorded.forEach((index, k) => {
    outputs[`out.${counts.outputs + k}`] = index;
  });
  const firstConstant = counts.carries + counts.sequences;
  const attributes = {
    ...node.attributes,
    sequences: counts.sequences + stacks.length,
    outputs: counts.outputs + recorded.length,
  };
  const inputs = [...node.inputs.slice(0, firstConstant), ...stacks, ...node.inputs.slice(firstConstant)];
  return { ...node, inputs, attributes, body: { ...body, nodes, outputs } };
}

function productsOf(graph: Graph<number>, scan: Node<number>): readonly Product[] {
  const body = scan.body as Graph<number>;
  const names = scanInputNames(scanCounts(scan.attributes));
  const read = body.nodes.filter((node) => node.op === "input" && String(node.attributes.name).startsWith("slice."));
  const held = read.reduce((sum, slice) => sum + entries(slice), 0);
  return body.nodes.flatMap((node, index) => {
    if (node.op !== "dot" || numberPairsAttribute("dot", node.attributes, "batch").length > 0) return [];
    const [left, right] = node.inputs.map((input) => {
      const operand = body.nodes[input];
      return operand?.op === "input" ? String(operand.attributes.name) : "";
    });
    if (!left?.startsWith("slice.") || !right?.startsWith("const.")) return [];
    const [sequence, constant] = [names.indexOf(left), names.indexOf(right)];
    const weight = graph.nodes[scan.inputs[constant] as number] as Node<number>;
    return entries(node) > held + entries(weight) ? [] : [{ index, sequence, constant }];
  });
}

/** The product with the earlier scan that computes it for the same steps, if any; `widened` collects what each scan is to record. */
function recordedBy(graph: Graph<number>, scan: Node<number>, product: Product, widened: Map<number, number[]>): Product {
  const node = (scan.body as Graph<number>).nodes[product.index] as Node<number>;
  const sequence = graph.nodes[scan.inputs[product.sequence] as number];
  const [source = -1] = sequence?.op === "part" ? sequence.inputs : [];
  const earlier = graph.nodes[source];
  if (sequence === undefined || earlier?.body === undefined) return product;
  const counts = scanCounts(earlier.attributes);
  const factor = earlier.body.outputs[`out.${Number(sequence.attributes.index) - counts.carries}`];
  const names = scanInputNames(counts);
  const index = earlier.body.nodes.findIndex((inner) => {
    if (inner.op !== "dot" || inner.inputs[0] !== factor) return false;
    const weight = earlier.body?.nodes[inner.inputs[1] as number];
    if (weight?.op !== "input" || !String(weight.attributes.name).startsWith("const.")) return false;
    const outer = earlier.inputs[names.indexOf(String(weight.attributes.name))];
    return outer === scan.inputs[product.constant] && JSON.stringify(inner.attributes) === JSON.stringify(node.attributes);
  });
  if (factor === undefined || index === -1) return product;
  const recording = widened.get(source) ?? [];
  if (!recording.includes(index)) recording.push(index);
  widened.set(source, recording);
  return { ...product, recorded: { scan: source, part: counts.carries + counts.outputs + recording.indexOf(index) } };
}

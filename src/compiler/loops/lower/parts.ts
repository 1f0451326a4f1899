// Where the results of a scan lie: its carries and its stacked outputs, each in a buffer of its own.
import type { Node, StaticGraph } from "../../ir/graph.ts";
import { numberAttribute } from "../../ops/support/attributes.ts";
import { scanCounts } from "../../ops/support/scan-layout.ts";
import { type Layout, wholeBuffer } from "./layout.ts";
import type { Lowering } from "./lowering.ts";

/** The layouts of a scan's parts: its carries, then its stacked outputs; made when first asked for. */
export function partLayouts(lowering: Lowering, index: number): readonly Layout[] {
  const existing = known.get(lowering)?.get(index);
  if (existing !== undefined) return existing;
  const node = lowering.node(index);
  const body = node.body as StaticGraph;
  const counts = scanCounts(node.attributes);
  const steps = lowering.node(node.inputs[counts.carries] as number).shape[0] as number;
  const make = (name: string, lead: readonly number[]): Layout => {
    const { dtype, shape } = body.nodes[body.outputs[name] as number] as Node<number>;
    const whole = [...lead, ...shape];
    return wholeBuffer(lowering.addBuffer({ dtype, shape: whole, path: node.origin.path }), whole);
  };
  const layouts = [
    ...Array.from({ length: counts.carries }, (_, k) => make(`carry.${k}`, [])),
    ...Array.from({ length: counts.outputs }, (_, k) => make(`out.${k}`, [steps])),
  ];
  const own = known.get(lowering) ?? new Map<number, readonly Layout[]>();
  known.set(lowering, own);
  own.set(index, layouts);
  return layouts;
}

const known = new WeakMap<Lowering, Map<number, readonly Layout[]>>();

/** Where a `part` node lies. */
export function partLayout(lowering: Lowering, node: Node<number>): Layout {
  return partLayouts(lowering, node.inputs[0] as number)[numberAttribute("part", node.attributes, "index")] as Layout;
}

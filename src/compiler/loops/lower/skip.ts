// Which iterations of a kernel only make padding.
import type { Node } from "../../ir/graph.ts";
import type { Contraction, Skip } from "../kernel.ts";
import { reducedAxes } from "./classes.ts";
import type { Group } from "./fuse.ts";
import type { Layout } from "./layout.ts";
import type { Lowering } from "./lowering.ts";
import type { Padding } from "./padding.ts";

/** Padded entries that nothing counts on are 1, not 0: something may divide by them before that is masked. */
const needlessValue = 1;

/** The skip of a nest or of a contraction's rows and columns; the stores are those of `members`, in order. */
export function skipOf(lowering: Lowering, group: Group, members: readonly number[]): Skip | undefined {
  const perMember = members.map((member) => allowed(lowering, group, member));
  const innermost = group.kind === "nest" ? group.domain.length - 1 : group.domain.length;
  const chosen = perMember[0]?.find(
    (padding) =>
      padding.batch < padding.time && padding.time < innermost && perMember.every((paddings) => includes(paddings, padding)),
  );
  if (chosen === undefined) return undefined;
  const values = members.map((member) => (includes(lowering.padding.zero(member), chosen) ? 0 : needlessValue));
  const strides = group.domain.map((_, loop) => (loop === chosen.batch ? 1 : 0));
  return { loop: chosen.time, lengths: lengthsAt(lowering, chosen, strides), values };
}

/** The skip of a contraction's sum, where one of its factors is zero in the padding. */
export function contractedSkip(lowering: Lowering, dot: Node<number>, pairs: Pairs, contraction: Contraction): Skip | undefined {
  for (const side of [0, 1] as const) {
    for (const padding of lowering.padding.zero(dot.inputs[side] as number)) {
      const time = pairs.contract.findIndex((pair) => pair[side] === padding.time);
      const batch = pairs.contract.findIndex((pair) => pair[side] === padding.batch);
      const outer = pairs.batch.findIndex((pair) => pair[side] === padding.batch);
      if (time === -1 || (outer === -1 && (batch === -1 || batch > time))) continue;
      const count = contraction.sizes.length;
      const strides = [...contraction.sizes, ...contraction.contracted].map((_, loop) =>
        loop === (outer === -1 ? count + batch : outer) ? 1 : 0,
      );
      return { loop: count + time, lengths: lengthsAt(lowering, padding, strides), values: [] };
    }
  }
  return undefined;
}

export interface Pairs {
  readonly batch: readonly (readonly [number, number])[];
  readonly contract: readonly (readonly [number, number])[];
}

/** Paddings, in the group's loops, that the kernel of a stored member may leave out. */
function allowed(lowering: Lowering, group: Group, member: number): readonly Padding[] {
  const { padding } = lowering;
  if (group.members.get(member) !== "sink") return padding.needless(member);
  const node = lowering.node(member);
  const axes = reducedAxes(node);
  const kept = lowering
    .node(node.inputs[0] as number)
    .shape.map((_, axis) => axis)
    .filter((axis) => !axes.includes(axis));
  // A sum over the padding may leave it out where it adds zeros. One entry for each padded place would stay as it was filled.
  const summed = node.op === "sum" ? padding.zero(node.inputs[0] as number).filter(({ time }) => axes.includes(time)) : [];
  const along = padding.zero(member).map(({ lengths, batch, time }) => ({
    lengths,
    batch: kept[batch] as number,
    time: kept[time] as number,
  }));
  return node.op === "sum" ? [...summed, ...along] : [];
}

const includes = (paddings: readonly Padding[], wanted: Padding): boolean =>
  paddings.some(({ lengths, batch, time }) => lengths === wanted.lengths && batch === wanted.batch && time === wanted.time);

function lengthsAt(lowering: Lowering, { lengths }: Padding, strides: readonly number[]): Skip["lengths"] {
  const { buffer, offset } = lowering.layout(lengths) as Layout;
  return { buffer, offset, strides };
}

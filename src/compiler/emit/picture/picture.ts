// The picture of a model: what a training step reads, computes and keeps, as the boxes and arrows that a paper's figure would have.
// Modules are opened, from the outside to the inside, as long as the picture stays small enough to be read at a glance.
import type { SymbolicGraph } from "../../ir/graph.ts";
import { describe } from "./describe.ts";
import { gather, type Pieces } from "./gather.ts";
import { merge } from "./merge.ts";
import type { DeclaredNames } from "./names.ts";
import { withoutNumber } from "./places.ts";

export interface Box {
  readonly id: string;
  /** `bank`: what the model remembers of every sample. */
  readonly kind: "field" | "bank" | "step" | "prediction" | "loss";
  readonly title: string;
  /** Smaller lines under the title: what it is made of, and the shape that it hands on. */
  readonly details: readonly string[];
  /** Paths of the modules around it, outermost first. */
  readonly inside: readonly string[];
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** To a bank, which is written after the step. */
  readonly later: boolean;
}

export interface Picture {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  /** Titles of the modules that have several boxes inside, by path. */
  readonly modules: ReadonlyMap<string, string>;
}

export interface PictureOptions {
  readonly names: DeclaredNames;
  /** Names of the variables that are banks. */
  readonly banks: ReadonlySet<string>;
  /** A module stays closed where opening it would give more boxes than this. */
  readonly most?: number;
}

/** Boxes that one page shows in letters that can be read. */
const readable = 44;

/** The picture of a graph with outputs `predict.NAME` and `loss.NAME` and the assignments of its banks. */
export function picture(graph: SymbolicGraph, { names, banks, most = readable }: PictureOptions): Picture {
  const draw = (open: ReadonlySet<string>): { readonly drawn: Picture; readonly closed: readonly string[] } => {
    const pieces = gather(graph, { names, banks, open });
    return { drawn: describe(graph, merge(pieces), names), closed: closedModules(pieces, names) };
  };
  let open: ReadonlySet<string> = new Set();
  let { drawn, closed } = draw(open);
  const refused = new Set<string>();
  for (let next = closed[0]; next !== undefined; next = closed.find((name) => !refused.has(name))) {
    const wider = new Set([...open, next]);
    const attempt = draw(wider);
    // A module that is one chain inside says no more when it is open.
    if (attempt.drawn.boxes.length > most || attempt.drawn.boxes.length <= drawn.boxes.length) refused.add(next);
    else {
      open = wider;
      ({ drawn, closed } = attempt);
    }
  }
  return drawn;
}

/** The spec's modules that are boxes now, outer ones first. */
function closedModules({ places }: Pieces, { modules }: DeclaredNames): string[] {
  const depths = new Map<string, number>();
  for (const { components, closed } of places.values()) {
    const name = withoutNumber(components.at(-1) ?? "");
    if (closed && modules.has(name)) depths.set(name, Math.min(depths.get(name) ?? components.length, components.length));
  }
  return [...depths].sort(([, one], [, other]) => one - other).map(([name]) => name);
}

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
  const draw = (open: ReadonlySet<string>): Drawing => {
    const pieces = gather(graph, { names, banks, open });
    return { drawn: describe(graph, merge(pieces), names), closed: closedModules(pieces, names) };
  };
  let open: ReadonlySet<string> = new Set();
  let drawing = draw(open);
  const refused = new Set<string>();
  for (;;) {
    const next = drawing.closed.find((name) => !refused.has(name));
    if (next === undefined) return drawing.drawn;
    const attempt = draw(new Set([...open, next]));
    /** The same with the modules open that have come to light: a module may have all its branches in the one that it calls. */
    const deeper = (): Picture => draw(new Set([...open, next, ...attempt.closed])).drawn;
    const shows = (drawn: Picture): boolean => drawn.boxes.length <= most && branches(drawn, next);
    if (shows(attempt.drawn) || (attempt.drawn.boxes.length <= most && shows(deeper()))) {
      open = new Set([...open, next]);
      drawing = attempt;
    } else refused.add(next);
  }
}

interface Drawing {
  readonly drawn: Picture;
  /** The spec's modules that are boxes now, outer ones first. */
  readonly closed: readonly string[];
}

function closedModules({ places }: Pieces, { modules }: DeclaredNames): string[] {
  const depths = new Map<string, number>();
  for (const { components, closed } of places.values()) {
    const name = withoutNumber(components.at(-1) ?? "");
    if (closed && modules.has(name)) depths.set(name, Math.min(depths.get(name) ?? components.length, components.length));
  }
  return [...depths].sort(([, one], [, other]) => one - other).map(([name]) => name);
}

/** Whether two boxes inside of one call of a module stand beside each other. A module that is a row inside says no more when it is open. */
function branches({ boxes, arrows }: Picture, module: string): boolean {
  const calls = new Set(
    boxes.flatMap(({ inside }) => inside.filter((path) => withoutNumber(path.split("/").at(-1) ?? "") === module)),
  );
  return [...calls].some((path) => {
    const members = new Set(boxes.flatMap(({ id, inside }) => (inside.includes(path) ? [id] : [])));
    const after = (start: string): ReadonlySet<string> => {
      const seen = new Set([start]);
      for (const id of seen) for (const { from, to } of arrows) if (from === id && members.has(to)) seen.add(to);
      return seen;
    };
    const reached = new Map([...members].map((id) => [id, after(id)]));
    return [...members].some((one) =>
      [...members].some((other) => reached.get(one)?.has(other) !== true && reached.get(other)?.has(one) !== true),
    );
  });
}

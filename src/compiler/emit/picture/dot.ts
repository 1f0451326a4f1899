// A picture as Graphviz text: modules as frames, quiet enough to print in a paper.
import type { Arrow, Box, Picture } from "./picture.ts";

const ink = "#222222";
const faint = "#777777";

const boxStyles: Readonly<Record<Box["kind"], string>> = {
  bank: 'shape=cylinder, style="filled", fillcolor="#f4f0e6"',
  field: 'shape=box, style="filled", fillcolor="#eef3f8"',
  step: 'shape=box, style="rounded,filled", fillcolor="white"',
  prediction: 'shape=box, style="filled", fillcolor="#e8f4ea"',
  loss: 'shape=box, style="filled", fillcolor="#f9ecec"',
};

/** Text for `dot -Tsvg`. Deterministic: the boxes come in the graph's order. */
export function dotText({ boxes, arrows, modules }: Picture, title: string): string {
  const ids = new Map(boxes.map(({ id }, at) => [id, `n${at}`]));
  const backward = backwardArrows(arrows);
  const lines = [
    `digraph ${quoted(title)} {`,
    `  graph [rankdir=LR, fontname="Helvetica,Arial,sans-serif", fontsize=11, nodesep=0.25, ranksep=0.35, color="#bbbbbb", fontcolor="${faint}", style="rounded", labeljust=l];`,
    `  node [fontname="Helvetica,Arial,sans-serif", fontsize=11, color="${ink}", fontcolor="${ink}", penwidth=0.8, margin="0.24,0.07"];`,
    `  edge [fontname="Helvetica,Arial,sans-serif", fontsize=9, color="${faint}", fontcolor="${faint}", arrowsize=0.6, penwidth=0.8];`,
    ...frame(boxes, modules, ids, undefined, "  "),
    ...arrows.map((arrow) => {
      const { from, to, label, later } = arrow;
      const attributes = [
        ...(label === "" ? [] : [`label=${quoted(` ${label}`)}`]),
        ...(later ? ["style=dashed"] : []),
        ...(backward.has(arrow) ? ["constraint=false"] : []),
      ];
      return `  ${ids.get(from)} -> ${ids.get(to)}${attributes.length === 0 ? "" : ` [${attributes.join(", ")}]`};`;
    }),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** The arrows into banks that would turn the flow from top to bottom into a circle. */
function backwardArrows(arrows: readonly Arrow[]): ReadonlySet<Arrow> {
  const next = new Map<string, string[]>();
  const connect = ({ from, to }: Arrow): void => void next.set(from, [...(next.get(from) ?? []), to]);
  const reaches = (start: string, end: string): boolean => {
    const seen = new Set([start]);
    for (const box of seen) for (const to of next.get(box) ?? []) seen.add(to);
    return seen.has(end);
  };
  for (const arrow of arrows) if (!arrow.later) connect(arrow);
  const backward = new Set<Arrow>();
  for (const arrow of arrows) {
    if (!arrow.later) continue;
    if (reaches(arrow.to, arrow.from)) backward.add(arrow);
    else connect(arrow);
  }
  return backward;
}

/** The boxes directly inside a module (or the model), and the frames of the modules directly inside it. */
function frame(
  boxes: readonly Box[],
  modules: Picture["modules"],
  ids: ReadonlyMap<string, string>,
  around: string | undefined,
  indent: string,
): string[] {
  const framesOf = (box: Box): string[] => box.inside.filter((path) => modules.has(path));
  const depth = around === undefined ? 0 : around.split("/").length;
  const here = boxes.filter((box) => framesOf(box).at(-1) === around);
  const inner = new Set(
    boxes.flatMap((box) => {
      const frames = framesOf(box);
      const next = frames[around === undefined ? 0 : frames.indexOf(around) + 1];
      const within = around === undefined || frames.includes(around);
      return within && next !== undefined && next.split("/").length > depth ? [next] : [];
    }),
  );
  return [
    ...here.map((box) => `${indent}${ids.get(box.id)} [${boxStyles[box.kind]}, label=<${labelOf(box)}>];`),
    ...[...inner].flatMap((path) => [
      `${indent}subgraph ${quoted(`cluster ${path}`)} {`,
      `${indent}  label=${quoted(modules.get(path) ?? path)};`,
      ...frame(boxes, modules, ids, path, `${indent}  `),
      `${indent}}`,
    ]),
  ];
}

function labelOf({ title, details }: Box): string {
  const small = details.map((line) => `<br/><font point-size="8" color="${faint}">${escaped(line)}</font>`);
  return `${escaped(title)}${small.join("")}`;
}

const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

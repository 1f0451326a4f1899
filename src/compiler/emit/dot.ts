// A picture as Graphviz text: modules as frames, shapes on the arrows, quiet enough to print in a paper.
import type { Box, Picture } from "./picture.ts";

const ink = "#222222";
const faint = "#777777";

const boxStyles: Readonly<Record<Box["kind"], string>> = {
  field: 'shape=box, style="filled", fillcolor="#eef3f8"',
  step: 'shape=box, style="rounded,filled", fillcolor="white"',
  prediction: 'shape=box, style="filled", fillcolor="#e8f4ea"',
  loss: 'shape=box, style="filled", fillcolor="#f9ecec"',
};

/** Text for `dot -Tsvg`. Deterministic: the boxes come in the graph's order. */
export function dotText({ boxes, arrows, modules }: Picture, title: string): string {
  const ids = new Map(boxes.map(({ id }, at) => [id, `n${at}`]));
  const lines = [
    `digraph ${quoted(title)} {`,
    `  graph [rankdir=TB, fontname="Helvetica", fontsize=11, nodesep=0.25, ranksep=0.35, color="#bbbbbb", fontcolor="${faint}", style="rounded", labeljust=l];`,
    `  node [fontname="Helvetica", fontsize=11, color="${ink}", fontcolor="${ink}", penwidth=0.8, margin="0.24,0.07"];`,
    `  edge [fontname="Helvetica", fontsize=9, color="${faint}", fontcolor="${faint}", arrowsize=0.6, penwidth=0.8];`,
    ...frame(boxes, modules, ids, undefined, "  "),
    ...arrows.map(
      ({ from, to, shape }) => `  ${ids.get(from)} -> ${ids.get(to)}${shape === "" ? "" : ` [label=${quoted(` ${shape}`)}]`};`,
    ),
    "}",
  ];
  return `${lines.join("\n")}\n`;
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
    ...here.map((box) => `${indent}${ids.get(box.id)} [${boxStyles[box.kind]}, label=<${label(box)}>];`),
    ...[...inner].flatMap((path) => [
      `${indent}subgraph ${quoted(`cluster ${path}`)} {`,
      `${indent}  label=${quoted(modules.get(path) ?? path)};`,
      ...frame(boxes, modules, ids, path, `${indent}  `),
      `${indent}}`,
    ]),
  ];
}

function label({ title, details }: Box): string {
  const small = details.map((line) => `<br/><font point-size="8" color="${faint}">${escaped(line)}</font>`);
  return `${escaped(title)}${small.join("")}`;
}

const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { expect, test } from "vitest";
import { constantDim, symbolDim } from "../../src/compiler/dims/dim.ts";
import { dotText } from "../../src/compiler/emit/dot.ts";
import { picture } from "../../src/compiler/emit/picture.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";

/** clip.text -> h/text: Coder { Linear, tanh } -> score; a loss against clip.mood; a mask that must not show. */
function smallGraph() {
  const builder = graphBuilder();
  const [batch, width, hidden] = [symbolDim("B"), symbolDim("Ft"), constantDim(8)];
  const at = (path: string): void => builder.setOrigin({ span: undefined, path });
  at("Tri");
  const text = builder.add("input", [], { name: "clip.text", sizes: [batch, width], dtype: "f32" });
  const mood = builder.add("input", [], { name: "clip.mood", sizes: [batch, hidden], dtype: "f32" });
  const present = builder.add("input", [], { name: "clip#present.text", sizes: [batch, hidden], dtype: "f32" });
  at("Tri/h/text/Coder/Linear");
  const weight = builder.add("variable", [], { name: "Tri/h/text/Coder/Linear.weight", sizes: [width, hidden], dtype: "f32" });
  const product = builder.add("dot", [text, weight], { batch: [], contract: [[1, 0]] });
  at("Tri/h/text/Coder");
  const coded = builder.add("multiply", [builder.add("tanh", [product]), present]);
  at("Tri/score");
  const score = builder.add("exp", [coded]);
  at("Tri/task");
  const loss = builder.add("sum", [builder.add("abs", [builder.add("subtract", [score, mood])])], { axes: [0, 1] });
  return builder.finish({ "predict.mood": score, "loss.task": loss, "value.h": coded });
}

test("nodes of one place are one box, modules frame several, fields and results stand outside", () => {
  const { boxes, arrows, modules } = picture(smallGraph(), new Set(["Linear", "gelu"]));
  expect(boxes.map(({ kind, title, details }) => [kind, title, ...details])).toEqual([
    ["field", "clip.text"],
    ["field", "clip.mood"],
    ["step", "Linear", "weight [Ft, 8]"],
    ["step", "Coder", "tanh, multiply"],
    ["step", "score", "exp"],
    ["step", "task", "subtract, abs, sum"],
    ["prediction", "predict mood"],
    ["loss", "loss task"],
  ]);
  expect([...modules]).toEqual([["Tri/h/text/Coder", "h[text] · Coder"]]);
  const titles = new Map(boxes.map(({ id, title }) => [id, title]));
  expect(arrows.map(({ from, to, shape }) => `${titles.get(from)} ${shape} ${titles.get(to)}`)).toEqual([
    "clip.text [B, Ft] Linear",
    "Linear [B, 8] Coder",
    "Coder [B, 8] score",
    "score [B, 8] task",
    "clip.mood [B, 8] task",
    "score [B, 8] predict mood",
    "task  loss task",
  ]);
});

test("Graphviz draws it", async () => {
  const dot = dotText(picture(smallGraph(), new Set(["Linear", "gelu"])), 'a "title" & <more>');
  expect(dot).toContain('subgraph "cluster Tri/h/text/Coder"');
  const graphviz = await Graphviz.load();
  const svg = graphviz.layout(dot, "svg", "dot");
  expect(svg).toContain("h[text] · Coder");
  expect(svg).toContain("[B, Ft]");
  expect(svg).toMatch(/<\/svg>\s*$/);
});

// What a picture makes of a small graph, box by box.
import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { expect, test } from "vitest";
import { constantDim, symbolDim } from "../../../src/compiler/dims/dim.ts";
import { dotText } from "../../../src/compiler/emit/picture/dot.ts";
import { type PictureOptions, picture } from "../../../src/compiler/emit/picture/picture.ts";
import { graphBuilder } from "../../../src/compiler/ir/builder.ts";

const options: PictureOptions = {
  names: { modules: new Set(["Coder"]), library: new Set(["Linear"]), functions: new Set(["mae"]) },
  banks: new Set(["Tri/seen"]),
};

/** clip.text -> h[text]: Coder { Linear, tanh } -> score; a bank of what was seen; a loss against clip.mood; a mask that must not show. */
function smallGraph() {
  const builder = graphBuilder();
  const [batch, width, hidden] = [symbolDim("B"), symbolDim("Ft"), constantDim(8)];
  const at = (path: string): void => builder.setOrigin({ span: undefined, path });
  at("Tri");
  const text = builder.add("input", [], { name: "clip.text", sizes: [batch, width], dtype: "f32" });
  const mood = builder.add("input", [], { name: "clip.mood", sizes: [batch, hidden], dtype: "f32" });
  const present = builder.add("input", [], { name: "clip#present.text", sizes: [batch, hidden], dtype: "f32" });
  const seen = builder.add("variable", [], { name: "Tri/seen", sizes: [batch, hidden], dtype: "f32" });
  at("Tri/h/text/Coder/Linear");
  const weight = builder.add("variable", [], { name: "Tri/h/text/Coder/Linear.weight", sizes: [width, hidden], dtype: "f32" });
  const product = builder.add("dot", [text, weight], { batch: [], contract: [[1, 0]] });
  at("Tri/h/text/Coder");
  const coded = builder.add("multiply", [builder.add("tanh", [product]), present]);
  at("Tri/score");
  const score = builder.add("exp", [builder.add("add", [coded, seen])]);
  at("Tri/task/mae");
  const loss = builder.add("sum", [builder.add("abs", [builder.add("subtract", [score, mood])])], { axes: [0, 1] });
  return builder.finish({ "predict.mood": score, "loss.task": loss, "value.h": coded }, [{ variable: "Tri/seen", value: coded }]);
}

test("a module is a box, loose steps join who reads them, a bank is read and later written, a loss names what it is measured against", () => {
  const { boxes, arrows, modules } = picture(smallGraph(), options);
  expect(boxes.map(({ kind, title, details }) => [kind, title, ...details])).toEqual([
    ["field", "clip.text", "[B, Ft]"],
    ["bank", "seen", "[B, 8]"],
    ["step", "h[text] · Coder", "Linear", "[B, 8]"],
    ["step", "score", "add, exp", "[B, 8]"],
    ["prediction", "predict mood"],
    ["loss", "loss task", "mae", "with clip.mood"],
  ]);
  expect([...modules]).toEqual([]);
  const titles = new Map(boxes.map(({ id, title }) => [id, title]));
  const drawn = arrows.map(({ from, to, later }) => `${titles.get(from)} ${later ? "~>" : "->"} ${titles.get(to)}`);
  expect(drawn.sort()).toEqual([
    "clip.text -> h[text] · Coder",
    "h[text] · Coder -> score",
    "h[text] · Coder ~> seen",
    "score -> loss task",
    "score -> predict mood",
    "seen -> score",
  ]);
});

test("Graphviz draws it, whatever its name", async () => {
  const dot = dotText(picture(smallGraph(), options), 'a "title" & <more>');
  expect(dot).toContain("style=dashed");
  const graphviz = await Graphviz.load();
  const svg = graphviz.layout(dot, "svg", "dot");
  expect(svg).toContain("h[text] · Coder");
  expect(svg).toContain("[B, Ft]");
  expect(svg).toMatch(/<\/svg>\s*$/);
});

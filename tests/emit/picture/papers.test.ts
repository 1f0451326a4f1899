// The pictures of the papers' specs hold what the papers' own figures hold, and no more than a page of boxes; the figures beside
// the specs are these pictures.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { nodeHost } from "../../../src/cli/host.ts";
import { forwardGraph } from "../../../src/compiler/check/forward.ts";
import { checkSpec } from "../../../src/compiler/check/index.ts";
import { dotText } from "../../../src/compiler/emit/picture/dot.ts";
import { declaredNames } from "../../../src/compiler/emit/picture/names.ts";
import { type Picture, picture } from "../../../src/compiler/emit/picture/picture.ts";
import { pipelinePicture } from "../../../src/compiler/pipeline/picture.ts";

const examples = new URL("../../../examples/", import.meta.url);

/** The picture of a spec, which must be the figure beside it. */
async function pictureOf(path: string): Promise<Picture> {
  const host = nodeHost(fileURLToPath(examples));
  const { compiled } = checkSpec(host, path, { runnable: false });
  const [model] = compiled?.models ?? [];
  const [pipeline] = compiled?.pipelines ?? [];
  const title = model?.name ?? pipeline?.name;
  if (compiled === undefined || title === undefined) throw new Error(`${path} has nothing to draw`);
  const banks = new Set(model?.variables.flatMap(({ name, kind }) => (kind === "bank" ? [name] : [])));
  const drawn =
    pipeline === undefined
      ? picture(forwardGraph(host, path, title), { names: declaredNames(compiled), banks })
      : pipelinePicture(pipeline);
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  const svg = (await Graphviz.load()).layout(dotText(drawn, title), "svg", "dot");
  expect(svg, "npm run generate draws the figures").toBe(readFileSync(new URL(`${dirname(path)}/figure.svg`, examples), "utf8"));
  return drawn;
}

/** `from -> to`, by title; `~>` where the arrow is a bank's update. */
function arrowsOf({ boxes, arrows }: Picture): string[] {
  const titles = new Map(boxes.map(({ id, title }) => [id, title]));
  return arrows.map(({ from, to, later }) => `${titles.get(from)} ${later ? "~>" : "->"} ${titles.get(to)}`);
}

const titlesOf = ({ boxes }: Picture, start: string): string[] =>
  boxes.flatMap(({ title }) => (title.startsWith(start) ? [title] : []));

describe("the picture of", () => {
  test("MMCL has two augmented coders, a pseudo-siamese pair and three contrastive losses", async () => {
    const drawn = await pictureOf("mmcl/mmcl.mmx");
    const arrows = arrowsOf(drawn);
    expect(drawn.boxes.length).toBeLessThanOrEqual(20);
    const augmented = drawn.boxes.filter(({ details }) => details.some((line) => line.includes("augment")));
    expect(augmented.map(({ title }) => title).sort()).toEqual(["code[audio] · Coder", "code[video] · Coder"]);
    for (const arrow of [
      "av · MLP -> to_text · MLP",
      "code[text] · Coder -> to_av · MLP",
      "project[audio] · MLP -> loss coding",
      "to_text · MLP -> loss instance",
      "to_av · MLP -> loss sentiment",
      "score · MLP -> predict mood",
    ])
      expect(arrows).toContain(arrow);
  });

  test("SemanticMAC has the gated pairs, the streams, the banks and the losses on pseudo labels", async () => {
    const drawn = await pictureOf("semantic-mac/semantic-mac.mmx");
    const arrows = arrowsOf(drawn);
    expect(drawn.boxes.length).toBeLessThanOrEqual(48);
    expect(titlesOf(drawn, "told[")).toHaveLength(6);
    expect(titlesOf(drawn, "loss ").sort()).toEqual(["loss inter", "loss intra", "loss semantic", "loss task", "loss unimodal"]);
    expect(drawn.boxes.filter(({ kind }) => kind === "bank")).toHaveLength(8);
    for (const arrow of [
      "latents[audio] · Affective -> told[text_audio] · Gated",
      "specific[text] · Attention ~> seen[text]",
      "seen[text] ~> label[text]",
      "label[text] -> known[text]",
      "known[text] ~> label[text]",
      "known[text] -> loss unimodal",
      "whole · MLP ~> fused",
    ])
      expect(arrows).toContain(arrow);
  });

  test("MMPDA has one network for sources and target, six cross-modal transformers and three of self-attention", async () => {
    const drawn = await pictureOf("mmpda/mmpda.mmx");
    const arrows = arrowsOf(drawn);
    expect(drawn.boxes.length).toBeLessThanOrEqual(44);
    const fields = drawn.boxes.filter(({ kind }) => kind === "field");
    expect(fields).toHaveLength(6);
    for (const { title, details } of fields) expect(details[0]).toBe(title.replace("source.", "target."));
    expect(titlesOf(drawn, "seen[")).toHaveLength(6);
    expect(titlesOf(drawn, "kept[")).toHaveLength(3);
    expect(drawn.boxes.find(({ title }) => title === "seen[face, mel]")?.details[0]).toBe("3 × Layer, LayerNorm");
    expect([...drawn.modules.values()]).toEqual(["net · Network", "joined · Fusion", "kept · Crossed"]);
    expect(arrows.filter((arrow) => arrow.endsWith("-> loss feature"))).toHaveLength(3);
    expect(arrows).toContain("seen[mel, face] -> kept[mel]");
  });

  test("CyIN has bottlenecks, a decoder a target, translators used on their own results, and the fusion", async () => {
    const drawn = await pictureOf("cyin/cyin.mmx");
    const arrows = arrowsOf(drawn);
    expect(drawn.boxes.length).toBeLessThanOrEqual(44);
    const translators = titlesOf(drawn, "tr[");
    expect(translators).toHaveLength(3);
    for (const title of translators) expect(arrows).toContain(`${title} -> ${title}`);
    expect(drawn.boxes.find(({ title }) => title === translators[0])?.details[0]).toBe("8 × Residual, Conv, relu, Conv");
    for (const source of ["text", "audio", "vision"])
      for (const target of ["text", "audio", "vision"])
        expect(arrows).toContain(`q[${source}] · Encode -> dec[${target}] · Decode`);
    expect(titlesOf(drawn, "rec[")).toHaveLength(3);
    expect(titlesOf(drawn, "loss ")).toHaveLength(6);
  });

  test("E3RG has one label that drives reply, speech and face", async () => {
    const arrows = arrowsOf(await pictureOf("e3rg/e3rg.mmx"));
    for (const arrow of [
      "understand -> word = pick",
      "word = pick -> feeling = project",
      "feeling = project -> speech = speak",
      "feeling = project -> animate",
      "speech = speak -> animate",
      "animate -> film",
    ])
      expect(arrows).toContain(arrow);
  });
});

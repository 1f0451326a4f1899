// The verbs end to end, in their own folder: from `mmx init` to predictions, and what a person is told when something is wrong.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { starterSpec } from "../../src/cli/verbs/init.ts";
import { inFolder, mmx } from "./command.ts";

const wrong = `mmx 1
data clips {
  text: f32[B, 4]
  mood: target f32[B]
}
model First(clip: clips) {
  score = clip.txt |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)
}
`;

describe("from nothing to predictions", () => {
  let folder = "";
  const at = (name: string): string => join(folder, name);
  const here = (...argv: string[]) => mmx(argv, { folder });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "mmx-verbs-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("init writes a spec that is clean and laid out, and changes no file", async () => {
    const { exit, out } = await here("init", ".");
    expect([exit, out]).toEqual([0, expect.stringContaining("mmx data synth model.mmx")]);
    expect(readFileSync(at("model.mmx"), "utf8")).toBe(starterSpec);
    expect(await here("check", "model.mmx")).toEqual({ exit: 0, out: "1 file checked, nothing wrong.\n", error: "" });
    expect(await here("fmt", "--check", "model.mmx")).toEqual({ exit: 0, out: "", error: "" });
    expect(await here("init")).toMatchObject({ exit: 3, error: expect.stringContaining("is there already") });
  });

  test("training without data says how to get some", async () => {
    const { exit, error } = await here("train", "model.mmx");
    expect(exit).toBe(1);
    expect(error).toContain("clips.npz");
    expect(error).not.toMatch(/\n {4}at /);
  });

  test("data synth writes the block's file, inspect describes it, and neither overwrites", async () => {
    const synth = await here("data", "synth", "model.mmx", "--samples", "80", "--size", "Ft=6");
    expect(synth).toMatchObject({ exit: 0, out: expect.stringContaining("text f32[80, 6]") });
    expect((await here("data", "inspect", "clips.npz")).out).toMatch(/data clips \{[\s\S]*text: f32\[B, \w+\] optional .*is 6/);
    expect(await here("data", "synth", "model.mmx")).toMatchObject({
      exit: 3,
      error: expect.stringContaining("overwrite nothing"),
    });
  });

  test("show prints shapes, weights, a picture and a plan, with sizes from the file's head", async () => {
    const shapes = await here("show", "shapes", "model.mmx");
    expect(shapes.out).toMatch(/First\/fused\s+f32\[B, 32\]\s+line \d+/);
    const parameters = await here("show", "params", "model.mmx");
    expect(parameters.out).toMatch(/First\/h\/text\/Coder\/Linear\.weight\s+\[Ft, 32\]\s+192\n/);
    expect(parameters.out).toMatch(/\n[\d,]+ weights\n$/);
    const graph = await here("show", "graph", "model.mmx", "--out", "model.svg");
    expect([graph.exit, graph.out]).toEqual([0, ""]);
    expect(readFileSync(at("model.svg"), "utf8")).toMatch(/<svg[\s\S]*clip\.text[\s\S]*<\/svg>/);
    const plan = await here("show", "plan", "model.mmx", "--stage", "main", "--json");
    expect(JSON.parse(plan.out)).toMatchObject({ name: "First/main", sizes: { B: 32, Ft: 6, Fa: 8 } });
  });

  test("compile prints the model as TypeScript", async () => {
    expect((await here("compile", "--to", "ts", "model.mmx")).out).toContain("export function forward(batch: Batch");
  });

  const quick = ["--set", "stage.main.epochs=2", "--set", "D=8", "--backend", "cpu"];

  test("train ends with one JSON line of test results, in a run directory that recreates the run", async () => {
    const { exit, out } = await here("train", "model.mmx", ...quick, "--out", at("run"), "--seeds", "2", "--json");
    expect(exit).toBe(0);
    const events = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    expect(events.at(-1)).toMatchObject({
      event: "done",
      run: at("run"),
      test: { mae: { mean: expect.any(Number), std: expect.any(Number) } },
    });
    expect(JSON.parse(readFileSync(at("run/run.json"), "utf8"))).toMatchObject({ seeds: [1, 2], overrides: { D: "8" } });
    expect(existsSync(at("run/report.html"))).toBe(true);
  });

  test("plain output has a line an epoch, the table with every condition, and the report", async () => {
    const { exit, out } = await here("train", "model.mmx", ...quick, "--out", at("plain"), "--seed", "7");
    expect(exit).toBe(0);
    expect(out).toMatch(/main 1\/2 {2}total/);
    expect(out).toMatch(/all inputs +[\d.]+ +[\d.-]+/);
    expect(out).toMatch(/Report: .*plain.report\.html\n$/);
    expect(out).not.toContain("\u001b");
  });

  test("a run directory is not trained over, and the default one is new each time", async () => {
    expect(await here("train", "model.mmx", ...quick, "--out", at("run"))).toMatchObject({
      exit: 3,
      error: expect.stringContaining("--resume"),
    });
    expect((await here("train", "model.mmx", ...quick)).exit).toBe(0);
    expect(readdirSync(at("runs"))).toEqual([expect.stringMatching(/^First-\d{8}-\d{6}$/)]);
  });

  test("a finished run resumes to nothing left to do, from the spec it recorded", async () => {
    rmSync(at("model.mmx"));
    const { exit, out } = await here("train", "--resume", at("plain"), "--backend", "cpu");
    writeFileSync(at("model.mmx"), starterSpec);
    expect(exit).toBe(0);
    expect(out).toContain("Report:");
    expect((await here("train", "--resume", at("plain"), "--seed", "3")).exit).toBe(2);
  });

  test("eval repeats the test of a run", async () => {
    const trained = JSON.parse(
      (await here("train", "--resume", at("run"), "--backend", "cpu", "--json")).out.trimEnd().split("\n").at(-1) ?? "",
    );
    const again = JSON.parse((await here("eval", at("run"), "--backend", "cpu", "--json")).out);
    expect(again.test).toEqual(trained.test);
    expect((await here("eval", at("run"), "--backend", "cpu")).out).toContain("First on test, seeds 1, 2");
  });

  test("predict writes csv and npz for data without targets", async () => {
    const csv = await here("predict", at("run"), "--out", "out.csv", "--backend", "cpu");
    expect(csv).toMatchObject({ exit: 0, out: "Wrote out.csv: mood for 80 samples\n" });
    const lines = readFileSync(at("out.csv"), "utf8").trimEnd().split("\n");
    expect([lines[0], lines.length]).toEqual(["mood", 81]);
    for (const line of lines.slice(1)) expect(Number.isFinite(Number(line))).toBe(true);
    expect((await here("predict", at("run"), "--out", "out.npz", "--backend", "cpu")).exit).toBe(0);
    expect((await here("data", "inspect", "out.npz")).out).toContain("mood");
    expect((await here("predict", at("run"), "--out", "out.xls")).exit).toBe(2);
  });

  test("check compares the spec with the head of its data file", async () => {
    writeFileSync(at("narrow.mmx"), starterSpec.replace("f32[B, Ft]", "f32[B, 5]"));
    const { exit, out } = await here("check", "narrow.mmx");
    expect(exit).toBe(1);
    expect(out).toMatch(/error\[MMX40\d\d\] [\s\S]*narrow\.mmx:\d+/);
    expect((await here("train", "narrow.mmx", "--out", at("never"))).exit).toBe(1);
    expect(existsSync(at("never"))).toBe(false);
  });
});

describe("check, fmt and explain", () => {
  test("a wrong spec is drawn, counted, and exits with 1; as JSON with places", () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "wrong.mmx"), wrong);
      const { exit, out } = await mmx(["check", "wrong.mmx"], { folder });
      expect(exit).toBe(1);
      expect(out).toMatch(/^error\[MMX2\d{3}\] [\s\S]*wrong\.mmx:7:16\n[\s\S]*1 error in 1 file\.\n$/);
      const json = JSON.parse((await mmx(["check", "wrong.mmx", "--json"], { folder })).out);
      expect(json).toMatchObject({
        files: 1,
        errors: 1,
        diagnostics: [{ file: "wrong.mmx", severity: "error", start: { line: 7 } }],
      });
    }));

  test("fmt prints, writes and reads standard input; a spec with errors stays as it is", () =>
    inFolder(async (folder) => {
      const untidy = starterSpec.replace("dim D = 32 ", "dim   D=32 ");
      writeFileSync(join(folder, "a.mmx"), untidy);
      expect(await mmx(["fmt", "--check", "a.mmx"], { folder })).toMatchObject({
        exit: 1,
        out: expect.stringContaining("mmx fmt --write a.mmx"),
      });
      expect((await mmx(["fmt", "a.mmx"], { folder })).out).toBe(starterSpec);
      expect((await mmx(["fmt", "-"], { folder, input: untidy })).out).toBe(starterSpec);
      expect((await mmx(["fmt", "--write", "."], { folder })).out).toBe("a.mmx laid out\n");
      expect(readFileSync(join(folder, "a.mmx"), "utf8")).toBe(starterSpec);
      writeFileSync(join(folder, "b.mmx"), "mmx 1\nmodel (\n");
      const { exit, error } = await mmx(["fmt", "--write", "b.mmx"], { folder });
      expect(exit).toBe(1);
      expect(error).toMatch(/error\[MMX1\d{3}\]/);
      expect(readFileSync(join(folder, "b.mmx"), "utf8")).toBe("mmx 1\nmodel (\n");
    }));

  test("explain gives the record, by code or name, with what mmx says", async () => {
    const { exit, out } = await mmx(["explain", "MMX4001"]);
    expect(exit).toBe(0);
    expect(out).toContain("column-missing");
    expect((await mmx(["explain", "column-missing"])).out).toBe(out);
    expect((await mmx(["explain"])).out).toContain("MMX4001  error    column-missing");
    expect(await mmx(["explain", "column-mising"])).toMatchObject({
      exit: 2,
      error: expect.stringContaining("Did you mean column-missing?"),
    });
  });
});

describe("wrong command lines", () => {
  test.each([
    [["chekc", "a.mmx"], "Did you mean check?"],
    [["check"], "missing required argument"],
    [["check", "none.mmx"], "none.mmx: no such file"],
    [["train"], "mmx train needs a spec"],
    [["train", "none.mmx"], "there is no such spec"],
    [["train", "none.mmx", "--data", "clips"], "a name and a value with = between them"],
    [["train", "none.mmx", "--seed", "x"], "a whole number of at least 0"],
    [["train", "none.mmx", "--backend", "abacus"], "Allowed choices are"],
    [["show", "pictures", "a.mmx"], "Allowed choices are"],
    [["fmt", "--check", "--write", "a.mmx"], "exclude each other"],
  ])("mmx %j exits with 2", async (argv, message) => {
    const { exit, out, error } = await mmx(argv);
    expect([exit, out]).toEqual([2, ""]);
    expect(error).toContain(message);
    expect(error).not.toMatch(/\n {4}at /);
  });

  test("with --json a failure is a JSON line; MMX_DEBUG shows the stack", async () => {
    const { out } = await mmx(["train", "none.mmx", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ event: "error", message: expect.stringContaining("none.mmx") });
    expect((await mmx(["train", "none.mmx"], { environment: { MMX_DEBUG: "1" } })).error).toMatch(/\n {4}at /);
  });

  test("a folder that is no run is refused", () =>
    inFolder(async (folder) => {
      for (const argv of [
        ["eval", "."],
        ["predict", "."],
        ["train", "--resume", "."],
      ]) {
        expect(await mmx(argv, { folder })).toMatchObject({ exit: 3, error: expect.stringContaining("is no run") });
      }
    }));

  test("help lists every verb, each with an example, and exits with 0", async () => {
    const { exit, out } = await mmx(["--help"]);
    expect(exit).toBe(0);
    for (const verb of ["init", "check", "fmt", "explain", "show", "data", "train", "eval", "predict", "compile", "doctor"]) {
      expect(out).toMatch(new RegExp(`^  ${verb} `, "m"));
      if (verb !== "data") expect((await mmx([verb, "--help"])).out).toMatch(/Examples?:\n {2}\$ mmx /);
    }
    expect((await mmx(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

// scripts/papers: an example's tables from nothing, in processes as the command runs them; and that every example's declaration is whole.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readContract } from "../../scripts/papers/contract.ts";
import { placesOf, withTables } from "../../scripts/papers/readme.ts";
import { mmx } from "../cli/command.ts";
import { mmxProcess } from "../runs/mmx.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const examples = join(root, "examples");
const declared = readdirSync(examples).filter((name) => existsSync(join(examples, name, "tables.json")));

describe("the examples", () => {
  test.each(declared)("%s: what is declared stands in the README, and nothing else does", async (name) => {
    const folder = join(examples, name);
    const { sweeps = {}, commands = {}, tables = {} } = await readContract(join(folder, "tables.json"));
    for (const { spec } of Object.values(sweeps)) expect(existsSync(join(folder, spec)), spec).toBe(true);
    const places = placesOf(readFileSync(join(folder, "README.md"), "utf8"));
    expect(places.toSorted()).toEqual([...Object.keys(commands), ...Object.keys(tables)].toSorted());
  });
});

describe("README", () => {
  const text = "a\n<!-- table: x -->\nold\n<!-- end of table -->\nb\n<!-- table: y -->\nkept\n<!-- end of table -->\n";

  test("what is between the lines is replaced, the rest stays", () => {
    const once = withTables(text, new Map([["x", "| new |\n"]]), "R");
    expect(once).toBe(text.replace("old", "| new |"));
    expect(withTables(once, new Map([["x", "| new |\n"]]), "R")).toBe(once);
  });

  test("a table without a place and a place without an end are mistakes", () => {
    expect(() => withTables(text, new Map([["z", ""]]), "R.md")).toThrow("R.md has no place for z");
    expect(() => withTables("<!-- table: x -->\nold\n", new Map([["x", ""]]), "R.md")).toThrow(
      "has no line <!-- end of table -->",
    );
  });
});

describe("from nothing to tables", () => {
  let folder = "";
  const at = (...names: string[]): string => join(folder, ...names);
  const papers = (...argv: string[]) => {
    const command = [mmxProcess.program, ...mmxProcess.arguments].map((part) => `--mmx=${part}`);
    const given = ["--examples", at("examples"), "--data", at("data"), "--work", at("work"), "--jobs", "1", ...command, ...argv];
    const { status, stdout, stderr } = spawnSync(
      mmxProcess.program,
      ["--import", import.meta.resolve("tsx"), join(root, "scripts/papers.ts"), ...given],
      { encoding: "utf8", env: { ...process.env, MMX_THREADS: "1" } },
    );
    return { status, out: stdout, error: stderr };
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mmx-papers-"));
    mkdirSync(at("data"));
    await mmx(["init", "examples/tiny"], { folder });
    await mmx(["data", "synth", "examples/tiny/model.mmx", "--samples", "60", "--size", "Ft=4", "--size", "Fa=3"], { folder });
    const clips = existsSync(at("clips.npz")) ? at("clips.npz") : at("examples", "tiny", "clips.npz");
    writeFileSync(at("data", "clips.npz"), readFileSync(clips));
    const sweep = {
      spec: "model.mmx",
      data: { clips: "{data}/clips.npz" },
      seeds: "1-2",
      set: { "stage.main.epochs": ["1"] },
      variants: { narrow: { D: "4" }, wide: { D: "8" } },
    };
    const contract = {
      sweeps: { widths: sweep, elsewhere: { ...sweep, data: { clips: "{data}/absent.npz" } } },
      commands: { words: { run: ["node", "-e", "console.log('said', process.argv.length)"], gives: "text" } },
      tables: { main: { sweeps: ["widths"], metrics: ["mae"] }, other: { sweeps: ["elsewhere"], metrics: ["mae"] } },
    };
    writeFileSync(at("examples", "tiny", "tables.json"), JSON.stringify(contract));
    const place = (name: string): string => `<!-- table: ${name} -->\nas it was\n<!-- end of table -->\n`;
    writeFileSync(at("examples", "tiny", "README.md"), `# Tiny\n${["main", "other", "words"].map(place).join("")}`);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("tables stand in the README; what lacks its data is left out; again nothing is repeated", () => {
    const first = papers();
    expect([first.status, first.error]).toEqual([0, ""]);
    expect(first.out).toMatch(/left out: sweep elsewhere: .*absent\.npz is not there/);
    const readme = readFileSync(at("examples", "tiny", "README.md"), "utf8");
    expect(readme).toMatch(/\| narrow \| .*\d\.\d{3} ± \d\.\d{3}/);
    expect(readme).toContain("<!-- table: other -->\nas it was\n");
    expect(readme).toContain("```text\nsaid 1\n```");
    const report = at("work", "tiny", "widths", "narrow", "seed-1", "report.html");
    const made = statSync(report).mtimeMs;
    const again = papers();
    expect(again.out).toContain("4 trainings, 4 of them done already");
    expect(statSync(report).mtimeMs).toBe(made);
    expect(readFileSync(at("examples", "tiny", "README.md"), "utf8")).toBe(readme);
  }, 180_000);

  test("a quick run keeps to itself and changes no README", () => {
    const before = readFileSync(at("examples", "tiny", "README.md"), "utf8");
    const quick = papers("--quick", "tiny");
    expect(quick.status).toBe(0);
    expect(quick.out).toContain("-- main\n");
    expect(existsSync(at("work", "tiny-quick", "widths", "sweep.json"))).toBe(true);
    expect(readFileSync(at("examples", "tiny", "README.md"), "utf8")).toBe(before);
  }, 120_000);

  test("mistakes are said without a stack", () => {
    expect(papers("nobody")).toMatchObject({
      status: 2,
      error: expect.stringContaining("there is no examples/nobody/tables.json"),
    });
    const path = at("examples", "tiny", "tables.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace('"seeds"', '"sedes"'));
    const wrong = papers();
    expect(wrong).toMatchObject({ status: 2, error: expect.stringMatching(/tables\.json:1:\d+: “sedes” is not known here/) });
    expect(wrong.error).not.toMatch(/\n {4}at /);
    writeFileSync(path, text);
  }, 60_000);
});

// The example with an operation of its own, through the command line: what trains, tests and predicts runs it, and nothing
// else does.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inFolder, mmx } from "../cli/command.ts";

/** The example in a folder of its own, with data. */
async function example(folder: string): Promise<void> {
  for (const name of ["swish.mmx", "swish.ts"]) cpSync(join("examples/extension", name), join(folder, name));
  const { exit } = await mmx(["data", "synth", "swish.mmx"], { folder });
  expect(exit).toBe(0);
}

test("the example learns, and its run needs the file no longer", async () => {
  await inFolder(async (folder) => {
    await example(folder);
    const trained = await mmx(["--json", "train", "swish.mmx", "--out", "run", "--backend", "cpu"], { folder });
    expect(trained.error).toBe("");
    expect(trained.exit).toBe(0);
    const events = trained.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const totals = events.flatMap(({ event, total }) => (event === "epoch" ? [total] : []));
    expect(totals.at(-1)).toBeLessThan(0.5 * totals[0]);
    const { test: first } = events.at(-1);
    rmSync(join(folder, "swish.ts"));
    const tested = await mmx(["--json", "eval", "run", "--backend", "cpu"], { folder });
    expect(JSON.parse(tested.out).test).toEqual(first);
    const predicted = await mmx(["predict", "run", "--backend", "cpu"], { folder });
    expect(predicted.exit).toBe(0);
    expect(readFileSync(join(folder, "predictions.csv"), "utf8").trim().split("\n")).toHaveLength(201);
  });
}, 60_000);

test("checking, showing, formatting and compiling never run the file; training does", async () => {
  await inFolder(async (folder) => {
    await example(folder);
    const mark = join(folder, "mark");
    const source = readFileSync(join(folder, "swish.ts"), "utf8");
    const marking = `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(mark)}, "");\n${source}`;
    writeFileSync(join(folder, "swish.ts"), marking);
    for (const argv of [
      ["check", "swish.mmx"],
      ["fmt", "--check", "swish.mmx"],
      ["show", "shapes", "swish.mmx"],
      ["show", "graph", "swish.mmx"],
      ["compile", "--to", "ts", "swish.mmx"],
    ]) {
      const { error, out } = await mmx(argv, { folder });
      expect(error + out, argv.join(" ")).not.toContain("error:");
      expect(existsSync(mark), argv.join(" ")).toBe(false);
    }
    await mmx(["train", "swish.mmx", "--out", "run", "--backend", "cpu"], { folder });
    expect(existsSync(mark)).toBe(true);
  });
}, 60_000);

test("a fault in the file ends the command with its place and no stack", async () => {
  await inFolder(async (folder) => {
    await example(folder);
    const source = readFileSync(join(folder, "swish.ts"), "utf8").replace(
      "const slope = beta.data[0] ?? 1;",
      "const slope = beta.data[0].size.x;",
    );
    writeFileSync(join(folder, "swish.ts"), source);
    const { exit, error } = await mmx(["train", "swish.mmx", "--out", "run", "--backend", "cpu"], { folder });
    expect(exit).toBe(3);
    expect(error).toMatch(/^error: forward of swish \(swish\.ts\) failed: TypeError: .* \(swish\.ts:9:\d+\)/);
    expect(error).toContain("Mend it there and train again.");
    expect(error).not.toContain("fault in mmx");
    expect(error).not.toContain("    at ");
  });
}, 60_000);

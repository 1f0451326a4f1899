import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expandFiles, globPattern } from "../../src/cli/files.ts";
import { nodeHost } from "../../src/cli/host.ts";
import { inFolder } from "./command.ts";

test.each([
  ["*.mmx", "a.mmx", true],
  ["*.mmx", "deep/a.mmx", false],
  ["**/*.mmx", "a.mmx", true],
  ["**/*.mmx", "deep/er/a.mmx", true],
  ["x/**/*.mmx", "x/a.mmx", true],
  ["x/**", "x/y/a.txt", true],
  ["{a,b}?.mmx", "b1.mmx", true],
  ["{a,b}?.mmx", "c1.mmx", false],
  ["a.mmx", "aXmmx", false],
  ["a,b*.mmx", "a,b1.mmx", true],
])("the glob %s on %s: %s", (glob, path, fits) => {
  expect(globPattern(glob).test(path)).toBe(fits);
});

test("files, folders and globs stand for spec files, once each", () =>
  inFolder(async (folder) => {
    for (const path of ["one.mmx", "deep/two.mmx", "deep/er/three.mmx", "deep/notes.txt", "node_modules/x/no.mmx"]) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), "mmx 1\n");
    }
    expect(expandFiles(["one.mmx"], folder)).toEqual(["one.mmx"]);
    expect(expandFiles(["deep"], folder)).toEqual(["deep/er/three.mmx", "deep/two.mmx"]);
    expect(expandFiles(["**/*.mmx", "one.mmx"], folder)).toEqual(["deep/er/three.mmx", "deep/two.mmx", "one.mmx"]);
    expect(expandFiles(["./deep/*.mmx"], folder)).toEqual(["deep/two.mmx"]);
    expect(expandFiles([join(folder, "d*/*.mmx")], folder)).toEqual([join(folder, "deep/two.mmx")]);
    expect(() => expandFiles(["nothing.mmx"], folder)).toThrow("nothing.mmx: no such file");
    expect(() => expandFiles(["nowhere/*.mmx"], folder)).toThrow("nowhere/*.mmx");
  }));

test("the host reads beside the spec and keeps relative paths relative", () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, "specs"));
    writeFileSync(join(folder, "specs/part.mmx"), "mmx 1\n");
    const host = nodeHost(folder);
    expect(host.resolve("specs/main.mmx", "./part.mmx")).toBe("specs/part.mmx");
    expect(host.resolve("specs/main.mmx", "../top.mmx")).toBe("top.mmx");
    expect(host.resolve(join(folder, "specs/main.mmx"), "part.mmx")).toBe(join(folder, "specs/part.mmx"));
    expect(host.read("specs/part.mmx")).toBe("mmx 1\n");
    expect(host.read("specs/none.mmx")).toBeUndefined();
    expect(host.read("specs")).toBeUndefined();
  }));

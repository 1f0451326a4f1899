// What the hand-written pages tell a reader to type works: the commands of mmx run here, in the order of their page, and the
// heavy commands of npm are steps of .ci/run. Specs shown are clean, and links lead somewhere.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { inFolder, mmx } from "../cli/command.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

/** The texts of fenced blocks of a language. */
function blocks(page: string, language: string): string[] {
  return [...textOf(page).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, found, text]) =>
    found === language && text !== undefined ? [text] : [],
  );
}

const commands = (page: string): string[] =>
  blocks(page, "sh").flatMap((block) =>
    block
      .split("\n")
      .map((line) => line.replace(/\s+#.*$/, "").trim())
      .filter((line) => line !== ""),
  );

describe("commands", () => {
  test("the guide can be followed from the top to the end", { timeout: 120_000 }, () =>
    inFolder(async (start) => {
      let folder = start;
      const typed = commands("docs/guide.md");
      expect(typed.length).toBeGreaterThan(10);
      for (const line of typed) {
        const [program, ...argv] = line.split(/\s+/);
        if (program === "cd") {
          folder = join(folder, argv[0] ?? "");
          continue;
        }
        expect(program, line).toBe("mmx");
        const { exit, out, error } = await mmx(argv, { folder });
        expect(exit, `${line}\n${out}${error}`).toBe(0);
      }
    }),
  );

  const others = pages
    .filter((page) => page !== "docs/guide.md")
    .flatMap((page) => commands(page).map((line) => [page, line] as const));

  test.each(others)("%s: %s", (_, line) => {
    const scripts = (JSON.parse(textOf("package.json")) as { scripts: Record<string, string> }).scripts;
    const steps = textOf(".ci/run");
    for (const part of line.split("&&").map((text) => text.trim())) {
      const script = /^npm (?:run )?(\w+)$/.exec(part)?.[1];
      if (script === undefined) throw new Error(`${part} is run by no test`);
      if (script !== "ci") expect(scripts, part).toHaveProperty(script);
      // Generated files are compared with their generators by a test of its own.
      if (script !== "generate") expect(steps, `${part} is no step of .ci/run`).toContain(part);
    }
  });
});

test.each(["README.md", "docs/guide.md"].flatMap((page) => blocks(page, "mmx").map((text) => [page, text] as const)))(
  "the spec in %s is clean",
  (_, text) => {
    expect(checkSpec(memoryHost({ "spec.mmx": text }), "spec.mmx").diagnostics).toEqual([]);
  },
);

test("README's spec fits a screen", () => {
  expect(blocks("README.md", "mmx")[0]?.trimEnd().split("\n").length).toBeLessThanOrEqual(25);
});

test.each(pages)("the links of %s lead somewhere", (page) => {
  for (const [, target = ""] of textOf(page).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    expect(existsSync(join(root, file)), `${page} links to ${target}`).toBe(true);
    if (anchor !== undefined && file.endsWith(".md")) expect(anchors(file), `${page} links to ${target}`).toContain(anchor);
  }
});

/** Anchors of the headings, as GitHub makes them. */
function anchors(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

// From what stands on the command line to spec files: files, folders (searched for *.mmx) and quoted globs.
import type { Dirent } from "node:fs";
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { usageError } from "./failure.ts";

/** Never searched: nothing in there is the user's own. */
const skippedFolders = new Set(["node_modules", ".git", "dist"]);

/** The files meant, without doubles, in a stable order. Throws a usage error for a pattern that stands for nothing. */
export function expandFiles(patterns: readonly string[], folder: string): string[] {
  const files = new Set<string>();
  for (const pattern of patterns) {
    const found = expandOne(pattern, folder);
    if (found.length === 0) {
      throw usageError(
        `${pattern}: no such file, and no .mmx file matches it.`,
        "Name spec files, folders, or a glob in quotes.",
      );
    }
    for (const file of found) files.add(file);
  }
  return [...files];
}

function expandOne(pattern: string, folder: string): string[] {
  const status = statSync(resolve(folder, pattern), { throwIfNoEntry: false });
  if (status?.isFile()) return [pattern];
  if (status?.isDirectory()) return [...walk(pattern, folder)].filter((path) => path.endsWith(".mmx"));
  if (!/[*?{]/.test(pattern)) return [];
  const fixed = pattern.slice(0, pattern.search(/[*?{]/));
  const start = fixed.includes("/") ? fixed.slice(0, fixed.lastIndexOf("/")) || "/" : ".";
  const matcher = globPattern(pattern.replace(/^\.\//, ""));
  return [...walk(start, folder)].filter((path) => matcher.test(path));
}

function* walk(path: string, folder: string): Generator<string> {
  const entries = readFolder(resolve(folder, path));
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const inner = join(path, entry.name).replaceAll("\\", "/");
    if (entry.isDirectory()) {
      if (!skippedFolders.has(entry.name)) yield* walk(inner, folder);
    } else if (entry.isFile()) {
      yield inner;
    }
  }
}

function readFolder(path: string): Dirent[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(path, { withFileTypes: true });
}

/** `*` and `?` stay within a folder, `**` crosses folders, `{a,b}` is either. */
export function globPattern(glob: string): RegExp {
  let depth = 0;
  const body = glob.replace(/\*\*\/|\*\*|[*?{},]|[.+^$()|[\]\\]/g, (token) => {
    switch (token) {
      case "**/":
        return "(?:[^/]+/)*";
      case "**":
        return ".*";
      case "*":
        return "[^/]*";
      case "?":
        return "[^/]";
      case "{":
        depth += 1;
        return "(?:";
      case "}":
        depth -= 1;
        return ")";
      case ",":
        return depth > 0 ? "|" : ",";
      default:
        return `\\${token}`;
    }
  });
  return new RegExp(`^${body}$`);
}

// The compiler's view of the disk: reads spec texts, and keeps paths as the user wrote them, relative to the working folder.
import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { Host } from "../compiler/host.ts";

/** A host whose relative paths start at `folder`. A path that is not a readable file reads as undefined. */
export function nodeHost(folder: string): Host {
  return {
    read(path) {
      try {
        return readFileSync(resolve(folder, path), "utf8");
      } catch (error) {
        if (isMissingFile(error)) return undefined;
        throw error;
      }
    },
    resolve(from, path) {
      if (isAbsolute(path)) return path;
      const target = join(dirname(resolve(folder, from)), path);
      return isAbsolute(from) ? target : relative(folder, target).replaceAll("\\", "/");
    },
  };
}

/** A host over the texts that a run recorded, by the paths they had then. */
export function recordedHost(files: readonly { readonly path: string; readonly text: string }[], folder: string): Host {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return { ...nodeHost(folder), read: (path) => texts.get(path) };
}

function isMissingFile(error: unknown): boolean {
  return (
    error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR" || error.code === "ENOTDIR")
  );
}

// How the compiler reads files: through this interface only, so that the same compiler runs in the CLI, the editor and tests.

export interface Host {
  /** The text of a file, or undefined where there is none. Paths are as in diagnostics; `resolve` makes them. */
  read(path: string): string | undefined;
  /** The path that `relative`, written in `from`, stands for. */
  resolve(from: string, relative: string): string;
}

/** A host over texts in memory. */
export function memoryHost(files: Readonly<Record<string, string>>): Host {
  return {
    read: (path) => files[path],
    resolve(from, relative) {
      const parts = from.split("/").slice(0, -1);
      for (const part of relative.split("/")) {
        if (part === "..") parts.pop();
        else if (part !== "." && part !== "") parts.push(part);
      }
      return parts.join("/");
    },
  };
}

// The project file: `mmx.json` in the spec's folder or the nearest folder above it says where data lie on this machine, so
// that no command needs `--data`.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { type ProjectFile, projectSchema } from "../compiler/schemas/project.schema.ts";
import { CommandError, exitCode } from "./failure.ts";

export const projectFileName = "mmx.json";

/** The nearest project file for a spec, at or above its folder. */
function findProject(specFolder: string): string | undefined {
  for (let folder = specFolder; ; folder = dirname(folder)) {
    const path = join(folder, projectFileName);
    if (existsSync(path)) return path;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Absolute paths by data block from the spec's project file; none without one. Throws `CommandError` where it is no project file. */
export async function projectData(specPath: string, folder: string): Promise<Readonly<Record<string, string>>> {
  const path = findProject(dirname(resolve(folder, specPath)));
  if (path === undefined) return {};
  const { JsonError, parseJson } = await import("../compiler/schemas/validate.ts");
  try {
    const { data } = await parseJson<ProjectFile>(projectSchema, await readFile(path, "utf8"), relative(folder, path));
    return Object.fromEntries(Object.entries(data).map(([name, file]) => [name, resolve(dirname(path), file)]));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new CommandError(
      error.message,
      'A project file looks like { "data": { "clips": "data/clips.npz" } }.',
      exitCode.faulty,
    );
  }
}

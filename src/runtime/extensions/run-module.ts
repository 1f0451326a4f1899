// Runs an extension file and gives what it exports. This is the only place where code that came with a spec runs, and only
// training, testing and prediction reach it.
import { isBuiltin, SourceMap } from "node:module";
import { compileFunction } from "node:vm";
import { ExtensionError } from "./extension-error.ts";
import { operation } from "./operation.ts";
import { transpile } from "./transpile.ts";

export interface ExtensionModule {
  readonly path: string;
  readonly exports: Readonly<Record<string, unknown>>;
  /** What an error thrown by the file's code says, with the line where it was thrown. */
  describe(error: unknown): string;
}

/** Throws `ExtensionError` for a file that is no TypeScript, imports what it may not, or throws. */
export function runModule(path: string, text: string): ExtensionModule {
  const { code, sourceMap } = transpile(path, text);
  const describe = errorDescriber(path, sourceMap);
  const exports: Record<string, unknown> = {};
  try {
    compileFunction(code, ["exports", "require"], { filename: path })(exports, importer(path));
  } catch (error) {
    if (error instanceof ExtensionError) throw error;
    throw new ExtensionError(`${path} fails as it is loaded: ${describe(error)}`, "Mend the file; nothing was trained.");
  }
  return { path, exports, describe };
}

/** Only what a run can recreate: a run records the spec's files, and Node's version. */
function importer(path: string): (specifier: string) => unknown {
  return (specifier) => {
    if (specifier === "mmx/extension") return { operation };
    if (specifier.startsWith("node:") && isBuiltin(specifier)) return process.getBuiltinModule(specifier);
    throw new ExtensionError(
      `${path} imports ${specifier}, but an extension may import only mmx/extension and Node's own modules (node:…)`,
      "Put what it needs into the file itself, so that a run records all that it computes with.",
    );
  };
}

function errorDescriber(path: string, sourceMap: string): ExtensionModule["describe"] {
  return (error) => {
    if (!(error instanceof Error)) return String(error);
    const said = error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
    const at = (error.stack ?? "").split("\n").find((line) => line.includes(`${path}:`));
    const [, line, column] = /:(\d+):(\d+)\)?$/.exec(at ?? "") ?? [];
    if (line === undefined || column === undefined) return said;
    const entry = new SourceMap(JSON.parse(sourceMap)).findEntry(Number(line) - 1, Number(column) - 1);
    return "originalLine" in entry ? `${said} (${path}:${entry.originalLine + 1}:${entry.originalColumn + 1})` : said;
  };
}

// The versions of mmx and of what it computes with: `mmx --version`, and what every run directory records.
import manifest from "../../package.json" with { type: "json" };

export const version: string = manifest.version;

/** Recorded in run.json beside Node's own version. */
export function versions(): Record<string, string> {
  return { mmx: version, tfjs: manifest.dependencies["@tensorflow/tfjs-core"] };
}

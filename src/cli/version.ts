// The version of mmx, as `mmx --version` and every run directory record it.
import manifest from "../../package.json" with { type: "json" };

export const version: string = manifest.version;

// Packages of npm's registry that are no dependencies of mmx: fetched on demand, each with its checksum.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, BuildError } from "./run.mjs";

/** The package unpacked below `work`, its checksum compared with the one given. Throws `BuildError`. */
export function fetchPackage(work, { name, integrity }) {
  const remedy = "npm must reach its registry: see `npm config get registry` and `npm ping`.";
  const failure = `The npm package ${name} could not be fetched.`;
  const listing = JSON.parse(attempt("npm", ["pack", "--json", "--silent", name], { cwd: work, failure, remedy }));
  const file = join(work, listing[0].filename.replace("@", "").replace("/", "-"));
  const found = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
  if (found !== integrity) {
    throw new BuildError(`${name} is not the package it should be: ${found} instead of ${integrity}`, remedy);
  }
  const folder = file.replace(/\.tgz$/, "");
  mkdirSync(folder);
  attempt("tar", ["xzf", file, "-C", folder, "--strip-components=1"], { failure: `${file} could not be unpacked.`, remedy });
  return folder;
}

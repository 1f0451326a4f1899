// What is compiled: the two files of tfjs-node's addon, from its npm package, and Node's headers.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { attempt, BuildError } from "./run.mjs";

const bindingPackage = {
  name: "@tensorflow/tfjs-node@4.22.0",
  integrity: "sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==",
};
const headersPackage = {
  name: "node-api-headers@1.9.0",
  integrity: "sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==",
};

/** The package unpacked below `work`, its checksum compared with the one written here. */
function fetchPackage(work, { name, integrity }) {
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

/** The folder of tfjs_binding.cc and tfjs_backend.cc. */
export const fetchBindingSources = (work) => join(fetchPackage(work, bindingPackage), "binding");

/** The folder of node_api.h: that of this Node, or the npm package that holds the same interface. */
export function nodeHeaders(work) {
  const own = join(dirname(dirname(process.execPath)), "include", "node");
  return existsSync(join(own, "node_api.h")) ? own : join(fetchPackage(work, headersPackage), "include");
}

// What is compiled: the two files of tfjs-node's addon, from its npm package, and Node's headers.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fetchPackage } from "../tools/npm-package.mjs";

const bindingPackage = {
  name: "@tensorflow/tfjs-node@4.22.0",
  integrity: "sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==",
};
const headersPackage = {
  name: "node-api-headers@1.9.0",
  integrity: "sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==",
};

/** The folder of tfjs_binding.cc and tfjs_backend.cc. */
export const fetchBindingSources = (work) => join(fetchPackage(work, bindingPackage), "binding");

/** The folder of node_api.h: that of this Node, or the npm package that holds the same interface. */
export function nodeHeaders(work) {
  const own = join(dirname(dirname(process.execPath)), "include", "node");
  return existsSync(join(own, "node_api.h")) ? own : join(fetchPackage(work, headersPackage), "include");
}

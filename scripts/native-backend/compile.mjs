// Compiles the addons: tfjs-node's, unchanged, and the one that keeps the loading of TensorFlow quiet.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { attempt, BuildError, starts } from "../tools/run.mjs";

export function findCompiler() {
  const names = process.env.CXX === undefined ? ["g++", "clang++"] : [process.env.CXX];
  const found = names.find((name) => starts(name));
  if (found !== undefined) return found;
  throw new BuildError(
    `There is no C++ compiler (${names.join(", ")}).`,
    "Install one (Debian: apt install g++), or name it in the environment: CXX=/path/to/clang++",
  );
}

/** Puts tfjs_binding.node and quiet.node into `work`. */
export function compileAddons({ compiler, work, binding, headers, tensorflow }) {
  const common = ["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8", `-I${headers}`];
  const compile = (name, parameters) =>
    attempt(compiler, [...common, "-o", join(work, name), ...parameters], {
      failure: `${name} could not be compiled.`,
      remedy: "The first error above says why; a compiler with C++17 and the headers of one TensorFlow release are needed.",
    });
  compile("quiet.node", [fileURLToPath(new URL("quiet.cc", import.meta.url))]);
  compile("tfjs_binding.node", [
    `-I${join(tensorflow, "include")}`,
    join(binding, "tfjs_backend.cc"),
    join(binding, "tfjs_binding.cc"),
    `-L${tensorflow}`,
    "-l:libtensorflow_cc.so.2",
    "-l:libtensorflow_framework.so.2",
    `-Wl,-rpath,${tensorflow}`,
  ]);
}

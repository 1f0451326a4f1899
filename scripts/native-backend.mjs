// Builds what the backends `node` and `node-gpu` run on: tfjs-node's addon, against the libraries and headers of a current
// TensorFlow wheel. `node scripts/native-backend.mjs --help` says how; docs/native.md says why.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compileAddons, findCompiler } from "./native-backend/compile.mjs";
import { fetchBindingSources, nodeHeaders } from "./native-backend/sources.mjs";
import { installedTensorflow, unpackedTensorflow } from "./native-backend/tensorflow.mjs";
import { attempt, BuildError } from "./tools/run.mjs";

const usage = `usage: node scripts/native-backend.mjs [--python PYTHON | --wheel FILE] [--cuda] [--force]

Builds the addon of the backends node and node-gpu. TensorFlow's libraries and headers come from
  --python PYTHON   the tensorflow or tensorflow-cpu package that this Python has;
  --wheel FILE      a downloaded wheel of tensorflow or tensorflow-cpu;
  (neither)         tensorflow-cpu, or tensorflow[and-cuda] with --cuda, fetched by pip from its index.
  --cuda            build for NVIDIA GPUs
  --force           build anew even where nothing changed
The addon goes to $MMX_NATIVE, else ~/.cache/mmx/native, where mmx looks for it. Needed are Linux, npm,
a C++17 compiler (g++ or clang++, or $CXX) and, for all but --python, python3 with pip.`;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        python: { type: "string" },
        wheel: { type: "string" },
        cuda: { type: "boolean", default: false },
        force: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.python !== undefined && values.wheel !== undefined) throw new Error("--python and --wheel exclude each other");
    return values;
  } catch (error) {
    throw new BuildError(error.message, usage);
  }
}

function build(options) {
  if (process.platform !== "linux") {
    throw new BuildError(
      `TensorFlow's wheels for ${process.platform} are not supported here, only those for Linux.`,
      "Install the older, prebuilt addon instead: npm install @tensorflow/tfjs-node@4.22.0",
    );
  }
  const folder = process.env.MMX_NATIVE ?? join(homedir(), ".cache", "mmx", "native");
  const compiler = findCompiler();
  mkdirSync(folder, { recursive: true });
  const tensorflow =
    options.python === undefined
      ? unpackedTensorflow(folder, { wheel: options.wheel, cuda: options.cuda })
      : installedTensorflow(options.python);
  const manifest = { format: 1, tensorflow: tensorflow.version, folder: tensorflow.folder, cuda: options.cuda, compiler };
  const written = JSON.stringify(manifest, undefined, 2);
  const manifestFile = join(folder, "native.json");
  if (!options.force && existsSync(manifestFile) && readFileSync(manifestFile, "utf8") === written) {
    return `${folder} is up to date: TensorFlow ${startUp(folder)}`;
  }
  const work = mkdtempSync(join(tmpdir(), "mmx-native-"));
  try {
    const binding = fetchBindingSources(work);
    const headers = nodeHeaders(work);
    compileAddons({ compiler, work, binding, headers, tensorflow: tensorflow.folder });
    rmSync(manifestFile, { force: true });
    for (const name of ["quiet.node", "tfjs_binding.node"]) {
      // Moved beside its place first: a command that runs meanwhile sees a whole file, and the folders may be on two disks.
      writeFileSync(join(folder, `${name}.new`), readFileSync(join(work, name)), { mode: 0o755 });
      renameSync(join(folder, `${name}.new`), join(folder, name));
    }
  } finally {
    rmSync(work, { recursive: true });
  }
  const version = startUp(folder);
  writeFileSync(manifestFile, written);
  return `${folder} holds the addon for TensorFlow ${version}; mmx finds it there`;
}

/** Starts the addon in a process of its own. Gives TensorFlow's version. */
function startUp(folder) {
  const script = `const { TF_Version } = require(${JSON.stringify(join(folder, "tfjs_binding.node"))}); console.log(TF_Version);`;
  return attempt(process.execPath, ["-e", script], {
    failure: "The addon was built, but does not start.",
    remedy: "Run it again with --force; if that does not help, with another TensorFlow (--python or --wheel).",
  }).trim();
}

try {
  const options = readArguments();
  console.log(options.help ? usage : build(options));
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`${error.message}\n${error.remedy}\n`);
  process.exitCode = 1;
}

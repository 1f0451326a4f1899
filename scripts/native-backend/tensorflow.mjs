// Where TensorFlow's libraries and headers come from: a Python that has them, a wheel, or pip's index.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { attempt, BuildError, starts } from "../tools/run.mjs";

/** The release that mmx is tested with. */
const release = "2.21.0";

const lookUp = `
import importlib.util, importlib.metadata as m
spec = importlib.util.find_spec("tensorflow")
names = ["tensorflow-cpu", "tensorflow"]
found = [d.version for d in m.distributions() if (d.metadata["Name"] or "").lower().replace("_", "-") in names]
print(spec.submodule_search_locations[0] if spec else ""); print(found[0] if found else "unknown")
`;

/** TensorFlow as this Python has it; it is used in place. */
export function installedTensorflow(python) {
  const remedy = "Name a Python with TensorFlow (pip install tensorflow-cpu), or leave --python out.";
  const failure = `${python} could not be asked for TensorFlow.`;
  const [folder = "", version = "unknown"] = attempt(python, ["-c", lookUp], { failure, remedy }).split("\n");
  if (folder === "") throw new BuildError(`${python} has no package tensorflow.`, remedy);
  return checked(realpathSync(folder), version);
}

/** TensorFlow unpacked by pip below `folder`, where it stays: the addon needs its libraries. */
export function unpackedTensorflow(folder, { wheel, cuda }) {
  const wanted =
    wheel === undefined ? (cuda ? `tensorflow[and-cuda]==${release}` : `tensorflow-cpu==${release}`) : resolve(wheel);
  if (wheel !== undefined && !existsSync(wanted)) {
    throw new BuildError(`There is no wheel ${wheel}.`, "Download one with: pip download --no-deps tensorflow-cpu");
  }
  const label = wheel === undefined ? `${cuda ? "tensorflow-cuda" : "tensorflow-cpu"}-${release}` : basename(wheel, ".whl");
  const place = join(folder, label);
  if (!existsSync(place)) unpack(folder, place, wanted, cuda);
  return checked(join(place, "tensorflow"), label);
}

function unpack(folder, place, wanted, cuda) {
  const python = ["python3", "python"].find((name) => starts(name, ["-m", "pip", "--version"]));
  if (python === undefined) {
    throw new BuildError(
      "There is no python3 with pip, which unpacks TensorFlow's wheel.",
      "Install it (Debian: apt install python3-pip), or name a Python that has TensorFlow with --python.",
    );
  }
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, "unpack-"));
  try {
    const target = join(work, "packages");
    const dependencies = cuda ? [] : ["--no-deps"];
    attempt(python, ["-m", "pip", "install", "--quiet", "--no-compile", "--target", target, ...dependencies, wanted], {
      failure: `pip could not fetch or unpack ${wanted}.`,
      remedy: `It needs about 2 GB of disk in ${folder}, pip's index, and a Python that TensorFlow has wheels for; or give --wheel or --python.`,
    });
    // The libraries, the headers and, for CUDA, NVIDIA's libraries; the rest of Python's packages is of no use here.
    for (const name of readdirSync(target))
      if (!["tensorflow", "nvidia"].includes(name)) rmSync(join(target, name), { recursive: true });
    for (const name of readdirSync(join(target, "tensorflow"))) {
      if (name !== "include" && !name.startsWith("libtensorflow")) rmSync(join(target, "tensorflow", name), { recursive: true });
    }
    renameSync(target, place);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function checked(folder, version) {
  const needed = [
    "libtensorflow_cc.so.2",
    "libtensorflow_framework.so.2",
    join("include", "tensorflow", "c", "eager", "c_api.h"),
  ];
  const absent = needed.filter((name) => !existsSync(join(folder, name)));
  if (absent.length > 0) {
    throw new BuildError(
      `${folder} lacks ${absent.join(", ")}.`,
      "mmx needs a wheel of tensorflow or tensorflow-cpu for Linux, release 2.12 or later.",
    );
  }
  return { folder, version };
}

// The results as Markdown: the project's aims against what was measured, then a table a point.
import { ratio } from "./statistics.mjs";

const format = (value, digits = 3) =>
  value === undefined || Number.isNaN(value) ? "" : String(Number(value.toPrecision(digits)));
const times = ({ median, low, high }) => `${format(median)} (${format(low)} to ${format(high)})`;

/** Aims as `[what, point, one, other, most]`: one's step at most `most` times the other's. */
const aims = [
  ["`wasm` against the C prototype, 1 thread", ["reference", 64, 64], "mmx wasm x1", "prototype x1", 1.3],
  ["`wasm` against the C prototype, 2 threads", ["reference", 64, 64], "mmx wasm x2", "prototype x2", 1.3],
  ["`wasm` against PyTorch eager, 1 thread", ["reference", 64, 64], "mmx wasm x1", "torch x1", 1.3],
  ["`wasm` against PyTorch eager, 2 threads", ["reference", 64, 64], "mmx wasm x2", "torch x2", 1.3],
  ["`wasm` on Node 20 against PyTorch eager, 1 thread", ["reference", 64, 64], "mmx wasm, Node 20 x1", "torch x1", 1.3],
  ["`wasm` on Node 20 against PyTorch eager, 2 threads", ["reference", 64, 64], "mmx wasm, Node 20 x2", "torch x2", 1.3],
  ["`wasm` against PyTorch compiled, 1 thread", ["reference", 64, 64], "mmx wasm x1", "torch-compiled x1", 1.3],
  ["`wasm` against PyTorch compiled, 2 threads", ["reference", 64, 64], "mmx wasm x2", "torch-compiled x2", 1.3],
  ["`wasm` against PyTorch eager with AVX2, 1 thread", ["reference", 64, 64], "mmx wasm x1", "torch-avx2 x1", 1.3],
  ["`wasm` against PyTorch eager with AVX2, 2 threads", ["reference", 64, 64], "mmx wasm x2", "torch-avx2 x2", 1.3],
  ["`wasm` against PyTorch eager, 1 thread", ["reference", 8, 64], "mmx wasm x1", "torch x1", 1],
  ["`wasm` against PyTorch eager, 2 threads", ["reference", 8, 64], "mmx wasm x2", "torch x2", 1],
  ["`wasm` against PyTorch eager with AVX2, 1 thread", ["reference", 8, 64], "mmx wasm x1", "torch-avx2 x1", 1],
  ["`wasm` against PyTorch eager with AVX2, 2 threads", ["reference", 8, 64], "mmx wasm x2", "torch-avx2 x2", 1],
  ["`wasm` against hand-written TensorFlow.js, 1 thread", ["reference", 64, 64], "mmx wasm x1", "tfjs x1", 1 / 20],
  [
    "`wasm`, 2 threads, against the same (one thread is all that it has in Node)",
    ["reference", 64, 64],
    "mmx wasm x2",
    "tfjs x1",
    1 / 20,
  ],
  ["`wasm` against jax-js", ["reference", 64, 64], "mmx wasm x1", "jax-js x1", 1 / 5],
  ["`wasm`: two threads against one", ["reference", 64, 64], "mmx wasm x2", "mmx wasm x1", 1 / 1.7],
  ["`wasm` against PyTorch eager", ["tiny", 32, 32], "mmx wasm x1", "torch x1", 1 / 5],
  ["`wasm` against the C prototype", ["tiny", 32, 32], "mmx wasm x1", "prototype x1", 1.5],
  ["`tensorflow` against tf.function, 1 thread", ["reference", 64, 64], "mmx tensorflow x1", "tensorflow x1", 1.2],
  ["`tensorflow` against tf.function, 2 threads", ["reference", 64, 64], "mmx tensorflow x2", "tensorflow x2", 1.2],
];

const pointName = ({ model, batch, width }) => `${model}, batch ${batch}, width ${width}`;
const found = ({ implementations }, key) => implementations.find((entry) => entry.key === key && entry.rounds !== undefined);

/** `style` brief: the points' tables alone, for the terminal. */
export function report({ machine, points }, style = "full") {
  const tables = points.map((point) => pointTable(point, style));
  if (style === "brief") return tables.join("\n\n");
  return ["# A training step, side by side", machineText(machine), explanation, "## Aims", aimTable(points), ...tables, ""].join(
    "\n\n",
  );
}

const machineText = ({ processor, cores, memory }) => `${cores} cores (${processor}), ${memory}.`;

/** The Node that a point's implementations ran on, but for those whose label names another. */
function nodeOf({ implementations }) {
  const versions = implementations.map(({ version }) => /Node (v[\d.]+)/.exec(version ?? "")?.[1]);
  const found = versions.find((version) => version !== undefined);
  return found === undefined ? "" : `, Node ${found}`;
}

const explanation = `A step is forward, backward and update of one batch, the loss read by the caller. All implementations of a point are started first and then
step in turn, round by round, each in a process of its own, stopped (SIGSTOP) while others have their turn; they begin from the same weights and the same batch. Milliseconds are the
median over rounds of a round's median step (in brackets the quartiles over rounds); a ratio is the median over rounds of the rounds' own
ratios. *losses* is the largest difference of the first four losses to PyTorch's, relative to the larger of 1 and the loss. *ready* is the time from
the spec read (mmx) or from the start of the preparation (peers: libraries already loaded) to the end of the first step. *memory* is the
highest resident memory of the process, and how much of it came after libraries were loaded. *GEMM* is the matrix products' share of the step
as GFLOP/s over the same executor's (or PyTorch's) GFLOP/s on one plain product, the better of 512 x 512 x 512 and 3200 x 256 over 64: the
share of the roofline. The step's own products are fused with what follows them, so the share also holds that work.`;

function aimTable(points) {
  const rows = aims.map(([what, [model, batch, width], one, other, most]) => {
    const point = points.find((each) => each.model === model && each.batch === batch && each.width === width);
    const [left, right] = point === undefined ? [] : [found(point, one), found(point, other)];
    const where = `${model}, batch ${batch}`;
    const limit = format(most);
    if (left === undefined || right === undefined) return `| ${what} | ${where} | ${limit} | not measured | |`;
    const measured = ratio(left, right);
    return `| ${what} | ${where} | ${limit} | ${times(measured)} | ${measured.median <= most ? "yes" : "no"} |`;
  });
  return [
    "| step time, ratio | model | at most | measured | reached |",
    "|---|---|---|---|---|",
    ...rows,
    ...firstStepRow(points),
    ...sameBitsRow(points),
  ].join("\n");
}

const headlinePoint = (points) => points.find(({ model, batch, width }) => model === "reference" && batch === 64 && width === 64);

function firstStepRow(points) {
  const point = headlinePoint(points);
  const total = point === undefined ? undefined : found(point, "mmx wasm x1")?.compile.total;
  const measured = total === undefined ? "not measured | " : `${format(total)} | ${total <= 1000 ? "yes" : "no"}`;
  return [`| \`wasm\`: spec read to first step done, ms | reference, batch 64 | 1000 | ${measured} |`];
}

function sameBitsRow(points) {
  const point = headlinePoint(points);
  const [one, two] = point === undefined ? [] : [found(point, "mmx wasm x1"), found(point, "mmx wasm x2")];
  if (one === undefined || two === undefined) return [];
  const same = one.losses.every((loss, step) => loss === two.losses[step]);
  return [
    `| \`wasm\`: the first losses' bits with 1 and 2 threads | reference, batch 64 | | ${same ? "equal" : "different"} | ${same ? "yes" : "no"} |`,
  ];
}

function pointTable(point, style) {
  if (point.leftOut !== undefined) return `## ${pointName(point)}\n\nLeft out: ${point.leftOut}.`;
  const measured = point.implementations.filter((entry) => entry.rounds !== undefined);
  const absent = point.implementations.filter((entry) => entry.absent !== undefined);
  const base = (threads) => found(point, `mmx wasm x${threads}`) ?? found(point, "mmx wasm x1") ?? measured[0];
  const rows = measured.map((entry) => {
    const memory = `${format(entry.peakMegabytes)} (${format(entry.ownMegabytes)})`;
    const cells = [
      `${entry.label}${entry.version === undefined || entry.key.startsWith("mmx") ? "" : ` (${entry.version})`}`,
      entry.threads,
      format(entry.median),
      `${format(entry.low)} to ${format(entry.high)}`,
      format(entry.fastest),
      times(ratio(entry, base(entry.threads))),
      entry.lossAgrees === undefined ? "" : `${entry.lossError.toExponential(1)}${entry.lossAgrees ? "" : " differ"}`,
      format(entry.compile?.total ?? entry.firstStep),
      memory,
      share(entry, measured),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const baseName = found(point, "mmx wasm x1") === undefined ? (measured[0]?.label ?? "") : "mmx wasm, same threads";
  return [
    `## ${pointName(point)}`,
    ...(style === "brief"
      ? []
      : [`\`${point.command}\`, ${point.date}, commit ${point.commit}, load average before ${point.load}${nodeOf(point)}.`]),
    [
      `| | threads | ms a step | quartiles | fastest | times ${baseName} | losses | ready, ms | memory, MB | GEMM |`,
      "|---|---|---|---|---|---|---|---|---|---|",
      ...rows,
    ].join("\n"),
    ...(absent.length === 0 ? [] : [`Not measured: ${absent.map(({ key, absent: why }) => `${key}: ${why}`).join("; ")}.`]),
  ].join("\n\n");
}

/** GFLOP/s of the step's matrix products over the peak product's; the step's products are counted by mmx. */
function share(entry, measured) {
  const gemmFlops = entry.gemmFlops ?? measured.find((other) => other.gemmFlops !== undefined)?.gemmFlops;
  if (gemmFlops === undefined || entry.gemm === undefined) return "";
  const speed = gemmFlops / entry.median / 1e6;
  return `${format(speed)} of ${format(entry.gemm)} (${Math.round((100 * speed) / entry.gemm)}%)`;
}

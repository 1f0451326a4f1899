// The report of a run: one HTML file with nothing outside it, made from what the run directory holds.
import type { CompiledSpec } from "../../compiler/compiled.ts";
import { evaluateDim } from "../../compiler/dims/dim.ts";
import { metricTable } from "../metrics/index.ts";
import type { ConditionResult, Summary } from "../train/events.ts";
import type { MetricsRow } from "../train/metrics-log.ts";
import type { RunConfig } from "../train/run-directory.ts";
import type { Curve } from "./curves.ts";
import { allButFirst, escapeHtml, section, showNumber, table } from "./html.ts";
import { style } from "./style.ts";

export interface ReportContent {
  readonly config: RunConfig;
  readonly spec: CompiledSpec;
  readonly rows: readonly MetricsRow[];
  readonly test: Summary;
  readonly missing: readonly ConditionResult<Summary>[];
  readonly curves: readonly Curve[];
}

/** The whole page. */
export function renderReport(content: ReportContent): string {
  const { config, spec } = content;
  const model = spec.models.find((candidate) => candidate.name === config.model);
  const title = `${config.model} · ${config.spec.path.split("/").at(-1) ?? config.spec.path}`;
  const seeds = config.seeds.length === 1 ? `seed ${config.seeds[0]}` : `seeds ${config.seeds[0]} to ${config.seeds.at(-1)}`;
  const facts = [
    `${config.parameters.toLocaleString("en")} weights`,
    seeds,
    config.executor,
    `${config.created.slice(0, 16).replace("T", " ")} UTC`,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(config.model)}</h1>
${model?.doc === undefined ? "" : `<p>${escapeHtml(model.doc)}</p>`}
<p class="quiet">${facts.map(escapeHtml).join(" · ")}</p>
${headline(content)}
</header>
${section("Test", testTable(content), "test")}
${section("Missing modalities", missingTables(content.missing), "missing")}
${section("Curves", curves(content.curves), "curves")}
${section("Training", stages(content), "training")}
${section("Data", data(config), "data")}
${section("Weights", weights(content), "weights")}
${section("Environment", environment(config), "environment")}
${section("Spec", sources(config), "spec")}
</main>
</body>
</html>
`;
}

const isLoss = (name: string): boolean => name.startsWith("loss.");

function headline({ test }: ReportContent): string {
  const shown = Object.entries(test).filter(([name]) => !isLoss(name));
  if (shown.length === 0) return "";
  const items = shown.map(([name, value]) => `<li><b>${showNumber(value)}</b><span class="name">${escapeHtml(name)}</span></li>`);
  return `<ul class="figures">${items.join("")}</ul>`;
}

function testTable({ rows, test }: ReportContent): string {
  const tests = rows.filter((row) => row.kind === "test");
  const names = Object.keys(test);
  if (names.length === 0) return "";
  const arrow = (name: string): string => {
    const better = metricTable[name.split(".").at(-1) ?? name]?.better ?? (isLoss(name) ? "lower" : undefined);
    return better === undefined ? "" : better === "higher" ? " ↑" : " ↓";
  };
  const several = tests.length > 1;
  const head = ["", ...(several ? ["mean ± std"] : []), ...tests.map((row) => `seed ${row.seed}`)];
  const body = names.map((name) => [
    `${escapeHtml(name)}<span class="quiet">${arrow(name)}</span>`,
    ...(several ? [showNumber(test[name])] : []),
    ...tests.map((row) => showNumber(row.metrics[name])),
  ]);
  const split = tests[0]?.split ?? "test";
  const note = several ? " Standard deviations are over the seeds, with n - 1." : "";
  return `<p class="quiet">Part ${escapeHtml(split)}. ↑ higher is better, ↓ lower.${note}</p>\n${table(head, body, allButFirst(head.length))}`;
}

function missingTables(missing: readonly ConditionResult<Summary>[]): string {
  return (["rates", "subsets"] as const)
    .map((protocol) => {
      const conditions = missing.filter((row) => row.protocol === protocol);
      const names = Object.keys(conditions[0]?.metrics ?? {}).filter((name) => !isLoss(name));
      if (names.length === 0) return "";
      const body = conditions.map((row) => [escapeHtml(row.condition), ...names.map((name) => showNumber(row.metrics[name]))]);
      const head = protocol === "rates" ? "share missing" : "kept";
      return table([head, ...names.map(escapeHtml)], body, allButFirst(names.length));
    })
    .filter((html) => html !== "")
    .join("\n<p></p>\n");
}

function curves(drawn: readonly Curve[]): string {
  if (drawn.length === 0) return "";
  const figures = drawn.map(({ name, svg }) => `<figure><figcaption>${escapeHtml(name)}</figcaption>${svg}</figure>`);
  return `<div class="curves">${figures.join("\n")}</div>`;
}

function stages({ spec, rows, config }: ReportContent): string {
  const body = config.seeds.flatMap((seed) =>
    (spec.train?.stages ?? []).flatMap((stage) => {
      const epochs = rows.filter((row) => row.kind === "epoch" && row.seed === seed && row.stage === stage.name);
      const last = epochs.at(-1);
      if (last?.kind !== "epoch") return [];
      const keep = stage.keep.kind === "last" ? "last" : `best ${stage.keep.on.split}.${stage.keep.on.metric}`;
      return [
        [
          escapeHtml(stage.name),
          String(seed),
          `${last.epoch} of ${stage.epochs}`,
          String(last.step),
          String(stage.batch),
          showNumber(last.total),
          escapeHtml(keep),
        ],
      ];
    }),
  );
  return table(["stage", "seed", "epochs", "steps", "batch", "last loss", "keeps"], body, new Set([1, 2, 3, 4, 5]));
}

function data(config: RunConfig): string {
  const body = Object.entries(config.data).map(([name, { path, sha256, parts }]) => [
    escapeHtml(name),
    `<code>${escapeHtml(path)}</code>`,
    Object.entries(parts)
      .map(([part, count]) => `${escapeHtml(part)} ${count.toLocaleString("en")}`)
      .join(", "),
    `<code title="${sha256}">${sha256.slice(0, 12)}</code>`,
  ]);
  return table(["block", "file", "samples", "sha256"], body);
}

function weights({ spec, config }: ReportContent): string {
  const model = spec.models.find((candidate) => candidate.name === config.model);
  const variables = (model?.variables ?? []).map((variable) => {
    const shape = variable.shape.map((size) => evaluateDim(size, config.sizes));
    return { ...variable, sizes: shape, count: shape.reduce((product, size) => product * size, 1) };
  });
  const body = variables.map(({ name, kind, sizes, count }) => [
    `<code>${escapeHtml(name)}</code>`,
    kind,
    sizes.length === 0 ? "scalar" : sizes.join(" × "),
    count.toLocaleString("en"),
  ]);
  if (body.length === 0) return "";
  return `<details><summary>${body.length} variables</summary>\n${table(["path", "kind", "shape", "values"], body, new Set([2, 3]))}</details>`;
}

function environment(config: RunConfig): string {
  const overrides = Object.entries(config.overrides).map(([name, value]) => `${name} = ${value}`);
  const rows = [
    ["executor", config.executor],
    ...Object.entries(config.versions),
    ["settings by --set", overrides.length === 0 ? "none" : overrides.join(", ")],
    [
      "sizes",
      Object.entries(config.sizes)
        .map(([name, size]) => `${name} = ${size}`)
        .join(", "),
    ],
    ["plan hash", config.planHash],
  ] as const;
  return table(
    ["", ""],
    rows.map(([name, value]) => [`<span class="quiet">${escapeHtml(name)}</span>`, `<code>${escapeHtml(value)}</code>`]),
  );
}

function sources(config: RunConfig): string {
  return config.spec.files
    .map(({ path, text }) => {
      const lines = escapeHtml(text).replaceAll(/\/\/.*$/gm, '<span class="comment">$&</span>');
      return `<p class="quiet">${escapeHtml(path)}</p>\n<pre>${lines}</pre>`;
    })
    .join("\n");
}

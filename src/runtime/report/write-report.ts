// Writes a run's curves and report into its directory.
import { join } from "node:path";
import { writeAtomically } from "../files/atomic-file.ts";
import type { RunPaths } from "../train/run-directory.ts";
import { drawCurves } from "./curves.ts";
import { type ReportContent, renderReport } from "./report.ts";

/** Writes `curves/NAME.svg` and `report.html`; gives the report's path. */
export async function writeReport(content: Omit<ReportContent, "curves"> & { readonly paths: RunPaths }): Promise<string> {
  const curves = await drawCurves(content.rows);
  for (const { name, svg } of curves) {
    await writeAtomically(join(content.paths.curves, `${name.replaceAll(/[^\w.-]/g, "_")}.svg`), svg);
  }
  await writeAtomically(content.paths.report, renderReport({ ...content, curves }));
  return content.paths.report;
}

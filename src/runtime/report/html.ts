// Small pieces of HTML for the report: escaping, tables, numbers.
import type { Spread } from "../train/events.ts";

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A value with up to four significant decimals; a spread as mean ± standard deviation; a dash where there is none. */
export function showNumber(value: number | null | Spread | undefined): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return `${digits(value.mean)}<span class="spread"> ± ${digits(value.std)}</span>`;
  return digits(value);
}

function digits(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 4) : value.toExponential(2);
}

/** A table of ready HTML cells; columns listed in `numeric` are set right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: ReadonlySet<number> = new Set(),
): string {
  const cell = (tag: "td" | "th") => (html: string, index: number) =>
    `<${tag}${numeric.has(index) ? ' class="n"' : ""}>${html}</${tag}>`;
  const body = rows.map((row) => `<tr>${row.map(cell("td")).join("")}</tr>`).join("\n");
  return `<div class="scroll"><table><thead><tr>${head.map(cell("th")).join("")}</tr></thead>\n<tbody>${body}</tbody></table></div>`;
}

export function section(title: string, content: string, id: string): string {
  return content === "" ? "" : `<section id="${id}"><h2>${escapeHtml(title)}</h2>\n${content}\n</section>`;
}

/** Columns 1, 2, … up to `count` (all but the first). */
export function allButFirst(count: number): ReadonlySet<number> {
  return new Set(Array.from({ length: count }, (_, index) => index + 1));
}

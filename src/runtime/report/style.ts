// The report's style sheet: one column of text, quiet tables, light and dark.
export const style = `
:root { color-scheme: light dark; --ink: #1d1f21; --quiet: #63676b; --line: #e3e4e6; --ground: #fdfdfc; --panel: #f5f5f3; --accent: #0072b2; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e5e6; --quiet: #9a9ea3; --line: #303337; --ground: #17181a; --panel: #1f2123; --accent: #56b4e9; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 3.5rem 1.5rem 5rem; }
h1 { font-size: 1.9rem; font-weight: 600; letter-spacing: -0.015em; margin: 0; }
h2 { font-size: 1rem; font-weight: 600; margin: 3rem 0 0.9rem; padding-top: 1.1rem; border-top: 1px solid var(--line); }
p { margin: 0.4rem 0; max-width: 44rem; }
.quiet, .spread { color: var(--quiet); }
.spread { font-size: 0.86em; }
.figures { display: flex; flex-wrap: wrap; gap: 0.4rem 2.4rem; margin: 1.8rem 0 0; padding: 0; list-style: none; }
.figures b { display: block; font-size: 1.55rem; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.figures span.name { color: var(--quiet); font-size: 0.86rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th { font-weight: 500; color: var(--quiet); text-align: left; }
th, td { padding: 0.32rem 1.5rem 0.32rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td.n, th.n { text-align: right; white-space: nowrap; }
code, pre { font: 0.85rem/1.6 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre { background: var(--panel); border-radius: 6px; padding: 1rem 1.2rem; overflow-x: auto; margin: 0.6rem 0; }
pre .comment { color: var(--quiet); }
td code { overflow-wrap: anywhere; }
.curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1.6rem 1.2rem; }
figure { margin: 0; }
figcaption { font-size: 0.86rem; color: var(--quiet); margin-bottom: 0.3rem; }
figure svg { width: 100%; height: auto; }
details summary { cursor: pointer; color: var(--accent); font-size: 0.9rem; }
@media print { main { padding: 0; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } }
`;

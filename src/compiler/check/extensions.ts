// Extension operations: functions written in TypeScript whose signature is a text that the checker reads without running
// anything. An extension's result has the shape of its first tensor.
//   export const swish = operation("swish(x: f32[...]) -> f32[...]", { forward(x) { … }, gradient(x, result, g) { … } });
import { badExtension } from "../diagnostics/records/names/bad-extension.ts";
import { bind, type Scope } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import { parse } from "../syntax/parse.ts";
import { type Elaboration, report } from "./context.ts";

const declaration = /export\s+const\s+([A-Za-z_]\w*)\s*(?::[^=]+)?=\s*operation\(\s*(["'`])([^"'`]*)\2/g;

/** Binds the functions a TypeScript file declares into the scope of the file that uses it. */
export function bindExtensions(e: Elaboration, scope: Scope, path: string, source: string, used: Span): void {
  let found = 0;
  for (const match of source.matchAll(declaration)) {
    const [, name, , signature] = match;
    if (name === undefined || signature === undefined) continue;
    found += 1;
    const inside = signature.slice(signature.indexOf("(") + 1).split(")")[0] ?? "";
    const parameters = inside.split(",").map((parameter) => parameter.split(":")[0]?.trim() ?? "");
    const tensors = parameters.filter((parameter) => parameter !== "");
    const text = `mmx 1\nfn ${signature} = extension("${path}#${name}", ${tensors.join(", ")})\n`;
    const { ast, diagnostics } = parse({ path: used.file, text });
    const [item] = ast.items;
    if (diagnostics.length > 0 || item?.kind !== "fn" || item.name.text !== name || tensors.length === 0) {
      report(e, badExtension, { span: used, path, reason: `the signature of ${name} cannot be read: ${signature}` });
      continue;
    }
    bind(scope, name, { kind: "module", declaration: item, scope, settings: new Map(), path: "", span: used }, used);
  }
  if (found === 0) report(e, badExtension, { span: used, path, reason: 'it exports no `operation("name(x: f32[...]) -> f32[...]", …)`' });
}

// Extension operations: functions written in TypeScript whose signature is a text that the checker reads without running
// anything. An extension's result has the shape of its first tensor.
//   export const swish = operation("swish(x: f32[...]) -> f32[...]", { forward(x) { … }, gradient(x, result, g) { … } });
import { badExtension } from "../diagnostics/records/names/bad-extension.ts";
import { bind, type Scope } from "../names/scope.ts";
import type { Span } from "../source/span.ts";
import type { ModuleItem, Parameter, TypeExpression } from "../syntax/ast.ts";
import { parse } from "../syntax/parse.ts";
import { unknown } from "../types/value.ts";
import { type Elaboration, report } from "./context.ts";

const declaration = /export\s+const\s+([A-Za-z_]\w*)\s*(?::[^=]+)?=\s*operation\(\s*(["'`])([^"'`]*)\2/g;

/** Strings as they are, comments to be left out: what stands in one declares nothing. */
const stringOrComment = /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/.*|\/\*[\s\S]*?\*\//g;

/** Parameters of these types reach the function as tensors without axes. */
const scalarTypes: ReadonlySet<string> = new Set(["float", "int", "bool", "size"]);

/** Binds the functions a TypeScript file declares into the scope of the file that uses it. */
export function bindExtensions(e: Elaboration, scope: Scope, path: string, source: string, used: Span): void {
  let found = 0;
  for (const match of source.replaceAll(stringOrComment, "$1").matchAll(declaration)) {
    const [, name, , signature] = match;
    if (name === undefined || signature === undefined) continue;
    found += 1;
    const item = readSignature(path, name, signature);
    if (typeof item === "string") {
      report(e, badExtension, { span: used, path, reason: item });
      bind(scope, name, unknown, used);
    } else bind(scope, name, { kind: "module", declaration: item, scope, settings: new Map(), path: "", span: used }, used);
  }
  if (found === 0) {
    report(e, badExtension, {
      span: used,
      path,
      reason: 'it exports no `operation("name(x: f32[...]) -> f32[...]", …)`',
    });
  }
}

/** The signature as a function of the language that calls the operation, or what is wrong with it. */
function readSignature(path: string, name: string, signature: string): ModuleItem | string {
  const declared = parseFunction(path, `fn ${signature} = 0`);
  if (declared === undefined) return `the signature of ${name} cannot be read: ${signature}`;
  const { parameters, result } = declared;
  if (declared.name.text !== name) return `it exports ${name}, but the signature calls it ${declared.name.text}`;
  const strange = parameters.find(({ type }) => !isNumeric(type));
  if (strange !== undefined) {
    return `${strange.name.text} of ${name} needs a type: f32[…] or i32[…] for a tensor, float, int, bool or size for a number`;
  }
  const text = (type: TypeExpression): string => `mmx 1\nfn ${signature} = 0`.slice(type.span.start, type.span.end);
  const [first] = parameters;
  if (first?.type === undefined || first.type.kind !== "tensor")
    return `${name} takes no tensor first, and its result has the shape of the first`;
  if (result === undefined || text(result).replaceAll(/\s/g, "") !== text(first.type).replaceAll(/\s/g, "")) {
    return `the result of ${name} has the shape of its first tensor, so the signature has to end in -> ${text(first.type)}`;
  }
  const names = parameters.map((parameter) => parameter.name.text).join(", ");
  const mixed = parameters.map((parameter) => namedAxes(parameter)).join(",");
  return (
    parseFunction(path, `fn ${signature} = extension("${path}#${name}", ${names}, mixed: "${mixed}")`) ??
    `the path of ${name} cannot be written in a spec: ${path}`
  );
}

const isNumeric = (type: TypeExpression | undefined): boolean =>
  type?.kind === "tensor" || (type?.kind === "named" && scalarTypes.has(type.name.text));

/** How many last axes of a parameter its type names: the entries along those the function may mix. */
const namedAxes = ({ type }: Parameter): number =>
  type?.kind === "tensor" ? type.axes.filter(({ size }) => size !== undefined).length : 0;

function parseFunction(path: string, text: string): ModuleItem | undefined {
  const { ast, diagnostics } = parse({ path, text: `mmx 1\n${text}\n` });
  const [item] = ast.items;
  return diagnostics.length === 0 && ast.items.length === 1 && item?.kind === "fn" ? item : undefined;
}

// TypeScript to JavaScript for extension files: types are stripped, imports become calls that the loader answers.
import { ts } from "ts-morph";
import { positionAt } from "../../compiler/source/span.ts";
import { ExtensionError } from "./extension-error.ts";

export interface Transpiled {
  readonly code: string;
  /** JSON. */
  readonly sourceMap: string;
}

/** Throws `ExtensionError` at the first place that is no TypeScript. Types are not checked: that is the editor's work. */
export function transpile(path: string, text: string): Transpiled {
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(text, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, sourceMap: true, strict: true },
  });
  const [first] = diagnostics ?? [];
  if (first !== undefined) {
    const { line, column } = positionAt(text, first.start ?? 0);
    const reason = ts.flattenDiagnosticMessageText(first.messageText, " ");
    throw new ExtensionError(
      `${path}:${line}:${column}: ${reason}`,
      "Mend it there; an editor with TypeScript shows all such places.",
    );
  }
  return { code: outputText.replace(/^\/\/# sourceMappingURL=.*$/m, ""), sourceMap: sourceMapText ?? "{}" };
}

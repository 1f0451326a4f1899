// Which library module declares a name: for a spec that uses it without bringing the library in.
import { standardLibrary } from "../std/sources.ts";

/** The name of the module, `std.contrastive`; undefined where none declares it. */
export function libraryOf(name: string): string | undefined {
  if (!/^\w+$/.test(name)) return undefined;
  const declaration = new RegExp(`^(module|fn) ${name}\\(`, "m");
  return Object.keys(standardLibrary).find((library) => declaration.test(standardLibrary[library] ?? ""));
}

// Host functions of extension operations, by name: what `extension` nodes call on every executor.
import type { HostExtension } from "../../compiler/ops/operation.ts";
import { ExecutionError } from "./feeds.ts";

export type Extensions = Readonly<Record<string, HostExtension>>;

/** The look-up that executors hand to operations; it throws `ExecutionError` for a name that is not registered. */
export function extensionLookup(extensions: Extensions): (name: string) => HostExtension {
  return (name) => {
    const found = extensions[name];
    if (found === undefined) {
      throw new ExecutionError(
        `the extension operation ${name} is not registered: list the file that declares it in the spec's \`use\``,
      );
    }
    return found;
  };
}

// Where a node belongs, read from the path of bindings, members and calls that made it: `CyIN/q/text/Encode/both/Linear_2`.
import type { DeclaredNames } from "./names.ts";

/** Calls of one name at one place are numbered: `Linear_2`. */
export const withoutNumber = (component: string): string => component.replace(/_\d+$/, "");

/** The number of one call among repeated ones: `blocks/3/Residual`. */
const isRepeat = (component: string): boolean => /^\d+$/.test(component);

export interface Place {
  /** The components, joined: equal for equal places. */
  readonly key: string;
  /** The closed module that the node is inside of, or what was being bound. */
  readonly components: readonly string[];
  /** The same with the numbers of repeated calls: `blocks/3/Residual`. */
  readonly exact: string;
  /** Whether it is inside of a module that the picture keeps closed. */
  readonly closed: boolean;
  /** What is called there, from the outside to the inside, with the numbers of repeated calls: the parts of a closed module. */
  readonly inner: readonly string[];
  /** The function outside of any closed module that made it. */
  readonly called: string | undefined;
}

export interface Calls {
  readonly names: DeclaredNames;
  /** Names of own modules whose inside is shown. */
  readonly open: ReadonlySet<string>;
  /** Modules without weights are transparent: their steps belong to who reads them. */
  readonly weighted: (path: string) => boolean;
}

/** Looks places up by their paths; a path is worked out once. */
export function placeFinder(calls: Calls): (path: string) => Place {
  const known = new Map<string, Place>();
  return (path) => {
    const place = known.get(path) ?? placeOf(path, calls);
    known.set(path, place);
    return place;
  };
}

function placeOf(path: string, { names, open, weighted }: Calls): Place {
  const components = path.split("/");
  const kept: string[] = [];
  const until = (at: number): string => components.slice(0, at).join("/");
  for (const [at, component] of components.entries()) {
    const name = withoutNumber(component);
    if (at > 0 && names.functions.has(name))
      return { key: kept.join("/"), components: kept, exact: until(at + 1), closed: false, inner: [], called: name };
    if (!isRepeat(component)) kept.push(component);
    if (at === 0 || !isModule(name, names)) continue;
    const exact = until(at + 1);
    if (open.has(name) || !weighted(exact)) continue;
    return { key: kept.join("/"), components: kept, exact, closed: true, inner: components.slice(at + 1), called: undefined };
  }
  return { key: kept.join("/"), components: kept, exact: path, closed: false, inner: [], called: undefined };
}

export const isModule = (name: string, { modules, library }: DeclaredNames): boolean => modules.has(name) || library.has(name);

/** Paths of all modules that a weight is inside of. */
export function weightedModules(weights: Iterable<string>): (path: string) => boolean {
  const found = new Set<string>();
  for (const weight of weights) {
    const components = weight.slice(0, weight.lastIndexOf(".")).split("/");
    for (let length = components.length; length > 0; length -= 1) found.add(components.slice(0, length).join("/"));
  }
  return (path) => found.has(path);
}

/** The first call inside a closed module: what the module is made of. With its place, to tell one from another, and repeats aside. */
export function partOf(
  inner: readonly string[],
  names: DeclaredNames,
): { readonly place: string; readonly name: string } | undefined {
  const at = inner.findIndex((component) => isCall(withoutNumber(component), names));
  const component = inner[at];
  return component === undefined ? undefined : { place: inner.slice(0, at + 1).join("/"), name: withoutNumber(component) };
}

const isCall = (name: string, names: DeclaredNames): boolean => isModule(name, names) || names.functions.has(name);

/** `h[text]` for `Tri/h/text`: what was bound since the module around it; undefined where nothing was. */
export function bindingTitle(components: readonly string[], names: DeclaredNames): string | undefined {
  const start = components.findLastIndex((component, at) => at === 0 || isModule(withoutNumber(component), names)) + 1;
  const [name, ...index] = components.slice(start);
  if (name === undefined) return undefined;
  return index.length === 0 ? name : `${name}[${index.join(", ")}]`;
}

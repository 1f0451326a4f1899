// What is written in a picture: the titles of boxes and frames, what a box is made of, and the shapes that it hands on.
import type { Dim } from "../../dims/dim.ts";
import type { SymbolicGraph } from "../../ir/graph.ts";
import type { Link, Piece } from "./gather.ts";
import type { Group, Merged } from "./merge.ts";
import type { DeclaredNames } from "./names.ts";
import type { Arrow, Box, Picture } from "./picture.ts";
import { bindingTitle, isModule, partOf, withoutNumber } from "./places.ts";

/** Operations that only rearrange or fill in; no box is explained by them. */
const silent = new Set([
  "input",
  "variable",
  "constant",
  "literal",
  "iota",
  "reshape",
  "broadcast",
  "transpose",
  "cast",
  "slice",
  "stop",
  "part",
  "gather",
  "scatter_set",
  "select",
]);

/** Names in a row that a box has room for. */
const room = 5;

/** More operations than these are arithmetic that nobody would write into a figure. */
const few = 3;

export function describe(graph: SymbolicGraph, merged: Merged, names: DeclaredNames): Picture {
  const { groups, links } = merged;
  const byId = new Map(groups.map((group) => [group.id, group]));
  /** What a loss is measured against is named in it, not drawn. */
  const named = ({ from, to }: Link): boolean => byId.get(from)?.kind === "field" && byId.get(to)?.kind === "loss";
  const shown = links.filter((link) => !named(link) && !(link.from === link.to && byId.get(link.to)?.kind === "bank"));
  const drawn = groups.filter(({ id, kind }) => kind !== "field" || shown.some(({ from }) => from === id));
  const twins = twinFields(drawn, shown);
  const seen = (id: string): string => twins.get(id) ?? id;
  const boxes = drawn.flatMap((group): Box[] => {
    if (twins.has(group.id)) return [];
    const alike = [...twins].flatMap(([twin, kept]) => (kept === group.id ? [fieldName(twin)] : []));
    const against = links.flatMap((link) => (link.to === group.id && named(link) ? [fieldName(link.from)] : []));
    const made = madeOf(graph, group, merged, names);
    const measured = against.length === 0 ? [] : [`with ${[...new Set(against)].join(", ")}`];
    return [{ ...made, details: [...alike, ...made.details, ...measured, ...shapesOf(graph, shown, group)] }];
  });
  const arrows = new Map<string, Arrow>();
  for (const { from, to } of shown) {
    const arrow = { from: seen(from), to: seen(to), label: "", later: byId.get(to)?.kind === "bank" };
    arrows.set(`${arrow.from}\n${arrow.to}`, arrow);
  }
  return { boxes, arrows: [...arrows.values()], modules: framesOf(boxes, names) };
}

const fieldName = (id: string): string => id.slice("field ".length);

/** Fields of one name that one box reads, as `source.text` and `target.text` through one network: each but the first to the first. */
function twinFields(groups: readonly Group[], links: readonly Link[]): ReadonlyMap<string, string> {
  const readers = (id: string): readonly string[] => links.flatMap(({ from, to }) => (from === id ? [to] : []));
  const twins = new Map<string, string>();
  const kept: string[] = [];
  for (const { id, kind } of groups) {
    if (kind !== "field") continue;
    const own = readers(id);
    const name = id.slice(id.indexOf(".") + 1);
    const first = kept.find(
      (other) => other.slice(other.indexOf(".") + 1) === name && readers(other).some((to) => own.includes(to)),
    );
    if (first === undefined) kept.push(id);
    else twins.set(id, first);
  }
  return twins;
}

function madeOf(graph: SymbolicGraph, group: Group, { places }: Merged, names: DeclaredNames): Box {
  const { id, kind, modules } = group;
  const steps = stepsOf(graph, group, places);
  const path = id.slice(id.indexOf(" ") + 1);
  if (kind === "field") return { id, kind, title: path, details: inRoom(steps), inside: [] };
  if (kind === "bank")
    return { id, kind, title: bindingTitle(path.split("/"), names) ?? path, details: inRoom(steps), inside: [] };
  if (kind === "loss" || kind === "prediction")
    return { id, kind, title: path.replace(".", " "), details: inRoom(steps), inside: [] };
  const components = places.get(group.named ?? -1)?.components ?? [];
  const around = kind === "module" ? components.slice(0, -1) : components;
  const binding = bindingTitle(around, names);
  const inside = around.flatMap((component, at) =>
    at > 0 && isModule(withoutNumber(component), names) ? [around.slice(0, at + 1).join("/")] : [],
  );
  const [only, ...more] = modules;
  if (only === undefined || more.length > 0) {
    const [title, ...details] = binding === undefined ? inRoom(steps) : [binding, ...inRoom(steps)];
    return { id, kind: "step", title: title ?? around.at(-1) ?? "", details, inside };
  }
  const module = withoutNumber(components.at(-1) ?? "");
  // A library's module is known by its name.
  const parts = names.library.has(module) ? [] : partsOf(only, places, names);
  const beside = steps.filter((step) => step !== module);
  const title = binding === undefined ? module : `${binding} · ${module}`;
  return { id, kind: "step", title, details: [...inRoom(parts), ...inRoom(beside)], inside };
}

/** What a group does, in order: the modules and functions that it calls; the operations, where it calls none. */
function stepsOf(graph: SymbolicGraph, { nodes, modules }: Group, places: Merged["places"]): string[] {
  const calls = new Map<string, string>();
  const operations = new Set<string>();
  for (const index of nodes) {
    const place = places.get(index);
    if (place === undefined) continue;
    const { components, exact, closed, called } = place;
    if (closed) calls.set(exact, withoutNumber(components.at(-1) ?? ""));
    else if (called !== undefined) calls.set(exact, called);
    else operations.add(graph.nodes[index]?.op ?? "");
  }
  const named = counted([...calls.values()], modules.length === 0);
  const plain = [...operations].filter((operation) => !silent.has(operation));
  return named.length > 0 || plain.length > few ? named : plain;
}

/** The parts of a closed module; repeated ones are counted. */
function partsOf({ nodes }: Piece, places: Merged["places"], names: DeclaredNames): string[] {
  const parts = new Map<string, string>();
  for (const { inner } of new Set(nodes.flatMap((index) => places.get(index) ?? []))) {
    const part = partOf(inner, names);
    if (part !== undefined) parts.set(part.place, part.name);
  }
  const inOrder = counted([...parts.values()], false);
  if (inOrder.length <= room) return inOrder;
  const all = [...parts.values()].filter((name) => isModule(name, names));
  return [...new Set(all)].map((name) => times(all.filter((other) => other === name).length, name));
}

const times = (count: number, name: string): string => (count === 1 ? name : `${count} × ${name}`);

/** Names in a row, equal ones counted: those that follow one another, or all of them where their order says nothing. */
function counted(all: readonly string[], unordered: boolean): string[] {
  const runs: { readonly name: string; count: number }[] = [];
  for (const name of all) {
    const run = unordered ? runs.find((earlier) => earlier.name === name) : runs.at(-1);
    if (run?.name === name) run.count += 1;
    else runs.push({ name, count: 1 });
  }
  return runs.map(({ name, count }) => (unordered ? name : times(count, name)));
}

/** One line, cut where it grows too long. */
const inRoom = (all: readonly string[]): string[] =>
  all.length === 0 ? [] : [`${all.slice(0, room).join(", ")}${all.length > room ? ", …" : ""}`];

const shapeText = (shape: readonly Dim[]): string => `[${shape.map(({ key }) => key).join(", ")}]`;

/** The shapes that others read; none for scalars, and none where they are many. */
function shapesOf(graph: SymbolicGraph, links: readonly Link[], { id, kind }: Group): string[] {
  if (kind === "prediction" || kind === "loss") return [];
  const read = links.filter(({ from, to }) => from === id && to !== id).map(({ node }) => graph.nodes[node]?.shape ?? []);
  const shapes = [...new Set(read.filter((shape) => shape.length > 0).map(shapeText))];
  return shapes.length === 0 || shapes.length > 2 ? [] : [shapes.join(" and ")];
}

/** A module is framed where it holds more than one box. */
function framesOf(boxes: readonly Box[], names: DeclaredNames): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { inside } of boxes) for (const path of inside) counts.set(path, (counts.get(path) ?? 0) + 1);
  return new Map(
    [...counts].flatMap(([path, count]) => {
      if (count < 2) return [];
      const components = path.split("/");
      const name = withoutNumber(components.at(-1) ?? "");
      const binding = bindingTitle(components.slice(0, -1), names);
      return [[path, binding === undefined ? name : `${binding} · ${name}`] as const];
    }),
  );
}

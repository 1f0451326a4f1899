// Loose steps join the box that they belong to, and calls in a row become one box, until only what branches is left.
import type { Link, Piece, Pieces } from "./gather.ts";

/** A box in the making: a piece with all that has joined it. */
export interface Group extends Piece {
  /** The node whose place it is named by. */
  readonly named: number | undefined;
  /** The pieces that were modules, in the graph's order. */
  readonly modules: readonly Piece[];
}

export interface Merged {
  readonly groups: readonly Group[];
  readonly links: readonly Link[];
  readonly places: Pieces["places"];
}

/**
 * Joins, until nothing changes: a loose piece to the only piece that reads it, or else to the only one that it reads; of one
 * binding, a module to the only one that follows it, and to the loose steps that do.
 */
export function merge({ pieces, links, places }: Pieces): Merged {
  const groups = new Map<string, Group>(
    pieces.map((piece) => [piece.id, { ...piece, named: piece.nodes[0], modules: piece.kind === "module" ? [piece] : [] }]),
  );
  const readers = new Map<string, Map<string, Link[]>>();
  const sources = new Map<string, Map<string, Link[]>>();
  const connect = (table: Map<string, Map<string, Link[]>>, from: string, to: string, link: Link): void => {
    const row = table.get(from) ?? new Map<string, Link[]>();
    table.set(from, row);
    row.set(to, [...(row.get(to) ?? []), link]);
  };
  for (const link of links) {
    connect(readers, link.from, link.to, link);
    connect(sources, link.to, link.from, link);
  }
  /** `from` becomes part of `into`. */
  const join = (from: string, into: string): void => {
    const [one, other] = [groups.get(from), groups.get(into)];
    if (one === undefined || other === undefined) throw new RangeError(`no pieces ${from} and ${into} to join`);
    groups.set(into, {
      ...other,
      // Calls in a row are named by the last, a module that takes up what follows by itself.
      ...(other.kind === "loose" && one.kind === "module" ? { kind: one.kind, named: one.named } : {}),
      nodes: [...one.nodes, ...other.nodes].sort((a, b) => a - b),
      modules: [...one.modules, ...other.modules].sort((a, b) => (a.nodes[0] ?? 0) - (b.nodes[0] ?? 0)),
    });
    groups.delete(from);
    for (const [table, opposite] of [
      [readers, sources],
      [sources, readers],
    ] as const) {
      for (const [neighbour, between] of table.get(from) ?? []) {
        opposite.get(neighbour)?.delete(from);
        if (neighbour === into) continue;
        for (const link of between) {
          connect(table, into, neighbour, link);
          connect(opposite, neighbour, into, link);
        }
      }
      table.delete(from);
    }
    readers.get(into)?.delete(from);
    sources.get(into)?.delete(from);
  };
  const only = (row: Map<string, unknown> | undefined): Group | undefined => {
    const [name, ...more] = row?.keys() ?? [];
    return name === undefined || more.length > 0 ? undefined : groups.get(name);
  };
  const bindingOf = ({ kind, named }: Group): string => {
    const components = places.get(named ?? -1)?.components ?? [];
    return (kind === "module" ? components.slice(0, -1) : components).join("/");
  };
  /** The group that this one should become part of. */
  const host = (group: Group): Group | undefined => {
    const [reader, source] = [only(readers.get(group.id)), only(sources.get(group.id))];
    if (group.kind === "loose") {
      if (reader !== undefined && reader.kind !== "prediction") return reader;
      return source !== undefined && source.kind !== "bank" ? source : undefined;
    }
    if (group.kind !== "module" || reader === undefined || reader.id === group.id) return undefined;
    if (bindingOf(reader) !== bindingOf(group)) return undefined;
    if (reader.kind === "module") return only(sources.get(reader.id)) === group ? reader : undefined;
    const before = [...(sources.get(reader.id)?.keys() ?? [])].flatMap((id) => groups.get(id) ?? []);
    const beside = before.filter((other) => other.kind === "module" && bindingOf(other) === bindingOf(group));
    return reader.kind === "loose" && beside.length === 1 ? reader : undefined;
  };
  for (let changed = true; changed; ) {
    changed = false;
    // From the results backwards, so that a row of loose steps goes to who reads it in one round.
    for (const group of [...groups.values()].reverse()) {
      const into = groups.has(group.id) ? host(groups.get(group.id) ?? group) : undefined;
      if (into === undefined || into.id === group.id) continue;
      join(group.id, into.id);
      changed = true;
    }
  }
  const left = [...readers].flatMap(([from, row]) =>
    [...row].flatMap(([to, between]) => between.map(({ node }) => ({ from, to, node }))),
  );
  return { groups: [...groups.values()], links: left, places };
}

// Sets a README's tables: what stands between the lines `<!-- table: NAME -->` and `<!-- end of table -->`.

const opening = /^<!-- table: ([a-z0-9-]+) -->$/;
const closing = "<!-- end of table -->";

/** Names of the README's places, in their order. */
export function placesOf(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => opening.exec(line)?.[1] ?? []);
}

/**
 * The text with new contents in the places that have some; other places stay as they are. Raises `Error` where a place has no end or
 * a content has no place: a table that nobody shows is a mistake.
 */
export function withTables(text: string, contents: ReadonlyMap<string, string>, path: string): string {
  const places = placesOf(text);
  const homeless = [...contents.keys()].filter((name) => !places.includes(name));
  if (homeless.length > 0)
    throw new Error(
      `${path} has no place for ${homeless.join(", ")}: it needs the lines <!-- table: ${homeless[0]} --> and ${closing}`,
    );
  const lines: string[] = [];
  let open: string | undefined;
  for (const line of text.split("\n")) {
    const name = opening.exec(line)?.[1];
    if (open !== undefined && name !== undefined) break;
    if (name !== undefined) {
      lines.push(line);
      open = name;
      const content = contents.get(name);
      if (content !== undefined) lines.push(...content.trimEnd().split("\n"));
    } else if (line === closing && open !== undefined) {
      lines.push(line);
      open = undefined;
    } else if (open === undefined || !contents.has(open)) lines.push(line);
  }
  if (open !== undefined) throw new Error(`${path}: <!-- table: ${open} --> has no line ${closing} after it`);
  return lines.join("\n");
}

// How rows and columns are cut into register tiles: as many equal ones as fit, run by a loop, then one smaller one.

/** Four neighbouring columns of a tile, of which lanes first .. end - 1 are to be stored. */
export interface ColumnVector {
  /** Of lane 0, counted from the tile's first column. Less than the vector's place times 4 where it overlaps the one before it. */
  readonly start: number;
  readonly first: number;
  readonly end: number;
}

export interface Tile {
  readonly rows: number;
  readonly vectors: readonly ColumnVector[];
  /** The vectors that are packed together, and how many of them come before the tile's own. */
  readonly panel: { readonly vectors: number; readonly before: number };
}

/** `trips` tiles of so many rows, one after the other. */
export interface RowRun {
  readonly rows: number;
  readonly trips: number;
}

/** Runs of tiles, and the rest: fewer rows than any of them has. */
export interface RowTiles {
  readonly runs: readonly RowRun[];
  readonly rest: number;
}

export interface ColumnTiles {
  readonly vectors: readonly ColumnVector[];
  readonly trips: number;
  readonly rest: readonly ColumnVector[];
}

export function rowTiles(size: number, rows: number): RowTiles {
  return { runs: [{ rows, trips: Math.floor(size / rows) }], rest: size % rows };
}

/** The same rows in tiles of `height` for as many as leave tiles of the height that they have, and no other rest than there is. */
export function inHigherTiles({ runs, rest }: RowTiles, height: number): RowTiles {
  const { rows, trips } = runs[0] as RowRun;
  // So many of the higher ones are as many rows as a number of the others.
  const together = leastMultiple(rows, height);
  const groups = Math.floor((trips * rows) / together);
  const higher = { rows: height, trips: (groups * together) / height };
  const others = { rows, trips: trips - (groups * together) / rows };
  return { runs: [higher, others].filter(({ trips: count }) => count > 0), rest };
}

function leastMultiple(one: number, other: number): number {
  let multiple = one;
  while (multiple % other !== 0) multiple += one;
  return multiple;
}

/** Rows of all tiles but the rest. */
export const tiledRows = ({ runs }: RowTiles): number => runs.reduce((sum, { rows, trips }) => sum + rows * trips, 0);

/**
 * The last columns of a size that is no multiple of 4 are computed by a vector that begins before them, at size - 4; with
 * `again` all of its lanes are stored, otherwise only the new ones. Fewer than 4 columns fill the first lanes of one vector.
 */
export function columnTiles(size: number, vectors: number, again: boolean): ColumnTiles {
  const whole = Math.floor(size / 4);
  const trips = Math.floor(whole / vectors);
  const done = 4 * trips * vectors;
  const rest: ColumnVector[] = wholeVectors(whole - trips * vectors);
  const left = size % 4;
  if (left > 0 && size >= 4) rest.push({ start: size - 4 - done, first: again ? 0 : 4 - left, end: 4 });
  else if (left > 0) rest.push({ start: 0, first: 0, end: left });
  return { vectors: wholeVectors(vectors), trips, rest };
}

function wholeVectors(count: number): ColumnVector[] {
  return Array.from({ length: count }, (_, at) => ({ start: 4 * at, first: 0, end: 4 }));
}

/** Equal runs of the tiles of all columns, and how often each is run: runs of at most `trips` tiles. */
export interface ColumnBlock {
  readonly count: number;
  readonly columns: ColumnTiles;
}

export function columnBlocks(columns: ColumnTiles, trips: number): readonly ColumnBlock[] {
  const blocks = Math.ceil(columns.trips / trips);
  if (blocks <= 1) return [{ count: 1, columns }];
  const each = Math.ceil(columns.trips / blocks);
  const count = Math.floor(columns.trips / each);
  const last = { ...columns, trips: columns.trips - count * each };
  const whole = { count, columns: { ...columns, trips: each, rest: [] } };
  return last.trips > 0 || last.rest.length > 0 ? [whole, { count: 1, columns: last }] : [whole];
}

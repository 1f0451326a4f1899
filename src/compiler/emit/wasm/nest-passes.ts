// How a row of a nest is run: in passes, each a walk over the row, divided by the reductions. What a later pass needs of an
// earlier one is computed again where that is cheap, else kept: in locals if the row is short, else in memory that the row's
// own results will take.
import type { Instruction } from "../../loops/kernel.ts";
import type { Level } from "./nest-levels.ts";
import { weightOf } from "./nest-order.ts";
import { inputsOf, type LoopNest, type NestStore } from "./nest-shape.ts";

export interface Pass {
  /** The reductions that it computes. */
  readonly reductions: readonly number[];
  /** The stores that it makes in every iteration. */
  readonly stores: readonly NestStore[];
  /** About how many instructions of the machine four entries take. */
  readonly weight: number;
}

/** An element value that passes after `home` read from where it was left. */
export interface Kept {
  readonly home: number;
  /** The last pass that may read it. */
  readonly until: number;
  /** The store whose place holds it; undefined: locals do. */
  readonly at: NestStore | undefined;
}

export interface RowPlan {
  readonly passes: readonly Pass[];
  readonly kept: ReadonlyMap<number, Kept>;
  /** Whether the row is written out vector by vector, without a loop. */
  readonly unrolled: boolean;
  /** How many rows run together: where sums over rows go to memory, one addition there serves them all. */
  readonly rows: 1 | 4;
}

/**
 * Weights of all vectors of a row up to which it is unrolled: of one pass, of several, and of several where locals can hold
 * what is costly to compute again. Longer code runs slower than a loop: it no longer fits the processor's cache of decoded ones.
 */
const [mostInOnePass, mostInPasses, mostForLocals] = [160, 400, 1500];
const mostVectors = 16;
/** Costs from which a value is kept in a local, and in memory; and what an instruction must cost to be worth unrolling. */
const [localLimit, memoryLimit, costly] = [3, 8, 6];

export function rowPlan(nest: LoopNest, levels: readonly Level[]): RowPlan {
  const { sizes, body, stores } = nest;
  const vectors = Math.ceil((sizes[sizes.length - 1] as number) / 4);
  const isElement = (at: number): boolean => levels[at]?.element === true;
  const passOf = (at: number): number => levels[at]?.pass ?? 0;
  const reductions = body.flatMap((instruction, at) => (instruction.op === "reduce" && isElement(instruction.input) ? [at] : []));
  const valuePass = ({ value, index }: NestStore): number =>
    Math.max(passOf(value), index === undefined ? 0 : passOf(index.value));
  const each = stores.filter((store) => store.each);
  const count = Math.max(0, ...reductions.map(passOf), ...each.map((store) => valuePass(store) + 1));
  const loaded = new Set(body.flatMap(({ op, ...rest }) => ("access" in rest && op !== "random" ? [rest.access.buffer] : [])));
  // What is updated in place must be read by all passes before it changes.
  const storePass = (store: NestStore): number => (loaded.has(store.access.buffer) ? count - 1 : valuePass(store));

  const bare = Array.from({ length: count }, (_, pass) => {
    const own = {
      reductions: reductions.filter((at) => passOf(at) === pass + 1),
      stores: each.filter((store) => storePass(store) === pass),
    };
    return { ...own, roots: rootsOf(body, own) };
  });
  const closure = (roots: readonly number[], stop: (at: number) => boolean): ReadonlySet<number> => {
    const seen = new Set<number>();
    const visit = (at: number): void => {
      if (!isElement(at) || seen.has(at) || stop(at)) return;
      seen.add(at);
      for (const input of inputsOf(body[at] as Instruction)) visit(input);
    };
    for (const root of roots) visit(root);
    return seen;
  };
  const weigh = (values: ReadonlySet<number>): number =>
    [...values].reduce((total, at) => total + weightOf(body[at] as Instruction), 0);
  const all = bare.map(({ roots }) => closure(roots, () => false));
  const whole = all.reduce((total, values) => total + weigh(values), 0);
  const isShared = (at: number): boolean => all.filter((values) => values.has(at)).length > 1;
  const needsLocals = body.some((instruction, at) => weightOf(instruction) >= costly && isShared(at));
  const most = count <= 1 ? mostInOnePass : needsLocals ? mostForLocals : mostInPasses;
  const unrolled = (count <= 1 || vectors <= mostVectors) && vectors * Math.max(whole, 2) <= most;

  const kept = new Map<number, Kept>();
  const first = new Map<number, number>();
  const free = each.filter(
    ({ mode, index, access }) =>
      mode === "set" &&
      index === undefined &&
      access.strides[sizes.length - 1] === 1 &&
      !loaded.has(access.buffer) &&
      stores.filter((other) => other.access.buffer === access.buffer).length === 1,
  );
  const placeFor = (at: number, home: number, pass: number): Kept | undefined => {
    if (unrolled) return { home, until: count, at: undefined };
    const own = free.find((store) => store.value === at && storePass(store) === home);
    if (own !== undefined) return { home, until: count, at: own };
    const later = free.find((store) => storePass(store) >= pass && ![...kept.values()].some((other) => other.at === store));
    return later && { home, until: storePass(later), at: later };
  };
  const isKept = (at: number, pass: number): boolean => {
    const place = kept.get(at);
    return place !== undefined && place.home < pass && pass <= place.until;
  };
  bare.forEach(({ roots }, pass) => {
    const seen = new Set<number>();
    const visit = (at: number): void => {
      if (!isElement(at) || seen.has(at) || isKept(at, pass)) return;
      seen.add(at);
      const home = first.get(at);
      if (home === undefined) first.set(at, pass);
      else if (home < pass && !kept.has(at)) {
        const cost = weigh(closure([at], (input) => isKept(input, pass)));
        const place = cost >= (unrolled ? localLimit : memoryLimit) ? placeFor(at, home, pass) : undefined;
        if (place !== undefined) {
          kept.set(at, place);
          return;
        }
      }
      for (const input of inputsOf(body[at] as Instruction)) visit(input);
    };
    for (const root of roots) visit(root);
  });

  const passes = bare.map(({ roots, ...own }, pass): Pass => {
    const values = closure(roots, (at) => isKept(at, pass));
    return { ...own, weight: weigh(values) + own.stores.length + own.reductions.length };
  });
  return { passes, kept, unrolled, rows: rowsTogether(nest, reductions.length > 0, whole) };
}

function rootsOf(body: readonly Instruction[], { reductions, stores }: Pick<Pass, "reductions" | "stores">): readonly number[] {
  return [
    ...reductions.flatMap((at) => inputsOf(body[at] as Instruction)),
    ...stores.flatMap(({ value, index }) => (index === undefined ? [value] : [value, index.value])),
  ];
}

function rowsTogether({ sizes, stores }: LoopNest, reduces: boolean, weight: number): 1 | 4 {
  const last = sizes.length - 1;
  if (last === 0 || reduces || weight > 40 || (sizes[last - 1] as number) < 4) return 1;
  if (stores.some(({ each, index }) => !each || index !== undefined)) return 1;
  const sumsOverRows = stores.some(
    ({ mode, access }) => mode !== "set" && access.strides[last] === 1 && access.strides[last - 1] === 0,
  );
  return sumsOverRows ? 4 : 1;
}

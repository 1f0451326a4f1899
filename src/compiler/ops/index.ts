// The closed set of primitives, one file each. Everything else in the language is written over them.
import { abs } from "./abs.op.ts";
import { add } from "./add.op.ts";
import { argmax } from "./argmax.op.ts";
import { broadcast } from "./broadcast.op.ts";
import { cast } from "./cast.op.ts";
import { concat } from "./concat.op.ts";
import { constant } from "./constant.op.ts";
import { cos } from "./cos.op.ts";
import { divide } from "./divide.op.ts";
import { dot } from "./dot.op.ts";
import { equal } from "./equal.op.ts";
import { erf } from "./erf.op.ts";
import { exp } from "./exp.op.ts";
import { extension } from "./extension.op.ts";
import { floor } from "./floor.op.ts";
import { gather } from "./gather.op.ts";
import { gradientScale } from "./gradient_scale.op.ts";
import { input } from "./input.op.ts";
import { iota } from "./iota.op.ts";
import { less } from "./less.op.ts";
import { lessEqual } from "./less_equal.op.ts";
import { literal } from "./literal.op.ts";
import { log } from "./log.op.ts";
import { log1p } from "./log1p.op.ts";
import { max } from "./max.op.ts";
import { maximum } from "./maximum.op.ts";
import { minimum } from "./minimum.op.ts";
import { multiply } from "./multiply.op.ts";
import { negate } from "./negate.op.ts";
import type { Operation } from "./operation.ts";
import { pad } from "./pad.op.ts";
import { part } from "./part.op.ts";
import { power } from "./power.op.ts";
import { random } from "./random.op.ts";
import { reshape } from "./reshape.op.ts";
import { reverse } from "./reverse.op.ts";
import { round } from "./round.op.ts";
import { scan } from "./scan.op.ts";
import { scatterAdd } from "./scatter_add.op.ts";
import { scatterSet } from "./scatter_set.op.ts";
import { select } from "./select.op.ts";
import { sigmoid } from "./sigmoid.op.ts";
import { sign } from "./sign.op.ts";
import { sin } from "./sin.op.ts";
import { slice } from "./slice.op.ts";
import { sqrt } from "./sqrt.op.ts";
import { stop } from "./stop.op.ts";
import { subtract } from "./subtract.op.ts";
import { sum } from "./sum.op.ts";
import { tanh } from "./tanh.op.ts";
import { transpose } from "./transpose.op.ts";
import { unwindow } from "./unwindow.op.ts";
import { variable } from "./variable.op.ts";
import { window } from "./window.op.ts";

/** Every primitive, in the order of the reference page. */
export const operations: readonly Operation[] = [
  input,
  variable,
  constant,
  literal,
  iota,
  random,
  negate,
  exp,
  log,
  log1p,
  sqrt,
  abs,
  sign,
  tanh,
  sigmoid,
  erf,
  sin,
  cos,
  floor,
  round,
  cast,
  add,
  subtract,
  multiply,
  divide,
  power,
  maximum,
  minimum,
  equal,
  less,
  lessEqual,
  select,
  sum,
  max,
  argmax,
  reshape,
  transpose,
  broadcast,
  slice,
  pad,
  concat,
  reverse,
  window,
  unwindow,
  dot,
  gather,
  scatterAdd,
  scatterSet,
  extension,
  scan,
  part,
  stop,
  gradientScale,
];

const byName = new Map(operations.map((each) => [each.name, each]));

/** The primitive of this name. Throws where there is none: only a graph made by hand can name one. */
export function operation(name: string): Operation {
  const found = byName.get(name);
  if (found === undefined) throw new RangeError(`there is no operation ${name}`);
  return found;
}

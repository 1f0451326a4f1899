// What is not real reaches no result: built-ins that pick entries, on padding of any length and content.
import { describe, expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { check, predict } from "./run.ts";

/** Statements, and the rows of the prediction for the two samples. */
const cases: readonly (readonly [string, string, readonly (readonly number[])[]])[] = [
  [
    "last",
    "  score = clip.x |> last(over: T)",
    [
      [5, 6],
      [7, 8],
    ],
  ],
  [
    "first",
    "  score = clip.x |> first(over: T)",
    [
      [1, 2],
      [7, 8],
    ],
  ],
  [
    "at, beyond a sample's length",
    "  score = at(clip.x, 2, over: T)",
    [
      [5, 6],
      [0, 0],
    ],
  ],
  [
    "positions along another value's axis",
    "  score = sum(clip.x * spread(positions(over: T, like: clip.x) * 1.0, like: clip.x), over: T)",
    [
      [13, 16],
      [0, 0],
    ],
  ],
  [
    "shift from the end",
    "  score = shift(clip.x, by: -1, over: T) |> first(over: T)",
    [
      [3, 4],
      [0, 0],
    ],
  ],
  [
    "last of two ragged values joined",
    "  score = concat(clip.x, 2 * clip.x, along: T, as: S) |> last(over: S)",
    [
      [10, 12],
      [14, 16],
    ],
  ],
  [
    "first present member",
    "  score = stack(clip[m] for m in M) |> first(over: M)",
    [
      [10, 20],
      [50, 60],
    ],
  ],
  [
    "one member of a stack",
    "  score = pick(stack(clip[m] for m in M), a, from: M)",
    [
      [10, 20],
      [0, 0],
    ],
  ],
  [
    "a mean over members",
    "  score = mean(clip[m] for m in M)",
    [
      [20, 30],
      [50, 60],
    ],
  ],
  [
    "a maximum",
    "  score = max(clip.x, over: T)",
    [
      [5, 6],
      [7, 8],
    ],
  ],
  [
    "a sum of what softmax makes",
    "  score = sum(softmax(clip.x, over: T), over: T)",
    [
      [1, 1],
      [1, 1],
    ],
  ],
  [
    "a scan's outputs",
    "  x = clip.x\n  s = scan x over T carry h = zeros(B, 2) { next h = h + x, h + x }\n  score = s |> last(over: T)",
    [
      [9, 12],
      [7, 8],
    ],
  ],
  [
    "a scan from the end",
    "  x = clip.x\n  s = scan x over T backward carry h = zeros(B, 2) { next h = 2 * h + x, 2 * h + x }\n  score = s |> first(over: T)",
    [
      [27, 34],
      [7, 8],
    ],
  ],
];

describe("padding and absence", () => {
  test.each(cases)("%s", (_, body, expected) => {
    expect(predict(body, 3, 0)).toEqual(expected);
    expect(predict(body, 3, 999)).toEqual(expected);
    expect(predict(body, 8, -999)).toEqual(expected);
  });
});

/** What would let padding in is refused. */
const refused: readonly (readonly [string, string])[] = [
  ["a size of padding as a number", "  score = sum(clip.x, over: T) / size(clip.x, T)"],
  [
    "a scan after the mean over the batch",
    "  x = mean(clip.x, over: B)\n  s = scan x over T carry h = zeros(2) { next h = h + x, h }\n  score = spread(s |> last(over: T), like: clip.b)",
  ],
  ["a length of what has none", "  x = mean(clip.x, over: B)\n  score = clip.b * norm(x, over: T)"],
  ["a ragged axis merged", "  score = clip.b + (merge(clip.x, T, last) |> mean(over: last) |> expand(last))"],
  ["a ragged axis reversed", "  score = reverse(clip.x, over: T) |> first(over: T)"],
];

test.each(refused)("%s is refused", (_, body) => {
  expect(check(body).map(({ code }) => code)).toEqual(["MMX2113"]);
});

test("a fault in a library module's default is shown at the user's call", () => {
  const spec = `mmx 1
use std.attention
dim T ragged
data clips {
  x: f32[B, T, 4]
  y: target f32[B]
}
model Long(clip: clips) {
  score = clip.x |> Positions() |> mean(over: T) |> Linear(1) |> squeeze()
  predict y = score
  loss task = mae(score, clip.y)
}
`;
  const { diagnostics } = checkSpec(memoryHost({ "long.mmx": spec }), "long.mmx");
  expect(diagnostics.map(({ code, span }) => [code, spec.slice(span.start, span.end)])).toEqual([["MMX2101", "Positions()"]]);
});

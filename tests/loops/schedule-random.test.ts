// Random kernel programs, scheduled as they would be and cut as finely as they can be, compute what they say.
import { expect, test } from "vitest";
import type { KernelProgram } from "../../src/compiler/loops/kernel.ts";
import { wave } from "../executors/samples.ts";
import { randomProgram } from "./random-programs.ts";
import { expectSchedules, type Given } from "./run-schedule.ts";

function givenTo(program: KernelProgram): Given {
  const named = (kind: string) =>
    Object.fromEntries(
      program.buffers.flatMap((buffer, at) => {
        const length = buffer.shape.reduce((total, size) => total * size, 1);
        return buffer.kind === kind ? [[buffer.name ?? "", wave(length, at * 0.37)]] : [];
      }),
    );
  return { inputs: named("input"), variables: named("variable") };
}

const seeds = Array.from({ length: 12 }, (_, group) => group);

test.each(seeds)("programs from seed %i00", { timeout: 120_000 }, (group) => {
  let chunked = 0;
  for (let seed = 100 * group; seed < 100 * group + 24; seed += 1) {
    const program = randomProgram(seed);
    const given = givenTo(program);
    const finest = [1, 2, 4].map((entries) => ({ finest: true, entries }));
    const planned = expectSchedules(program, given, [{}, { finest: true }, ...finest]);
    chunked += planned.flatMap(({ segments }) => segments).filter(({ kind }) => kind === "chunked").length;
  }
  expect(chunked).toBeGreaterThan(12);
});

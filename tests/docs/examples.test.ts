// The examples are what people read first: all are clean and laid out canonically, as the commands themselves find.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { mmx } from "../cli/command.ts";

const folder = fileURLToPath(new URL("../..", import.meta.url));

test("mmx check examples finds nothing", async () => {
  const { exit, out, error } = await mmx(["check", "examples", "--json"], { folder });
  expect(error).toBe("");
  expect(JSON.parse(out)).toMatchObject({ errors: 0, warnings: 0 });
  expect(JSON.parse(out).files).toBeGreaterThanOrEqual(3);
  expect(exit).toBe(0);
});

test("mmx fmt --check examples finds nothing", async () => {
  const { exit, error } = await mmx(["fmt", "--check", "examples"], { folder });
  expect([exit, error]).toEqual([0, ""]);
});

// Tests: text in, text out. Two workers, since a step of a real model keeps a core busy. The files that a worker runs share what it
// has loaded, which saves a quarter of the time: a test that changes something global puts it back.
import { defineConfig } from "vitest/config";

// The compiler's tests need no built command.
const compiler = ["check", "diagnostics", "grammar", "ir", "loops", "ops", "syntax", "wrong"].map(
  (name) => `tests/${name}/**/*.test.ts`,
);

// `npm run conformance` draws ten times as many cases.
const common = { isolate: false, testTimeout: process.env.MMX_CONFORMANCE === "full" ? 300_000 : 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: "compiler", include: compiler } },
      { test: { ...common, name: "mmx", include: ["tests/**/*.test.ts"], exclude: compiler, globalSetup: ["tests/build.ts"] } },
    ],
  },
});

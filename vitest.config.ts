// Tests: text in, text out. Two workers, since a step of a real model keeps a core busy.
import { defineConfig } from "vitest/config";

// The compiler keeps nothing between calls, so its tests can share what a worker has loaded.
const compiler = ["check", "diagnostics", "grammar", "ir", "loops", "ops", "syntax", "wrong"].map(
  (name) => `tests/${name}/**/*.test.ts`,
);

// `npm run conformance` draws ten times as many cases.
const limits = { testTimeout: process.env.MMX_CONFORMANCE === "full" ? 300_000 : 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...limits, name: "compiler", include: compiler, isolate: false } },
      { test: { ...limits, name: "mmx", include: ["tests/**/*.test.ts"], exclude: compiler, globalSetup: ["tests/build.ts"] } },
    ],
  },
});

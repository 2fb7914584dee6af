import { defineConfig } from "vitest/config";

/** One configuration for every workspace: native addons need processes, not threads. */
export default defineConfig({
  test: {
    pool: "forks",
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
    reporters: ["default", "json"],
    outputFile: { json: ".results/vitest.json" },
  },
});

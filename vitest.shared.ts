import { configDefaults, defineConfig } from "vitest/config";

/** `npm run check` sets TEST_SCOPE=unit and leaves out tests that start servers, browsers or training runs. */
const slow = process.env.TEST_SCOPE === "unit" ? ["**/*.integration.test.ts"] : [];

/** One configuration for every workspace: native addons need processes, not threads. */
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...slow],
    // Limits for what hangs, not for what is slow: the machine may be busy with other things.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    passWithNoTests: true,
    reporters: ["default", "json"],
    outputFile: { json: ".results/vitest.json" },
  },
});

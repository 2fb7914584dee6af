import { defineConfig } from "@playwright/test";
import { ensureChromium } from "../../scripts/find-chromium.ts";

/** Browser tests on the built site with the seed corpus and a few hostile papers; `src/start-site.ts` starts it. */
export default defineConfig({
  testDir: "tests",
  globalSetup: "./src/global-setup.ts",
  outputDir: ".results/output",
  reporter: [["list"], ["json", { outputFile: ".results/playwright.json" }]],
  workers: 2,
  fullyParallel: true,
  // Generous: the machine may be busy with other things.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  use: {
    browserName: "chromium",
    locale: "en-GB",
    launchOptions: { executablePath: ensureChromium(), args: ["--no-sandbox"] },
  },
});

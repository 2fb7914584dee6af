import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { ensureChromium } from "./find-chromium.ts";
import { startBuiltSite } from "./running-site.ts";
import { SHOTS, takeShot } from "./screenshot-list.ts";

/**
 * `npm run screenshots [-- --out DIR]`: the pictures of the README and the guides, from the running site and the seed
 * corpus. `npm test` takes the same ones into tests/e2e/.results/screenshots and compares what can be compared.
 */
const root = resolve(import.meta.dirname, "..");
const { values } = parseArgs({
  options: { out: { type: "string", default: join(root, "docs/screenshots") } },
});

const dataDir = mkdtempSync(join(tmpdir(), "screenshots-"));
const site = await startBuiltSite(root, dataDir);
try {
  mkdirSync(values.out, { recursive: true });
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: ["--no-sandbox"] });
  for (const shot of SHOTS) {
    const picture = await takeShot(browser, site.url, shot);
    writeFileSync(join(values.out, `${shot.name}.webp`), picture);
    console.log(`${shot.name}.webp: ${(picture.length / 1000).toFixed(0)} kB`);
  }
  await browser.close();
} finally {
  await site.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

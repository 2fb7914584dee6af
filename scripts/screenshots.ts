import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { ensureChromium } from "./find-chromium.ts";
import { startBuiltSite } from "./running-site.ts";

/** `npm run screenshots [-- --out DIR]`: the pictures of the README and the guides, from the running site and the seed corpus. */
interface Shot {
  readonly name: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly theme: "light" | "dark";
  readonly locale: string;
}

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
const SHOTS: readonly Shot[] = [
  { name: "home", path: "/", ...desktop, theme: "light", locale: "en-GB" },
  {
    name: "search",
    path: "/search?q=contrastive+learning+of+sentence+embeddings",
    ...desktop,
    theme: "light",
    locale: "en-GB",
  },
  { name: "paper", path: "/arxiv/2104.09864", ...desktop, theme: "light", locale: "en-GB" },
  { name: "search-dark", path: "/search?q=diffusion+models", ...desktop, theme: "dark", locale: "en-GB" },
  { name: "search-zh-phone", path: "/search?q=扩散模型", ...phone, theme: "light", locale: "zh-CN" },
  { name: "paper-dark-phone", path: "/arxiv/1706.03762", ...phone, theme: "dark", locale: "en-GB" },
];

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
    const { name, path, width, height, theme, locale } = shot;
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale });
    const page = await context.newPage();
    await page.goto(site.url + path);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(values.out, `${name}.png`) });
    await context.close();
    console.log(`${name}.png`);
  }
  await browser.close();
} finally {
  await site.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { ensureChromium } from "./find-chromium.ts";
import { buildSite, isSiteBuilt } from "./site-build.ts";

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

if (!isSiteBuilt(root)) await buildSite(root);
const dataDir = mkdtempSync(join(tmpdir(), "screenshots-"));
const site = spawn(process.execPath, [join(root, "apps/web/src/server/main.ts"), "start"], {
  cwd: root,
  stdio: ["ignore", "pipe", "inherit"],
  env: { ...process.env, DATA_DIR: dataDir, HOST: "127.0.0.1", PORT: "0", DATABASE_URL: "", SEARCH_URI: "" },
});
try {
  const url = await addressOf(site.stdout);
  mkdirSync(values.out, { recursive: true });
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: ["--no-sandbox"] });
  for (const shot of SHOTS) {
    const { name, path, width, height, theme, locale } = shot;
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale });
    const page = await context.newPage();
    await page.goto(url + path);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(values.out, `${name}.png`) });
    await context.close();
    console.log(`${name}.png`);
  }
  await browser.close();
} finally {
  site.kill("SIGTERM");
  await new Promise((done) => site.once("exit", done));
  rmSync(dataDir, { recursive: true, force: true });
}

/** Listens to the site's output until it tells its address; goes on reading, so that the site can go on writing. */
function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  return new Promise((found, failed) => {
    output.on("data", (chunk: Buffer) => {
      text += String(chunk);
      const address = /Cool Papers is at (\S+)/.exec(text)?.[1];
      if (address) found(address);
    });
    output.on("end", () => failed(new Error(`The site ended before it told its address:\n${text}`)));
  });
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type RunningSite, startBuiltSite } from "../../../scripts/running-site.ts";
import { cards, expect, test, titles } from "../src/site-test.ts";

/** A site of its own whose embedding model cannot be opened: everything works on keywords and says so. */
let site: RunningSite;
let dataDir: string;

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "cool-papers-e2e-keywords-"));
  const root = resolve(import.meta.dirname, "../../..");
  site = await startBuiltSite(root, dataDir, { MODEL_DIR: join(dataDir, "no-model-here") });
});

test.afterAll(async () => {
  await site?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test("S2 without an embedding model the page finds papers by words and says that only words count", async ({
  page,
}) => {
  await page.goto(`${site.url}/search?q=attention&mode=semantic`);
  await expect(page.getByText("No embedding model is loaded")).toBeVisible();
  await expect(cards(page).first()).toBeVisible();
});

test("S8 without an embedding model [REL] goes by shared words", async ({ page }) => {
  await page.goto(`${site.url}/arxiv/1706.03762`);
  await page.getByRole("link", { name: "REL", exact: true }).click();
  await expect(page.getByText("no embedding model is loaded")).toBeVisible();
  expect(await titles(page)).not.toContain("Attention Is All You Need");
  await expect(cards(page).nth(3)).toBeVisible();
});

test("S7 without an embedding model a Chinese query finds English papers by the dictionary", async ({
  page,
}) => {
  await page.goto(`${site.url}/search?q=${encodeURIComponent("旋转位置编码")}`);
  expect((await titles(page)).join("\n")).toContain("RoFormer");
});

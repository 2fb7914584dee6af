import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startBuiltSite } from "../../../scripts/running-site.ts";
import { cards, expect, test } from "../src/site-test.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** The shipped bundle under another name: vectors of other models are told apart by it. */
function writeRenamedBundle(folder: string): void {
  cpSync(join(ROOT, "packages/embed/model"), folder, { recursive: true });
  const path = join(folder, "config.json");
  const config = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...config, id: "model-before" }));
}

test("S2 after an update that brings another model, search goes by words until the site has embedded anew", async ({
  page,
}) => {
  const folder = mkdtempSync(join(tmpdir(), "cool-papers-e2e-new-model-"));
  try {
    const dataDir = join(folder, "data");
    const bundle = join(folder, "bundle");
    writeRenamedBundle(bundle);
    await (await startBuiltSite(ROOT, dataDir, { MODEL_DIR: bundle })).stop();
    const updated = await startBuiltSite(ROOT, dataDir);
    try {
      await expect(async () => {
        await page.goto(`${updated.url}/search?q=attention&mode=semantic`);
        await expect(cards(page).first()).toBeVisible();
        await expect(page.getByText("the index still waits for its vectors")).toHaveCount(0, {
          timeout: 100,
        });
      }).toPass({ timeout: 60_000 });
      await page.goto(`${updated.url}/arxiv/1706.03762`);
      await page.getByRole("link", { name: "REL", exact: true }).click();
      await expect(page.getByText("Closest in meaning first.")).toBeVisible();
    } finally {
      await updated.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

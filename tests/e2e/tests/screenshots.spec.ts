import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { lookAt, SHOTS, takeShot } from "../../../scripts/screenshot-list.ts";
import { expect, test } from "../src/site-test.ts";

const root = resolve(import.meta.dirname, "../../..");
const out = join(root, "tests/e2e/.results/screenshots");

/** Less ink than this is an empty page; the emptiest of the pictures has five times as much. */
const LEAST_INK = 0.01;

for (const shot of SHOTS) {
  test(`the picture ${shot.name} of the documentation can be taken again, shows something and has the committed one's size`, async ({
    browser,
    baseURL,
    page,
  }) => {
    const picture = await takeShot(browser, baseURL!, shot);
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, `${shot.name}.webp`), picture);
    await page.goto("about:blank");
    const fresh = await lookAt(page, picture);
    const committed = await lookAt(page, readFileSync(join(root, `docs/screenshots/${shot.name}.webp`)));
    expect(fresh.inkShare).toBeGreaterThan(LEAST_INK);
    expect(committed.inkShare).toBeGreaterThan(LEAST_INK);
    expect([fresh.width, fresh.height]).toEqual([shot.width, shot.height]);
    expect([committed.width, committed.height]).toEqual([shot.width, shot.height]);
  });
}

import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "../src/site-test.ts";

/** Every kind of page. */
const PAGES = [
  "/",
  "/search?q=attention",
  "/search?q=atention+mechanizm&cat=cs.CL&year=2017",
  "/search?q=zzqx",
  "/search?q=",
  "/search?like=1706.03762",
  "/arxiv/2104.09864",
  "/arxiv/2601.00004",
  "/arxiv/2104.09864,1901.00001,1706.03762",
  "/arxiv/cs.GL?date=2026-01-05",
  "/arxiv/1901.00001",
  "/venue",
  "/venue/ICLR.2026",
  "/venue?asked=VLDB",
  "/how-to-search",
  "/about",
  "/privacy",
  "/nowhere",
  "/arxiv/not-an-id",
];

for (const path of PAGES) {
  test(`R5 axe finds nothing against WCAG AA on ${path}, in light and dark`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(path);
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    expect(await violationsOn(new AxeBuilder({ page }).withTags(tags))).toEqual([]);
    // Themes differ in colours only.
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violationsOn(new AxeBuilder({ page }).withRules(["color-contrast"]))).toEqual([]);
  });
}

async function violationsOn(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map((node) => node.html)
        .join(" | ")}`,
  );
}

test("R5 with the suggestions open axe finds nothing either", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("combobox").pressSequentially("attention");
  await expect(page.getByRole("option").first()).toBeVisible();
  await page.keyboard.press("ArrowDown");
  expect(await violationsOn(new AxeBuilder({ page }))).toEqual([]);
});

test("R5 the keyboard alone reaches the content, the first paper and its actions, with a visible focus", async ({
  page,
}) => {
  await page.goto("/search?q=quokka");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the papers" })).toBeFocused();
  await page.keyboard.press("Enter");
  const reached: string[] = [];
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      return { text: element.textContent?.trim() ?? "", outline: getComputedStyle(element).outlineStyle };
    });
    reached.push(focus.text);
    if (focus.text !== "") expect(focus.outline, focus.text).not.toBe("none");
    if (focus.text === "Cite") break;
  }
  expect(reached).toContain("Twofold publication of quokka telemetry");
  expect(reached).toContain("PDF");
  expect(reached.at(-1)).toBe("Cite");
});

for (const width of [390, 320]) {
  test(`R5 nothing is wider than a screen of ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    for (const path of PAGES) {
      await page.goto(path);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(
        width,
      );
    }
  });
}

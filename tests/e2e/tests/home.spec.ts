import type { Locator, Page } from "@playwright/test";
import { cards, expect, test } from "../src/site-test.ts";

/** The box of a category, with its three states. */
function box(page: Page, category: string): Locator {
  return page.locator(`.sign:has(input[name="${category}"])`).first();
}

function state(page: Page, category: string): Promise<string> {
  return page.locator(`input[name="${category}"]:checked`).inputValue();
}

test.describe("L2 a list of one's own on the start page", () => {
  test("L2 clicks go through read, leave out and not chosen, and the list's link is made as they go", async ({
    page,
  }) => {
    await page.goto("/");
    await expect(page.getByRole("button", { name: "Open this list" })).toBeHidden();
    await box(page, "cs.AI").click();
    await box(page, "cs.LG").click();
    await box(page, "cs.CY").click();
    await expect(page.locator("[data-chosen-list] a")).toHaveAttribute("href", "/arxiv/cs.AI,cs.CY,cs.LG");
    await box(page, "cs.CY").click();
    expect(await state(page, "cs.CY")).toBe("-");
    const link = page.getByRole("link", { name: "cs.AI + cs.LG − cs.CY" });
    await expect(link).toHaveAttribute("href", "/arxiv/cs.AI,cs.LG-cs.CY");
    await box(page, "cs.LG").click();
    await box(page, "cs.LG").click();
    expect(await state(page, "cs.LG")).toBe("");
    await page.getByRole("button", { name: "Open this list" }).click();
    await expect(page).toHaveURL(/\/arxiv\/cs\.AI-cs\.CY$/);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("cs.AI − cs.CY");
  });

  test("L2 the keyboard chooses with the arrows, and a screen reader hears category and state", async ({
    page,
  }) => {
    await page.goto("/");
    const group = page.getByRole("radiogroup", { name: "cs.GL in your list" });
    await group.getByRole("radio", { name: "not chosen" }).focus();
    await page.keyboard.press("ArrowRight");
    await expect(group.getByRole("radio", { name: "read" })).toBeChecked();
    await page.keyboard.press("ArrowRight");
    await expect(group.getByRole("radio", { name: "leave out" })).toBeChecked();
    const outline = await group.evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(outline).toBe("solid");
    await page.keyboard.press("Enter");
    // Nothing but an exclusion: the rest of its archive.
    await expect(page).toHaveURL(/\/arxiv\/cs-cs\.GL$/);
  });

  test("L2 the choice is remembered in this browser only, and can be cleared", async ({
    page,
    browser,
    baseURL,
  }) => {
    const sent: string[] = [];
    page.on("request", (request) =>
      sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ""}`),
    );
    await page.goto("/");
    await page.locator("summary", { hasText: "Economics" }).click();
    await box(page, "econ.EM").click();
    await page.reload();
    expect(await state(page, "econ.EM")).toBe("+");
    await expect(box(page, "econ.EM")).toBeVisible();
    expect(sent.filter((line) => line.includes("econ"))).toEqual([]);
    await page.getByRole("button", { name: "Clear" }).click();
    expect(await state(page, "econ.EM")).toBe("");
    await page.reload();
    expect(await state(page, "econ.EM")).toBe("");
    expect(await page.evaluate(() => localStorage.getItem("categories"))).toBeNull();
    const other = await browser.newPage({ baseURL: baseURL! });
    await other.goto("/");
    await expect(other.locator("[data-chosen-list] a")).toHaveCount(0);
    await other.close();
  });

  test("L2 a choice in storage that makes no sense is passed over", async ({ page }) => {
    for (const stored of ["{", "[1,2]", "null", '{"cs.AI":"x\\"]","cs.NOPE":"+","cs.LG":"+"}']) {
      await page.goto("/");
      await page.evaluate((value) => localStorage.setItem("categories", value), stored);
      await page.reload();
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    }
    await expect(page.locator("[data-chosen-list] a")).toHaveAttribute("href", "/arxiv/cs.LG");
  });

  test("L2 without script the form goes to the same list", async ({ browser, baseURL }) => {
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: baseURL! });
    const page = await context.newPage();
    await page.goto("/");
    await box(page, "cs.GL").click();
    await box(page, "cs.DL").click();
    await box(page, "cs.DL").click();
    await page.getByRole("button", { name: "Open this list" }).click();
    await expect(page).toHaveURL(/\/arxiv\/cs\.GL-cs\.DL$/);
    await expect(cards(page)).toHaveCount(3);
    await context.close();
  });

  test("L2 on a phone the boxes are large enough for a finger", async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto("/");
    const size = await box(page, "cs.AI").boundingBox();
    expect(size?.width).toBeGreaterThanOrEqual(24);
    expect(size?.height).toBeGreaterThanOrEqual(24);
  });
});

test("L2 beside a category stand its papers of the newest day and in all", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByText(/papers announced on \w+day, \d+ \w+ \d{4}, then papers in all/)).toBeVisible();
  await page.locator("summary", { hasText: "Quantitative Finance" }).click();
  const entry = page.locator("li.entry", { has: page.locator('input[name="q-fin.TR"]') });
  await expect(entry.locator(".count.announced")).toHaveText(/^40/);
  const inAll = (await entry.locator(".count").last().textContent()) ?? "";
  expect(inAll).toMatch(/^\d+ in all$/);
  expect(Number.parseInt(inAll, 10)).toBeGreaterThanOrEqual(40);
  const archive = page.locator("li.entry", { has: page.locator('input[name="q-fin"]') });
  // 240 and 40, ten of them in both.
  await expect(archive.locator(".count.announced")).toHaveText(/^270/);
});

for (const [query, location] of [
  ["cs.AI=%2B&cs.LG=%2B&cs.CY=-&cs.CL=", "/arxiv/cs.AI,cs.LG-cs.CY"],
  ["cs.AI=+", "/arxiv/cs.AI"],
  ["cs.NA=%2B&math.NA=-", "/"],
  ["cs.CY=-", "/arxiv/cs-cs.CY"],
  ["cs=-", "/"],
  ["cs.NOPE=%2B&__proto__=%2B&x=y", "/"],
  ["", "/"],
] as const) {
  test(`L2 the form's address ?${query} leads to ${location}`, async ({ request }) => {
    const answer = await request.get(`/arxiv?${query}`, { maxRedirects: 0 });
    expect(answer.status()).toBe(307);
    expect(answer.headers().location).toBe(location);
  });
}

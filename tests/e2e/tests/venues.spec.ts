import { cards, expect, test } from "../src/site-test.ts";
import { PREPRINT, VENUE_IDS } from "../src/venue-papers.ts";

test.describe("V1 index of venues", () => {
  test("V1 lists editions by year, the newest first, each with its count of papers", async ({ page }) => {
    await page.goto("/venue");
    const years = (await page.locator(".venue-year h2").allInnerTexts()).map(Number);
    expect(years).toEqual([...years].sort((a, b) => b - a));
    expect(years[0]).toBe(2031);
    const edition = page.locator(".venue-year", { hasText: "2031" }).locator("li", { hasText: "WOMBAT" });
    await expect(edition.locator(".count")).toHaveText("6");
    await edition.getByRole("link").click();
    await expect(page).toHaveURL(/\/venue\/WOMBAT\.2031$/);
  });

  test("V1 a missing venue is asked for without script, and the page thanks", async ({
    browser,
    baseURL,
  }) => {
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: baseURL! });
    const page = await context.newPage();
    await page.goto("/venue");
    await page.getByLabel("Conference", { exact: true }).fill("  Tests  &  Trials ");
    await page.getByRole("button", { name: "Ask for it" }).click();
    await expect(page).toHaveURL(/\/venue\?asked=Tests\+%26\+Trials#ask$/);
    await expect(page.getByText("Thank you, Tests & Trials is noted.")).toBeVisible();
    await context.close();
  });

  test("V1 who asks for a venue that is there is led to it", async ({ request }) => {
    const answer = await request.post("/api/venue-requests", { form: { venue: "wombat" }, maxRedirects: 0 });
    expect(answer.status()).toBe(303);
    expect(answer.headers().location).toBe("/venue/WOMBAT");
  });

  test("V1 what is no name of a venue is refused with a sentence", async ({ request, page }) => {
    for (const venue of ["", "   ", "<script>alert(1)</script>", "x".repeat(62), "@", "a\u0000b", "%"]) {
      const answer = await request.post("/api/venue-requests", { form: { venue }, maxRedirects: 0 });
      expect(answer.status(), venue).toBe(400);
      expect(await answer.text()).toContain("is no name of a conference");
    }
    const long = await request.post("/api/venue-requests", { form: { venue: "x".repeat(3000) } });
    expect(long.status()).toBe(413);
    const elsewhere = await request.post("/api/venue-requests", {
      form: { venue: "Elsewhere" },
      headers: { "sec-fetch-site": "cross-site" },
    });
    expect(elsewhere.status()).toBe(403);
    await page.goto(`/venue?asked=${encodeURIComponent("<b>x</b>")}`);
    await expect(page.getByText("is noted")).toHaveCount(0);
  });
});

test.describe("V2 editions", () => {
  test("V2 a venue without a year is its newest edition, in any case and by its other names", async ({
    page,
  }) => {
    await page.goto("/venue/wombat");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("WOMBAT 2031");
    await expect(cards(page)).toHaveCount(6);
    await page.getByRole("link", { name: "2030", exact: true }).click();
    await expect(cards(page)).toHaveCount(1);
    const other = await page.request.get("/venue/NIPS.2017", { maxRedirects: 0 });
    expect(other.headers().location).toBe("/venue/NeurIPS.2017");
  });

  test("V2 groups are decisions and tracks with counts; one that is not there is said so, with the others", async ({
    page,
  }) => {
    await page.goto("/venue/WOMBAT.2031");
    const groups = page.getByRole("navigation", { name: "Groups" });
    for (const [name, count] of [
      ["Oral", 2],
      ["Spotlight", 1],
      ["Poster", 3],
      ["Main", 3],
      ["Demo", 3],
    ] as const) {
      const link = groups.getByRole("link", { name: `${name} ${count}` });
      await expect(link).toHaveAttribute("href", `/venue/WOMBAT.2031?group=${name}`);
    }
    await groups.getByRole("link", { name: "Spotlight 1" }).click();
    await expect(cards(page)).toHaveCount(1);
    await expect(groups.getByRole("link", { name: "Spotlight 1" })).toHaveAttribute("aria-current", "true");
    const answer = await page.goto("/venue/WOMBAT.2031?group=Plenary");
    expect(answer?.status()).toBe(404);
    await expect(page.getByText("is in the group “Plenary”")).toBeVisible();
    await expect(groups.getByRole("link", { name: "Oral 2" })).toBeVisible();
  });

  test("V2 /venue/latest is no venue: it leads to the index", async ({ request }) => {
    const answer = await request.get("/venue/latest", { maxRedirects: 0 });
    expect(answer.status()).toBe(307);
    expect(answer.headers().location).toBe("/venue");
  });
});

test.describe("V3 ids of venues", () => {
  for (const { path, source } of VENUE_IDS) {
    test(`V3 ${path} opens, leads to ${source}, and is found by any case of its source's name`, async ({
      page,
    }) => {
      const answer = await page.goto(path);
      expect(answer?.status()).toBe(200);
      await expect(page.getByRole("heading", { level: 1 })).toContainText("Wombat burrows");
      await expect(page.locator("dl").getByRole("link", { name: source }).first()).toBeVisible();
      const lower = path.replace(/[^@]+$/, (site) => site.toLowerCase());
      const redirect = await page.request.get(lower, { maxRedirects: 0 });
      expect(redirect.status()).toBe(308);
      expect(redirect.headers().location).toBe(path);
      const cite = await page.request.get(`${path}/cite?format=bibtex`);
      expect(await cite.text()).toContain("Wombat");
    });
  }

  test("V3 papers of all forms stand in one list, in the order of the address", async ({ page }) => {
    const ids = VENUE_IDS.map(({ path }) => path.slice("/venue/".length)).reverse();
    await page.goto(`/venue/${ids.join(",")}`);
    await expect(cards(page).locator(".paper-title")).toHaveText(
      [6, 5, 4, 3, 2, 1].map((part) => `Wombat burrows, part ${part}`),
    );
  });
});

test("V4 in a list by category, a list of a venue and a search, preprint and venue paper lead to each other", async ({
  page,
}) => {
  await page.goto("/arxiv/q-bio.PE");
  const preprint = cards(page).filter({ hasText: "Wombat burrows" });
  await preprint.getByRole("link", { name: "OpenReview" }).click();
  await expect(page).toHaveURL(/\/venue\/wombat_NGB6-1@OpenReview$/);
  await page.goto("/venue/WOMBAT.2031?group=Main");
  const inVenue = cards(page).filter({ hasText: "part 1" });
  await inVenue.getByRole("link", { name: "arXiv", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/arxiv/${PREPRINT}$`));
  await page.goto("/search?q=%22wombat+burrows%22+title:1&mode=keyword");
  await expect(cards(page).filter({ hasText: "part 1" })).toHaveCount(1);
});

import { cards, expect, test } from "../src/site-test.ts";
import { OLD_DAY } from "../src/venue-papers.ts";

test.describe("L1 absurd addresses of lists", () => {
  for (const date of [
    "2026-02-30",
    "0000-00-00",
    "99999-01-01",
    "2026-13-01",
    "2026-1-5",
    "yesterday",
    "昨天",
  ]) {
    test(`L1 the date ${date} is refused with a sentence and a way on`, async ({ page }) => {
      const answer = await page.goto(`/arxiv/cs.GL?date=${encodeURIComponent(date)}`);
      expect(answer?.status()).toBe(400);
      await expect(page.getByText(`“${date}” is no date.`)).toBeVisible();
      await page.getByRole("link", { name: "Go to the newest day" }).click();
      await expect(cards(page).first()).toBeVisible();
    });
  }

  test("L1 a day without papers says so and offers the nearest days on both sides", async ({ page }) => {
    await page.goto("/arxiv/q-fin.GN?date=2026-02-01");
    await expect(page.getByText("has no papers listed on Sunday, 1 February 2026")).toBeVisible();
    const notice = page.locator(".notice", { hasText: "Nearest days" });
    await expect(notice.getByRole("link", { name: "Monday, 9 February 2026" })).toBeVisible();
    await notice.getByRole("link", { name: "Tuesday, 20 January 2026" }).click();
    await expect(page).toHaveURL(/date=2026-01-20/);
    await expect(cards(page)).toHaveCount(1);
  });

  test("L1 days before the first and after the last paper lead back to where there are some", async ({
    page,
  }) => {
    for (const date of ["1990-01-01", "2099-12-31"]) {
      const answer = await page.goto(`/arxiv/cs.GL?date=${date}`);
      expect(answer?.status()).toBe(200);
      await expect(page.locator(".notice").getByRole("link", { name: /2026$/ })).toHaveCount(1);
    }
  });

  test("L4 negative, huge and meaningless skip and show are brought into range", async ({
    page,
    request,
  }) => {
    for (const [query, count] of [
      ["skip=-5", 3],
      ["skip=-99999999999999", 3],
      ["show=0", 1],
      ["show=-1", 1],
      ["show=99999999", 3],
      ["skip=1e9&show=NaN", 3],
    ] as const) {
      // As it is sent: in the browser the rest of the list would load.
      const answer = await request.get(`/arxiv/cs.GL?${query}`);
      expect(answer.status(), query).toBe(200);
      expect((await answer.text()).match(/<article class="paper"/g)?.length, query).toBe(count);
    }
    const beyond = await page.goto("/arxiv/cs.GL?skip=999999999");
    expect(beyond?.status()).toBeLessThan(500);
    await expect(cards(page)).toHaveCount(0);
  });

  test("L2 unknown categories among known ones are named, and the known ones are shown", async ({ page }) => {
    const answer = await page.goto("/arxiv/cs.GL+cs.NOPE,xx.YY-zz.ZZ");
    expect(answer?.status()).toBe(200);
    await expect(page.getByText("Not known as categories: cs.NOPE, xx.YY, zz.ZZ")).toBeVisible();
    await expect(cards(page)).toHaveCount(3);
    await expect(page.locator('link[rel="canonical"]')).toHaveAttribute("href", /\/arxiv\/cs\.GL$/);
  });

  test("L1 a category whose newest paper is years old says how old, and shows it", async ({ page }) => {
    await page.goto("/arxiv/cs.OH");
    const years = new Date().getFullYear() - Number(OLD_DAY.slice(0, 4));
    await expect(
      page.getByText(new RegExp(`newest papers here are from (${years}|${years - 1}) years ago`)),
    ).toBeVisible();
    await expect(cards(page)).toHaveCount(1);
    // A reader who asked for that day knows.
    await page.goto(`/arxiv/cs.OH?date=${OLD_DAY}`);
    await expect(page.getByText("years ago")).toHaveCount(0);
  });
});

test.describe("P3 about and privacy", () => {
  test("P3 every page leads to both, both are in the sitemap, and arXiv is thanked in its words", async ({
    page,
    request,
    baseURL,
  }) => {
    await page.goto("/arxiv/cs.GL");
    await page.getByRole("contentinfo").getByRole("link", { name: "About" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("About");
    await expect(
      page.getByRole("main").getByText("Thank you to arXiv for use of its open access interoperability."),
    ).toBeVisible();
    await page.getByRole("contentinfo").getByRole("link", { name: "Privacy" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Privacy");
    const sitemap = await (await request.get("/sitemap/site.xml")).text();
    for (const path of ["/about", "/privacy"]) expect(sitemap).toContain(`<loc>${baseURL}${path}</loc>`);
  });

  test("P3 what the privacy page says of the browser is so: no cookie before a choice, and only those it names", async ({
    page,
    context,
  }) => {
    for (const path of ["/", "/search?q=quokka", "/arxiv/cs.GL", "/venue", "/arxiv/2601.00005", "/privacy"])
      await page.goto(path);
    expect(await context.cookies()).toEqual([]);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    await page.getByRole("contentinfo").getByRole("button", { name: "Dark" }).click();
    await page.getByRole("contentinfo").getByRole("button", { name: "中文" }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
    const cookies = await context.cookies();
    expect(cookies.map(({ name }) => name).sort()).toEqual(["locale", "theme"]);
    for (const { expires, httpOnly } of cookies) {
      expect(httpOnly).toBe(true);
      expect(expires * 1000 - Date.now()).toBeLessThan(366 * 86_400_000);
    }
  });

  test("P3 no page asks another site for anything", async ({ page, baseURL }) => {
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(baseURL!) && !request.url().startsWith("data:"))
        elsewhere.push(request.url());
    });
    for (const path of ["/", "/search?q=attention", "/arxiv/cs.GL", "/arxiv/2104.09864", "/venue", "/about"])
      await page.goto(path, { waitUntil: "networkidle" });
    expect(elsewhere).toEqual([]);
  });
});

test.describe("S1 nothing found", () => {
  for (const [query, way] of [
    ["quokka telemetry cat:cs.CV", "Without cat:"],
    ["quokka year:1999", "Without year:"],
    ['"telemetry quokka is"', "in any order"],
    ["quokka -telemetry", "With “telemetry” allowed"],
    ['"burrows wombat" title:zyxwvutsrq cat:cs.CV year:1999', "Only the words"],
  ] as const)
    test(`S1 nothing for ${query}: every way out names what it drops and how many papers it gives, and gives as many`, async ({
      page,
    }) => {
      await page.goto(`/search?q=${encodeURIComponent(query)}&mode=keyword`);
      await expect(page.getByRole("heading", { name: "Nothing matches all of this" })).toBeVisible();
      const ways = page.locator(".ways-out li");
      expect((await ways.locator("a").allInnerTexts()).join("\n")).toContain(way);
      const offers = await ways.evaluateAll((items) =>
        items.map((item) => ({
          href: item.querySelector("a")?.getAttribute("href") ?? "",
          count: item.querySelector(".count")?.textContent ?? "",
        })),
      );
      for (const { href, count } of offers) {
        await page.goto(href);
        await expect(page.locator(".results-count")).toContainText(count);
      }
    });

  test("S1 a misspelt word that was meant as typed gets its correction offered", async ({ page }) => {
    await page.goto("/search?q=atention+mechanizm&mode=keyword&spelling=as-typed");
    await expect(page.getByRole("heading", { name: "Nothing matches all of this" })).toBeVisible();
    await page.getByRole("link", { name: /corrected spelling/ }).click();
    await expect(cards(page).first()).toBeVisible();
  });

  test("L9 authors lead to a search for them, on cards and on the paper's page", async ({ page }) => {
    for (const path of ["/search?q=wombat", "/venue/WOMBAT.2031", "/venue/9938818@AAAI"]) {
      await page.goto(path);
      await page.getByRole("link", { name: "Wilma Wombat" }).first().click();
      await expect(page).toHaveURL(/q=author%3A%22Wilma\+Wombat%22/);
      await expect(cards(page).first()).toContainText("Wilma Wombat");
    }
  });
});

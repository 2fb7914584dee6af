import { cards, expect, test } from "../src/site-test.ts";

test.describe("text of others is only ever text", () => {
  test("a title, author, comment and abstract full of HTML run nothing and lose nothing", async ({
    page,
  }) => {
    for (const path of [
      "/arxiv/2601.00001",
      "/search?q=escaping",
      "/arxiv/cs.GL",
      "/arxiv/2601.00001,2601.00002",
      "/search?like=2601.00001",
    ]) {
      await page.goto(path);
      expect(await page.title(), path).not.toBe("pwned");
      expect(await page.locator("img").count(), path).toBe(0);
    }
    await page.goto("/arxiv/2601.00001");
    await expect(page.getByRole("heading", { level: 1 })).toContainText(
      "<script>document.title='pwned'</script>",
    );
    await expect(page.locator(".paper-abstract")).toContainText("'); drop table papers; --");
    await expect(page.locator(".paper-abstract")).toContainText("{{7*7}}");
    await expect(page.locator(".paper-abstract p")).toHaveCount(2);
    await expect(page.getByRole("link", { name: "https://example.org/code?a=1&b=2" })).toHaveAttribute(
      "rel",
      /nofollow/,
    );
  });

  test("JSON-LD of a hostile paper cannot end its script element", async ({ request }) => {
    const html = await (await request.get("/arxiv/2601.00001")).text();
    const json = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
    expect(JSON.parse(json).headline).toContain("<script>");
  });

  test("an abstract of 16 kB and a word of 450 letters stay inside the page", async ({ page }) => {
    for (const path of ["/arxiv/2601.00003", "/arxiv/2601.00006", "/arxiv/2601.00003,2601.00006"]) {
      await page.goto(path);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path).toBe(true);
    }
  });
});

const SQL = "'; drop table papers; --";
const MARKUP = '"><script>document.title="pwned"</script>';

test.describe("hostile parameters", () => {
  for (const hostile of [SQL, MARKUP, "{{constructor.constructor('x')()}}", "%", "\\", "‮", "a".repeat(300)]) {
    test(`every parameter takes ${JSON.stringify(hostile.slice(0, 30))} without harm`, async ({ page }) => {
      const value = encodeURIComponent(hostile);
      const names = [
        "q",
        "query",
        "cat",
        "venue",
        "year",
        "source",
        "mode",
        "sort",
        "skip",
        "show",
        "like",
        "highlight",
      ];
      for (const path of ["/search", "/arxiv/search", "/venue/search"]) {
        const answer = await page.goto(
          `${path}?q=attention&${names
            .slice(2)
            .map((name) => `${name}=${value}`)
            .join("&")}`,
        );
        expect(answer?.status(), path).toBeLessThan(500);
      }
      for (const path of [
        `/search?q=${value}`,
        `/arxiv/cs.GL?date=${value}&skip=${value}&show=${value}&sort=${value}`,
        `/venue/ICLR.2026?group=${value}&skip=${value}`,
        `/arxiv/${value}`,
        `/venue/${value}`,
        `/arxiv/2104.09864/cite?format=${value}`,
        `/search/export?q=x&format=${value}`,
        `/search?like=${value}`,
      ]) {
        const answer = await page.request.get(path);
        expect(answer.status(), path).toBeLessThan(500);
      }
      expect(await page.title()).not.toBe("pwned");
    });
  }

  test("the papers are all still there", async ({ page }) => {
    await page.goto("/search?q=cat:cs.GL");
    await expect(cards(page)).toHaveCount(4);
  });

  for (const [url, status, sentence] of [
    ["/%E0%A4%A", 400, "% sign"],
    ["/search?q=%E0%A4%A", 400, "% sign"],
    ["/search?q=a%00b", 400, "control character"],
    ["/arxiv/%00", 400, "control character"],
    ["/arxiv/not-an-id", 404, "is no arXiv id"],
    ["/arxiv/2104.0986", 404, "is no arXiv id"],
    ["/venue/x@y@z", 404, "is no venue paper"],
    ["/arxiv/cs.GL?date=2026-02-30", 400, "is no date"],
    ["/arxiv/cs.GL?date=yesterday", 400, "is no date"],
    ["/nowhere/at/all", 404, "There is no such page"],
    ["/problem?code=x", 404, "There is no such page"],
  ] as const) {
    test(`${url} is answered ${status} with a sentence`, async ({ request }) => {
      const answer = await request.get(url, { maxRedirects: 0 });
      expect(answer.status()).toBe(status);
      expect(await answer.text()).toContain(sentence);
    });
  }

  test("absurd pages and counts are brought into range, and the page says so", async ({ page }) => {
    for (const query of ["skip=-5", "show=0", "show=99999999", "skip=1e9", "show=NaN"]) {
      await page.goto(`/search?q=attention&${query}`);
      await expect(page.getByText("makes no sense and was left out or brought into range")).toBeVisible();
      await expect(cards(page).first()).toBeVisible();
    }
    const answer = await page.goto("/search?q=attention&skip=999999999999");
    expect(answer?.status()).toBe(404);
  });

  test("a query of 10 kB is answered, with a notice that its end was left out", async ({ page }) => {
    const answer = await page.goto(`/search?q=${"attention+".repeat(1000)}`);
    expect(answer?.status()).toBeLessThan(500);
    await expect(page.getByText("The query is too long")).toBeVisible();
    const chinese = await page.request.get(`/search?q=${encodeURIComponent("注意力".repeat(1100))}`);
    expect(chinese.status()).toBeLessThan(500);
  });

  test("an address of 60 kB is refused with a sentence", async ({ request }) => {
    const answer = await request.get(`/search?q=${"a".repeat(60_000)}`);
    expect(answer.status()).toBe(414);
    expect(await answer.text()).toContain("48,000 is the most");
  });

  test("a return address elsewhere is not followed", async ({ request, baseURL }) => {
    for (const target of [
      "https://evil.example/",
      "//evil.example/",
      "/\\evil.example",
      "javascript:alert(1)",
    ]) {
      const answer = await request.post("/preferences", {
        form: { locale: "en", return: target },
        maxRedirects: 0,
      });
      expect(answer.status()).toBe(303);
      expect(answer.headers().location).toBe("/");
    }
    const doubled = await request.get(`${baseURL}//evil.example//`, { maxRedirects: 0 });
    expect(doubled.headers().location ?? "/").not.toMatch(/^\/\//);
  });

  test("malformed countings are refused", async ({ request }) => {
    for (const body of [
      "",
      "{",
      "[]",
      '{"key":"x","counter":"pdf"}',
      '{"key":"arxiv:2104.09864","counter":"rm"}',
    ]) {
      expect(
        (
          await request.post("/api/count", { data: body, headers: { "content-type": "text/plain" } })
        ).status(),
      ).toBe(400);
    }
    const unknown = await request.post("/api/count", { data: { key: "arxiv:1901.00001", counter: "pdf" } });
    expect(unknown.status()).toBe(404);
    const elsewhere = await request.post("/api/count", {
      data: { key: "arxiv:2104.09864", counter: "pdf" },
      headers: { "sec-fetch-site": "cross-site" },
    });
    expect(elsewhere.status()).toBe(403);
  });

  test("the steps of the command line are closed to anyone without the token", async ({ request }) => {
    expect((await request.post("/api/admin/index", { data: {} })).status()).toBe(401);
  });
});

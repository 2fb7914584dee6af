import { cards, expect, test } from "../src/site-test.ts";

test.describe("P1 paper page", () => {
  test("P1 shows title, authors, text, subjects, dates and links to the source", async ({ page }) => {
    await page.goto("/arxiv/2104.09864");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(
      "RoFormer: Enhanced Transformer with Rotary Position Embedding",
    );
    await expect(page.getByRole("link", { name: "Jianlin Su" })).toHaveAttribute("href", /author/);
    await expect(page.getByText("Summary written for Cool Papers, not the authors’ abstract.")).toBeVisible();
    await expect(page.getByRole("link", { name: "cs.CL" })).toHaveAttribute("href", "/arxiv/cs.CL");
    await expect(page.getByText("Apr 2021")).toBeVisible();
    await expect(page.getByRole("link", { name: "PDF" }).first()).toHaveAttribute(
      "href",
      /arxiv\.org\/pdf\/2104\.09864/,
    );
    await expect(page.getByRole("link", { name: "arXiv 2104.09864" })).toHaveAttribute(
      "href",
      "https://arxiv.org/abs/2104.09864",
    );
  });

  test("P1 has Highwire, Open Graph and JSON-LD in the first bytes, readable by machines", async ({
    request,
  }) => {
    const html = await (await request.get("/arxiv/1706.03762")).text();
    const head = html.slice(0, html.indexOf("</head>"));
    expect(head).toContain('<meta name="citation_title" content="Attention Is All You Need"/>');
    expect(head.match(/name="citation_author"/g)).toHaveLength(8);
    expect(head).toMatch(/name="citation_pdf_url" content="https:\/\/arxiv\.org\/pdf\/1706\.03762/);
    expect(head).toContain('name="citation_arxiv_id" content="1706.03762"');
    expect(head).toContain('property="og:title"');
    expect(head).toMatch(/rel="canonical" href="http:\/\/127\.0\.0\.1:\d+\/arxiv\/1706\.03762"/);
    const json = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html)?.[1];
    expect(JSON.parse(json ?? "")).toMatchObject({
      "@type": "ScholarlyArticle",
      headline: "Attention Is All You Need",
    });
  });

  test("P1 a version that is not the stored one says so and links to it", async ({ page }) => {
    await page.goto("/arxiv/2601.00006v1");
    await expect(page.getByText("You asked for version 1.")).toBeVisible();
    await expect(page.getByRole("link", { name: "Open at arXiv v1" })).toHaveAttribute(
      "href",
      "https://arxiv.org/abs/2601.00006v1",
    );
    await expect(page.getByText("withdrawn", { exact: true })).toBeVisible();
  });

  test("P1 a valid id that is not stored has a page with its links at the source, status 404", async ({
    page,
  }) => {
    const answer = await page.goto("/arxiv/1901.00001");
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("1901.00001 is not stored here");
    await expect(page.getByRole("link", { name: "Open at arXiv" })).toHaveAttribute(
      "href",
      "https://arxiv.org/abs/1901.00001",
    );
  });

  test("P1 related papers are listed", async ({ page }) => {
    await page.goto("/arxiv/1706.03762");
    await expect(page.locator("#related li").nth(4)).toBeVisible();
  });
});

test.describe("P3 cite", () => {
  for (const [format, start] of [
    ["bibtex", "@"],
    ["ris", "TY  - "],
    ["csl", "["],
    ["text", "Vaswani"],
  ] as const) {
    test(`P3 ${format} by address`, async ({ request }) => {
      const answer = await request.get(`/arxiv/1706.03762/cite?format=${format}`);
      expect(answer.status()).toBe(200);
      expect((await answer.text()).includes(start)).toBe(true);
    });
  }

  test("P3 copies the citation that the page shows", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/arxiv/2104.09864");
    await page.locator("#cite").getByRole("button", { name: "Copy" }).first().click();
    await expect(page.locator("#cite").getByRole("button", { name: "Copied" })).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      await page.locator("#cite-bibtex").textContent(),
    );
  });

  test("P3 downloads under a name of its own; a wrong format is refused with the right ones", async ({
    request,
  }) => {
    const file = await request.get("/arxiv/2104.09864/cite?format=ris&download=1");
    expect(file.headers()["content-disposition"]).toBe('attachment; filename="arxiv-2104.09864.ris"');
    const wrong = await request.get("/arxiv/2104.09864/cite?format=docx");
    expect(wrong.status()).toBe(400);
    expect(await wrong.text()).toContain("bibtex, ris, csl");
  });
});

test.describe("L3 many papers by id", () => {
  test("L3 shows the papers in the order of the address and names those that are not stored", async ({
    page,
  }) => {
    await page.goto("/arxiv/2104.09864,1901.00001,1706.03762");
    await expect(cards(page).locator(".paper-title")).toHaveText([/RoFormer/, /Attention Is All/]);
    await expect(page.getByRole("link", { name: "1901.00001" })).toHaveAttribute(
      "href",
      "https://arxiv.org/abs/1901.00001",
    );
  });

  for (const [asked, canonical] of [
    ["/arxiv/math.DG/0211159", "/arxiv/math/0211159"],
    ["/arxiv/arXiv:2104.09864", "/arxiv/2104.09864"],
    ["/arxiv/2104.09864/", "/arxiv/2104.09864"],
    ["/arxiv/2104.09864,2104.09864", "/arxiv/2104.09864"],
    ["/arxiv/cs.NA", "/arxiv/math.NA"],
    ["/venue/quokka_Te-1@openreview", "/venue/quokka_Te-1@OpenReview"],
  ] as const) {
    test(`L3 ${asked} redirects for good to ${canonical}`, async ({ request }) => {
      const answer = await request.get(asked, { maxRedirects: 0 });
      expect(answer.status()).toBe(308);
      expect(answer.headers().location).toBe(canonical);
    });
  }

  test("L3 old ids open with their slash", async ({ page }) => {
    const answer = await page.goto("/arxiv/math/0211159");
    expect(answer?.status()).toBe(200);
  });

  test("L3 a list of 500 ids is answered, 501 are refused with a sentence", async ({ request }) => {
    const ids = Array.from({ length: 501 }, (_, index) => `2601.${String(index + 1).padStart(5, "0")}`);
    expect((await request.get(`/arxiv/${ids.slice(0, 500).join(",")}`)).status()).toBe(200);
    const tooMany = await request.get(`/arxiv/${ids.join(",")}`);
    expect(tooMany.status()).toBe(400);
    expect(await tooMany.text()).toContain("500 is the most");
  });
});

test("V4 preprint and venue paper are linked to each other and shown once in search", async ({ page }) => {
  await page.goto("/search?q=quokka+telemetry&mode=keyword");
  await expect(cards(page)).toHaveCount(1);
  await page.goto("/arxiv/2601.00005");
  await page.locator(".paper-facts").getByRole("link", { name: "OpenReview" }).first().click();
  await expect(page).toHaveURL(/\/venue\/quokka_Te-1@OpenReview$/);
  await expect(page.getByText("Oral")).toBeVisible();
  await page.locator(".paper-facts").getByRole("link", { name: "arXiv", exact: true }).click();
  await expect(page).toHaveURL(/\/arxiv\/2601\.00005$/);
});

test.describe("L9 card", () => {
  test("L9 shows number, title, authors, text, subjects, date and the five actions", async ({ page }) => {
    await page.goto("/search?q=quokka");
    const card = cards(page).first();
    await expect(card.locator(".paper-number")).toHaveText("1");
    for (const action of ["PDF", "FAQ", "REL", "Copy", "Cite"])
      await expect(card.getByText(action, { exact: true })).toBeVisible();
    await expect(card.getByRole("link", { name: "cs.DL", exact: true })).toBeVisible();
    await expect(card.locator("time").first()).toHaveText("3 Jan 2026");
  });

  test("L9 more than 40 authors fold, and unfold without script", async ({ browser, baseURL }) => {
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: baseURL! });
    const page = await context.newPage();
    await page.goto("/arxiv/2601.00002");
    await expect(page.getByText("Number40", { exact: false }).first()).toBeVisible();
    await expect(page.getByRole("link", { name: "Collaborator Number3303" })).toBeHidden();
    await page.getByText("et al. — 3,263 more authors").click();
    await expect(page.getByRole("link", { name: "Collaborator Number3303" })).toBeVisible();
    await context.close();
  });

  test("L9 + and − beside a subject narrow the search by it", async ({ page }) => {
    await page.goto("/search?q=quokka&mode=keyword");
    await page.getByRole("link", { name: "Leave cs.DL out of this list" }).click();
    await expect(page.getByText("No paper found")).toBeVisible();
    await page.goBack();
    await page.getByRole("link", { name: "Add cs.DL to this list" }).click();
    await expect(page.locator(".chip")).toContainText("cs.DL");
  });

  test("L9 opening a PDF counts once for a reader, and the counter is public", async ({ page, request }) => {
    await page.route("**/arxiv.org/**", (route) => route.fulfill({ body: "" }));
    await page.goto("/arxiv/2601.00005");
    const counted = page.waitForRequest("**/api/count");
    await page.getByRole("link", { name: "PDF" }).first().click();
    await counted;
    await expect(async () => {
      await page.goto("/arxiv/2601.00005");
      await expect(page.getByRole("link", { name: "PDF 1" })).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 5000 });
    const again = await request.post("/api/count", { data: { key: "arxiv:2601.00005", counter: "pdf" } });
    expect(again.status()).toBe(204);
    await page.reload();
    await expect(page.getByRole("link", { name: "PDF 1" })).toBeVisible();
  });

  test("L9 copies title and address", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/search?q=quokka");
    await cards(page).first().getByRole("button", { name: "Copy" }).click();
    await expect(cards(page).first().getByRole("button", { name: "Copied" })).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      "Twofold publication of quokka telemetry\nhttps://arxiv.org/abs/2601.00005",
    );
  });
});

test.describe("L10 mathematics", () => {
  test("L10 TeX is typeset on the server, for eyes and for screen readers", async ({ browser, baseURL }) => {
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: baseURL! });
    const page = await context.newPage();
    await page.goto("/arxiv/2601.00004");
    await expect(page.locator(".paper-abstract .katex").first()).toBeVisible();
    await expect(page.locator(".paper-abstract math").first()).toBeAttached();
    await expect(page.locator(".display-math .katex-display")).toBeVisible();
    await context.close();
  });

  test("L10 broken TeX shows as it was written; prices stay prices; nothing of it becomes a link", async ({
    page,
  }) => {
    await page.goto("/arxiv/2601.00004");
    await expect(page.getByRole("heading", { level: 1 })).toContainText("\\frac{1}{2 and");
    await expect(page.locator(".paper-abstract")).toContainText("$\\begin{matrix} 1$");
    await expect(page.locator(".paper-abstract")).toContainText("from $5 to $10");
    expect(await page.locator('.paper-abstract a[href^="javascript"]').count()).toBe(0);
    expect(await page.locator(".katex-error").count()).toBe(0);
  });
});

test.describe("lists and editions", () => {
  test("L1 a category shows its newest day whole, and earlier days one step away", async ({ page }) => {
    await page.goto("/arxiv/cs.GL");
    await expect(page.getByText("Tuesday, 6 January 2026")).toBeVisible();
    await expect(cards(page)).toHaveCount(3);
    await page.getByRole("link", { name: /Previous day/ }).click();
    await expect(page).toHaveURL(/date=2026-01-05/);
    await expect(cards(page)).toHaveCount(1);
  });

  test("L1 a category whose listing days are not known shows its papers all the same", async ({ page }) => {
    await page.goto("/arxiv/math.DG");
    await expect(cards(page).first()).toBeVisible();
  });

  test("V2 an edition lists its papers by group; an unknown one names those there are", async ({ page }) => {
    await page.goto("/venue/ICLR.2026?group=Oral");
    await expect(cards(page).locator(".paper-title")).toHaveText([/quokka/]);
    const answer = await page.goto("/venue/ICLR.1999");
    expect(answer?.status()).toBe(404);
    await expect(page.getByRole("link", { name: "ICLR 2026" })).toBeVisible();
  });
});

import { cards, expect, test, titles } from "../src/site-test.ts";

test.describe("S1 one box, everything", () => {
  test("S1 the box on the start page finds a paper by its title, and the address can be shared", async ({
    page,
  }) => {
    await page.goto("/");
    await page.getByRole("searchbox").or(page.getByRole("combobox")).fill("rotary position embedding");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/search\?q=rotary\+position\+embedding/);
    expect((await titles(page))[0]).toContain("RoFormer");
  });

  test("S1 arXiv and venue papers are found together, and each alone at its own address", async ({
    page,
  }) => {
    await page.goto("/venue/search?query=quokka&mode=keyword");
    await expect(cards(page)).toHaveCount(1);
    await expect(cards(page).locator(".paper-title a")).toHaveAttribute(
      "href",
      "/venue/quokka_Te-1@OpenReview",
    );
    await page.goto("/arxiv/search?query=quokka&highlight=1&mode=keyword");
    await expect(cards(page).locator(".paper-title a")).toHaveAttribute("href", "/arxiv/2601.00005");
    await expect(page.locator("mark").first()).toHaveText(/quokka/i);
  });

  test("S1 searching works without script", async ({ browser, baseURL }) => {
    const context = await browser.newContext({ javaScriptEnabled: false, baseURL: baseURL! });
    const page = await context.newPage();
    await page.goto("/");
    await page.locator("#home-search").fill("attention");
    await page.keyboard.press("Enter");
    await expect(cards(page).first()).toBeVisible();
    await page.locator(".facets a").first().click();
    await expect(page.locator(".chip")).toBeVisible();
    await context.close();
  });
});

test.describe("S2 why a paper was found", () => {
  test("S2 matched words are marked in all their forms, and marks can be hidden", async ({ page }) => {
    await page.goto("/search?q=transformer");
    await expect(page.locator("mark").first()).toHaveText(/transformer/i);
    await page.getByRole("link", { name: "Hide marks" }).click();
    await expect(page.locator("mark")).toHaveCount(0);
  });

  test("S2 a paper that shares no word with the query is found by its meaning, and says so", async ({
    page,
  }) => {
    await page.goto("/search?q=text+summarisation+of+documents&mode=semantic");
    await expect(page.getByText("close in meaning").first()).toBeVisible();
    await expect(page.getByText("No embedding model is loaded")).toHaveCount(0);
  });

  test("S2 where no paper shown has a word of the query, the page does not say that they have some", async ({
    page,
  }) => {
    const address = `/search?q=${encodeURIComponent("红烧肉怎么做")}`;
    await page.goto(address);
    const notices = page.locator(".notices");
    await expect(notices).toHaveText("None of these papers has any of the words; they are close in meaning.");
    await expect(page.locator("mark")).toHaveCount(0);
    await page.goto(`${address}&mode=semantic`);
    await expect(page.locator("article").first()).toBeVisible();
    await expect(notices).toHaveCount(0);
    await page.goto("/search?q=transformer+zebrafish");
    await expect(notices).toHaveText(/these have 1 or more of them/);
  });
});

test.describe("S3 operators", () => {
  test("S3 a phrase, an author, a category, a venue and a year narrow the results", async ({ page }) => {
    await page.goto(`/search?q=${encodeURIComponent('"attention is all you need"')}`);
    expect((await titles(page))[0]).toBe("Attention Is All You Need");
    await page.goto(`/search?q=${encodeURIComponent('author:"Jianlin Su"')}`);
    expect(await titles(page)).toContain("RoFormer: Enhanced Transformer with Rotary Position Embedding");
    await page.goto("/search?q=cat:cs.GL");
    await expect(cards(page)).toHaveCount(4);
    await page.goto(`/search?q=${encodeURIComponent("attention year:2017..2017 venue:NeurIPS")}`);
    expect(await titles(page)).toContain("Attention Is All You Need");
  });

  test("S3 an excluded word keeps papers out", async ({ page }) => {
    await page.goto("/search?q=quokka+-telemetry&mode=keyword");
    await expect(cards(page)).toHaveCount(0);
    await page.goto("/search?q=quokka+-telemetry");
    expect((await titles(page)).join("\n")).not.toMatch(/telemetry/i);
  });

  test("S3 a malformed operator is taken as text and the page says so", async ({ page }) => {
    await page.goto(`/search?q=${encodeURIComponent("attention cat:nonsense.XX year:soon")}`);
    await expect(page.getByText("“cat:nonsense.XX” names no category of arXiv")).toBeVisible();
    await expect(page.getByText("“year:soon” names no year")).toBeVisible();
  });
});

test.describe("S4 facets and filters", () => {
  test("S4 a facet narrows the results to its count and stays in the address; its chip removes it", async ({
    page,
  }) => {
    // By words alone: the hybrid list also takes in papers that are close in meaning, and more of them under a filter.
    await page.goto("/search?q=attention&mode=keyword");
    const before = await page.locator(".results-count").textContent();
    const facet = page.locator(".facet", { hasText: "Category" }).locator("a").first();
    const count = Number(await facet.locator(".count").textContent());
    await facet.click();
    await expect(page).toHaveURL(/cat=/);
    await expect(page.locator(".results-count")).toContainText(String(count));
    await page.locator(".chip").click();
    await expect(page.locator(".results-count")).toHaveText(before ?? "");
  });

  test("S4 filters of several kinds combine, and all can be removed at once", async ({ page }) => {
    await page.goto("/search?q=attention&cat=cs.CL&year=2017&source=arxiv");
    await expect(page.locator(".chip")).toHaveCount(3);
    for (const time of await cards(page).locator("time").allInnerTexts()) expect(time).toContain("2017");
    await page.getByRole("link", { name: "Remove all" }).click();
    await expect(page.locator(".chip")).toHaveCount(0);
  });
});

test.describe("S5 typos and forms", () => {
  test("S5 a misspelt word is corrected, the page says so and offers the text as typed", async ({ page }) => {
    await page.goto("/search?q=atention+mechanizm&mode=keyword");
    await expect(page.getByRole("status")).toContainText("Showing results for");
    await expect(cards(page).first()).toBeVisible();
    await page.getByRole("link", { name: /as typed/ }).click();
    await expect(page.getByRole("heading", { name: "Nothing matches all of this" })).toBeVisible();
  });
});

test.describe("S6 paste anything", () => {
  for (const [pasted, path] of [
    ["2104.09864", "/arxiv/2104.09864"],
    ["https://arxiv.org/abs/2104.09864v2", "/arxiv/2104.09864v2"],
    ["https://arxiv.org/pdf/math/0211159.pdf", "/arxiv/math/0211159"],
    ["https://openreview.net/forum?id=quokka_Te-1", "/venue/quokka_Te-1@OpenReview"],
    ["10.48550/arXiv.1706.03762", "/arxiv/1706.03762"],
    ["2104.09864, 1706.03762", "/arxiv/2104.09864,1706.03762"],
  ] as const) {
    test(`S6 ${pasted} goes straight to ${path}`, async ({ request }) => {
      const answer = await request.get(`/search?q=${encodeURIComponent(pasted)}`, { maxRedirects: 0 });
      expect(answer.status()).toBe(307);
      expect(answer.headers().location).toBe(path);
    });
  }

  test("S6 an id among words is a search", async ({ request }) => {
    const answer = await request.get("/search?q=follow-up+of+2104.09864", { maxRedirects: 0 });
    expect(answer.status()).toBe(200);
  });
});

test("S7 a Chinese query finds English papers", async ({ page }) => {
  await page.goto(`/search?q=${encodeURIComponent("旋转位置编码")}`);
  expect((await titles(page)).join("\n")).toContain("RoFormer");
});

test("S7 a Chinese question whose words are in no dictionary finds English papers by its meaning", async ({
  page,
}) => {
  await page.goto(`/search?q=${encodeURIComponent("让模型学会遵循人类的指令")}`);
  const first = (await titles(page)).slice(0, 10).join("\n");
  expect(first).toContain("Training language models to follow instructions with human feedback");
});

test.describe("S8 related papers", () => {
  test("S8 [REL] leads to the papers closest in meaning", async ({ page }) => {
    await page.goto("/arxiv/1706.03762");
    await page.getByRole("link", { name: "REL", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Attention Is All You Need");
    await expect(page.getByText("Closest in meaning first.")).toBeVisible();
    expect(await titles(page)).not.toContain("Attention Is All You Need");
    await expect(cards(page).nth(3)).toBeVisible();
  });

  test("S8 several papers together give papers like all of them", async ({ page }) => {
    await page.goto("/search?like=1706.03762,2104.09864");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Papers like these 2");
    await expect(cards(page).first()).toBeVisible();
  });
});

test.describe("S9 suggestions while typing", () => {
  test("S9 arrow keys choose a suggestion, Enter opens it, Escape closes the list", async ({ page }) => {
    await page.goto("/");
    const box = page.getByRole("combobox");
    await box.pressSequentially("attention is all");
    const option = page.getByRole("option", { name: /Attention Is All You Need/ });
    await expect(option).toBeVisible();
    await expect(box).toHaveAttribute("aria-expanded", "true");
    await page.keyboard.press("Escape");
    await expect(option).toBeHidden();
    await expect(box).toHaveValue("attention is all");
    await box.pressSequentially(" you");
    await expect(option).toBeVisible();
    await page.keyboard.press("ArrowDown");
    await expect(page.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/arxiv\/1706\.03762$/);
  });

  test("S9 a suggestion can be clicked", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("combobox").pressSequentially("roformer");
    await page
      .getByRole("option", { name: /RoFormer/ })
      .first()
      .click();
    await expect(page).toHaveURL(/\/arxiv\/2104\.09864$/);
  });
});

test.describe("S10 export", () => {
  for (const [format, type, start] of [
    ["bibtex", "application/x-bibtex", "@"],
    ["ris", "application/x-research-info-systems", "TY  - "],
    ["csl", "application/vnd.citationstyles.csl+json", "["],
    ["markdown", "text/markdown", ""],
    ["csv", "text/csv", ""],
  ] as const) {
    test(`S10 results leave as ${format}`, async ({ request }) => {
      const answer = await request.get(`/search/export?q=attention&format=${format}`);
      expect(answer.status()).toBe(200);
      expect(answer.headers()["content-type"]).toBe(`${type}; charset=utf-8`);
      expect(answer.headers()["content-disposition"]).toContain("attachment");
      const text = (await answer.body()).toString("utf8");
      expect(text.replace(/^\uFEFF/, "").startsWith(start)).toBe(true);
      expect(text.replace(/[{}]/g, "")).toContain("Attention Is All You Need");
    });
  }

  test("S10 the menu on the page exports the search that is shown", async ({ page }) => {
    await page.goto("/search?q=quokka");
    await page.getByText("Export", { exact: true }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "BibTeX" }).click();
    expect((await download).suggestedFilename()).toBe("search.bib");
  });
});

test.describe("paging and empty results", () => {
  test("the second page goes on where the first ended, and back leads back", async ({ page }) => {
    await page.goto("/search?q=learning&show=10");
    const first = await titles(page);
    await page.getByRole("link", { name: "Next" }).click();
    await expect(page).toHaveURL(/skip=10/);
    const second = await titles(page);
    expect(first.filter((title) => second.includes(title))).toEqual([]);
    await page.goBack();
    expect(await titles(page)).toEqual(first);
  });

  test("a search that finds nothing says what to loosen, with links that find something", async ({
    page,
  }) => {
    await page.goto("/search?q=quokka&cat=hep-th&mode=keyword");
    await expect(page.getByText("No paper found")).toBeVisible();
    await page.getByRole("link", { name: "Without the filter hep-th" }).click();
    await expect(cards(page)).toHaveCount(1);
  });

  test("a page beyond the last one leads to the last one", async ({ page }) => {
    const answer = await page.goto("/search?q=attention&skip=5000");
    expect(answer?.status()).toBe(404);
    await page.getByRole("link", { name: "Go to the last page" }).click();
    await expect(cards(page).first()).toBeVisible();
  });

  test("/ goes to the search box", async ({ page }) => {
    await page.goto("/search?q=attention");
    await page.keyboard.press("/");
    await expect(page.locator("#site-search")).toBeFocused();
  });
});

import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "@playwright/test";
import { BUSY } from "../src/busy-days.ts";
import { cards, expect, test, titles } from "../src/site-test.ts";

const LIST = "/arxiv/q-fin.GN";
/** Two papers, where the whole page is looked at. */
const SMALL = `${LIST}?date=2026-02-09`;
const TOTAL = BUSY.gn + BUSY.both;
/** The machine may be busy with other things. */
const PATIENT = { timeout: 30_000 };

/** Papers that are on the page and not hidden by a filter. */
function shown(page: Page) {
  return page.locator("article.paper:not([hidden])");
}

/** Scrolls to the end again and again until so many papers are there. */
async function scrollUntil(page: Page, count: number): Promise<void> {
  await expect(async () => {
    await page.evaluate(() => window.scrollTo({ top: document.body.scrollHeight, behavior: "instant" }));
    expect(await cards(page).count()).toBeGreaterThanOrEqual(count);
  }).toPass(PATIENT);
}

/** Id of the topmost paper in the window. */
function topmost(page: Page): Promise<string | undefined> {
  return page.evaluate(
    () =>
      [...document.querySelectorAll("article.paper:not([hidden])")].find(
        (card) => card.getBoundingClientRect().bottom > 50,
      )?.id,
  );
}

async function scrollToPaper(page: Page, id: string): Promise<void> {
  await expect(async () => {
    await page.evaluate(
      (paper) => document.getElementById(paper)?.scrollIntoView({ block: "start", behavior: "instant" }),
      id,
    );
    await expect.poll(() => topmost(page), { timeout: 1000 }).toBe(id);
  }).toPass(PATIENT);
}

/**
 * Keeps where a card stands at the next click. A measure before it is not enough: Playwright scrolls a link to another
 * height when its first try meets a page that still moves.
 */
async function keepTopAtClick(page: Page, card: string): Promise<void> {
  await page.locator(card).evaluate((element) => {
    sessionStorage.removeItem("top at click");
    const keep = () => sessionStorage.setItem("top at click", String(element.getBoundingClientRect().top));
    document.addEventListener("click", keep, { capture: true, once: true });
  });
}

async function topAtClick(page: Page): Promise<number> {
  const kept = await page.evaluate(() => sessionStorage.getItem("top at click"));
  expect(kept).not.toBeNull();
  return Number(kept);
}

async function withoutScript(browser: Browser, baseURL: string | undefined, locale = "en-GB"): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: baseURL!, locale });
  return context.newPage();
}

const selector = (number: number): string => `#${paperId(number).replaceAll(".", "\\.")}`;
const paperId = (number: number): string => `arxiv-2602.1${String(number).padStart(4, "0")}`;

async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations: faults } = await new AxeBuilder({ page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
      .analyze();
    found.push(...faults.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0]?.html}`));
  }
  return found;
}

test.describe("L1 calendar", () => {
  test("L1 without script it shows which days have papers, with counts, and leads to them and to other months", async ({
    browser,
    baseURL,
  }) => {
    const page = await withoutScript(browser, baseURL);
    await page.goto(LIST);
    await page.getByRole("link", { name: "Calendar" }).click();
    const calendar = page.getByRole("region", { name: "Calendar" });
    await expect(calendar.getByRole("heading")).toHaveText("February 2026");
    await expect(
      calendar.getByRole("link", { name: `Tuesday, 10 February 2026: ${TOTAL} papers · newest` }),
    ).toHaveAttribute("aria-current", "date");
    await expect(calendar.locator("tbody a")).toHaveCount(2);
    await expect(calendar.getByText("11", { exact: true })).toBeVisible();
    await calendar.getByRole("link", { name: "Earlier: January 2026" }).click();
    await expect(calendar.locator("tbody a")).toHaveCount(1);
    await calendar.getByRole("link", { name: "Earlier: December 2025" }).click();
    await expect(calendar.getByRole("link", { name: /^Earlier/ })).toHaveCount(0);
    await calendar.getByRole("link", { name: "Thursday, 4 December 2025: 1 paper" }).click();
    await expect(page).toHaveURL(/\/arxiv\/q-fin\.GN\?date=2025-12-04$/);
    await expect(cards(page)).toHaveCount(1);
    await page.context().close();
  });

  test("L1 by keyboard it opens in place, turns and closes, and the papers stay", async ({ page }) => {
    await page.goto(`${LIST}?show=20`);
    const list = await page.locator(".paper-list").elementHandle();
    await page.getByRole("link", { name: "Calendar" }).focus();
    await page.keyboard.press("Enter");
    const calendar = page.getByRole("region", { name: "Calendar" });
    await expect(calendar.locator("[aria-current=date]")).toBeFocused();
    await calendar.getByRole("link", { name: "Earlier: January 2026" }).focus();
    await page.keyboard.press("Enter");
    await expect(calendar.getByRole("heading")).toHaveText("January 2026");
    await expect(calendar.getByRole("link", { name: "Earlier: December 2025" })).toBeFocused();
    await expect(calendar.locator("tbody a")).toHaveAttribute("href", `${LIST}?date=2026-01-20&show=20`);
    await calendar.getByRole("link", { name: "Close the calendar" }).click();
    await expect(calendar).toHaveCount(0);
    await expect(page.getByRole("link", { name: "Calendar" })).toBeFocused();
    expect(await list?.evaluate((element) => element.isConnected)).toBe(true);
  });

  test("L1 of a union it counts a paper once; absurd months are the month of the day shown", async ({
    page,
  }) => {
    await page.goto("/arxiv/q-fin.GN,q-fin.TR?calendar=2026-02");
    await expect(page.locator(".calendar [aria-current=date]")).toHaveAccessibleName(
      `Tuesday, 10 February 2026: ${BUSY.gn + BUSY.tr} papers · newest`,
    );
    for (const month of ["2026-13", "x", "", "9999-01", "-1"]) {
      await page.goto(`${LIST}?calendar=${month}`);
      await expect(page.locator(".calendar h2"), month).toHaveText("February 2026");
    }
  });
});

test.describe("L4 progressive loading", () => {
  test("L4 the whole day comes as the reader goes on, in order and each paper once, and a screen reader is told", async ({
    page,
  }) => {
    await page.goto(LIST);
    expect(await cards(page).count()).toBe(50);
    await scrollUntil(page, TOTAL);
    const numbers = await page.locator("article.paper .paper-number").allTextContents();
    expect(numbers).toEqual(Array.from({ length: TOTAL }, (_, index) => String(index + 1)));
    await expect(page.locator(".list-status")).toHaveText(`Papers 201 to ${TOTAL} of ${TOTAL} are here.`);
    await expect(
      page.getByRole("navigation", { name: "Pages of results" }).getByRole("link", { name: "Next" }),
    ).toHaveCount(0);
    // What the first block has, later ones have too.
    await expect(cards(page).last().getByRole("button", { name: "Copy" })).toBeVisible();
  });

  test("L4 the address follows the reader, and brings somebody else to the same paper", async ({
    page,
    context,
  }) => {
    await page.goto(`${LIST}?show=40`);
    await scrollUntil(page, 120);
    await scrollToPaper(page, paperId(97));
    await expect(page).toHaveURL(new RegExp(`\\?date=${BUSY.day}&show=40&skip=80#${paperId(97)}$`), PATIENT);
    const other = await context.newPage();
    await other.goto(page.url());
    await expect.poll(() => topmost(other), PATIENT).toBe(paperId(97));
    await expect(other.locator("article.paper .paper-number").first()).toHaveText("81");
    await other.close();
    await page.keyboard.press("Control+Home");
    // The key's animation may still be under way, and takes the page back when it is cut short.
    await expect(async () => {
      await page.evaluate(() => window.scrollTo({ top: 0, behavior: "instant" }));
      await expect(page).toHaveURL(/\/arxiv\/q-fin\.GN\?show=40$/, { timeout: 1000 });
    }).toPass(PATIENT);
  });

  test("L4 back from a paper the loaded papers are there, and the reader is where they were; a reload too", async ({
    page,
  }) => {
    await page.goto(LIST);
    await scrollUntil(page, 150);
    await scrollToPaper(page, paperId(123));
    const top = () => page.locator(selector(123)).evaluate((card) => card.getBoundingClientRect().top);
    await keepTopAtClick(page, selector(123));
    await page.locator(`${selector(123)} .paper-title a`).click();
    await expect(page).toHaveURL(/\/arxiv\/2602\.10123/);
    const before = await topAtClick(page);
    await page.goBack();
    await expect(async () => {
      expect(await cards(page).count()).toBeGreaterThanOrEqual(150);
      expect(Math.abs((await top()) - before)).toBeLessThan(3);
    }).toPass(PATIENT);
    await expect(page.locator("article.paper .paper-number").first()).toHaveText("1");
    await page.reload();
    await expect(async () => {
      expect(await cards(page).count()).toBeGreaterThanOrEqual(150);
      expect(Math.abs((await top()) - before)).toBeLessThan(3);
    }).toPass(PATIENT);
    const numbers = await page.locator("article.paper .paper-number").allTextContents();
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test("L4 from a shared place the papers before it come at a click, and what was in view stays", async ({
    page,
  }) => {
    await page.goto(`${LIST}?skip=100`);
    const top = () => page.locator(selector(101)).evaluate((card) => card.getBoundingClientRect().top);
    await keepTopAtClick(page, selector(101));
    await page.getByRole("link", { name: "Papers 51 to 100, before these" }).click();
    await expect(page.locator("article.paper .paper-number").first()).toHaveText("51", PATIENT);
    const before = await topAtClick(page);
    await expect.poll(async () => Math.abs((await top()) - before), PATIENT).toBeLessThan(3);
    await page.evaluate(() => window.scrollTo({ top: 0, behavior: "instant" }));
    await page.getByRole("link", { name: "Papers 1 to 50, before these" }).click();
    await expect(page.locator("article.paper .paper-number").first()).toHaveText("1", PATIENT);
    await expect(page.locator(".earlier-block")).toHaveCount(0);
  });

  test("L4 a block that does not come is said, and can be tried again", async ({ page }) => {
    await page.route(/skip=50/, (route) => route.abort());
    await page.goto(LIST);
    await page.evaluate(() => window.scrollTo({ top: document.body.scrollHeight, behavior: "instant" }));
    await expect(page.getByRole("alert")).toContainText("The next papers could not be loaded.", PATIENT);
    await page.unroute(/skip=50/);
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("alert")).toHaveCount(0);
    await expect.poll(() => cards(page).count(), PATIENT).toBeGreaterThanOrEqual(100);
  });

  test("L4 without script the pages are links, of the same day", async ({ browser, baseURL }) => {
    const page = await withoutScript(browser, baseURL);
    await page.goto(`${LIST}?show=100`);
    await page.getByRole("link", { name: "Next" }).click();
    await expect(page).toHaveURL(new RegExp(`date=${BUSY.day}&skip=100&show=100$`));
    await expect(page.locator("article.paper .paper-number").first()).toHaveText("101");
    await page.getByRole("link", { name: "Previous", exact: true }).click();
    await expect(page.locator("article.paper .paper-number").first()).toHaveText("1");
    await page.goto(`${LIST}?skip=9000`);
    await expect(page.getByText("beyond the last one")).toBeVisible();
    await page.getByRole("link", { name: "Go to its beginning" }).click();
    await expect(cards(page)).toHaveCount(50);
    await page.context().close();
  });
});

test.describe("L7 in-page filter", () => {
  const field = (page: Page) =>
    page.getByRole("textbox", { name: "Words that the papers of this list have to have" });

  test("L7 Ctrl F opens it; it covers the whole day, marks, stays in the address, and Esc gives the list back", async ({
    page,
  }) => {
    await page.goto(LIST);
    await page.keyboard.press("Control+f");
    await expect(field(page)).toBeFocused();
    await page.keyboard.type("XANTHIPPE");
    await expect(page.getByText(`4 of ${TOTAL} papers match.`)).toBeVisible(PATIENT);
    // Papers 100, 150 and 200 were not on the page.
    await expect(shown(page)).toHaveCount(4, PATIENT);
    expect(await shown(page).locator(".paper-number").allTextContents()).toEqual(["50", "100", "150", "200"]);
    await expect
      .poll(() => page.evaluate(() => CSS.highlights.get("filter-match")?.size ?? 0), PATIENT)
      .toBeGreaterThan(0);
    await expect(page).toHaveURL(/filter=XANTHIPPE/, PATIENT);
    await page.keyboard.press("Enter");
    await expect(shown(page).first().locator(".paper-title a")).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(cards(page)).toHaveCount(50, PATIENT);
    await expect(shown(page)).toHaveCount(50);
    await expect(field(page)).toBeHidden();
    await expect(page).toHaveURL(/\/arxiv\/q-fin\.GN$/, PATIENT);
  });

  test("L7 the second Ctrl F is the browser's own", async ({ page }) => {
    await page.goto(LIST);
    await page.evaluate(() => {
      const seen: boolean[] = [];
      Object.assign(window, { seen });
      addEventListener("keydown", (event) => {
        if (event.key === "f") seen.push(event.defaultPrevented);
      });
    });
    await page.keyboard.press("Control+f");
    await expect(field(page)).toBeFocused();
    await page.keyboard.press("Control+f");
    expect(await page.evaluate(() => (window as unknown as { seen: boolean[] }).seen)).toEqual([true, false]);
  });

  test("L7 words, alternatives, exclusions, fields, phrases, accents and Chinese mean the same with script and without", async ({
    page,
    browser,
    baseURL,
  }) => {
    const plain = await withoutScript(browser, baseURL);
    await page.goto(`${LIST}?show=500`);
    await page.keyboard.press("Control+f");
    for (const filter of [
      "velquin",
      "velquin tromber",
      "title:velquin OR title:tromber -author:brncic",
      '"ledger note 7"',
      "SCHRODINGER -schrödinger",
      "odegard | 王小",
      "账本",
      "bert velquin",
      "author:velquin",
      '"',
    ]) {
      await field(page).fill(filter);
      await plain.goto(`${LIST}?show=500&filter=${encodeURIComponent(filter)}`);
      const expected = await titles(plain);
      await expect(async () => {
        expect(await shown(page).locator(".paper-title").allTextContents(), filter).toEqual(expected);
      }).toPass(PATIENT);
    }
    await plain.context().close();
  });

  test("L7 without script the form filters the whole day, marks, and can be undone", async ({
    browser,
    baseURL,
  }) => {
    const page = await withoutScript(browser, baseURL);
    await page.goto(`${LIST}?sort=submitted&show=20`);
    await page.getByText("Filter this list", { exact: true }).click();
    await field(page).fill("title:quorvax");
    await page.getByRole("button", { name: "Filter" }).click();
    await expect(page).toHaveURL(/date=2026-02-10&sort=submitted&show=20&filter=title%3Aquorvax$/);
    await expect(field(page)).toHaveValue("title:quorvax");
    const count = await page.locator(".filter-count").textContent();
    expect(count).toMatch(/^3\d of 240 papers match\.$/);
    await expect(page.locator(".paper-title mark").first()).toHaveText("quorvax");
    await expect(page.locator(".paper-abstract mark")).toHaveCount(0);
    await page.getByRole("link", { name: "Next", exact: true }).click();
    await expect(page.locator(".paper-title mark").first()).toBeVisible();
    await page.getByRole("link", { name: "Show all" }).click();
    await expect(cards(page)).toHaveCount(20);
    await page.goto(`${LIST}?filter=zzz`);
    await expect(page.getByText("No paper of this list matches “zzz”.")).toBeVisible();
    await page.context().close();
  });

  test("L7 a filtered address is the same after a reload, and typing goes on from there", async ({
    page,
  }) => {
    await page.goto(`${LIST}?filter=title:velquin`);
    const found = await titles(page);
    await page.reload();
    expect(await titles(page)).toEqual(found);
    await page.keyboard.press("Control+f");
    await expect(field(page)).toHaveValue("title:velquin");
    await field(page).fill("xanthippe");
    await expect(shown(page)).toHaveCount(4, PATIENT);
    await field(page).fill("");
    await expect(shown(page)).toHaveCount(50, PATIENT);
    await expect(page).toHaveURL(/\/arxiv\/q-fin\.GN(\?date=2026-02-10)?$/, PATIENT);
  });

  test("L7 a long filtered list loads its next papers too, and back finds it again", async ({ page }) => {
    await page.goto(`${LIST}?show=20`);
    await page.keyboard.press("Control+f");
    await field(page).fill("ledger -velquin");
    await expect(page.getByText(/^\d+ of 240 papers match\.$/)).toBeVisible(PATIENT);
    await expect(page).toHaveURL(/filter=ledger\+-velquin/, PATIENT);
    await scrollUntil(page, 60);
    await shown(page).nth(45).locator(".paper-title a").click();
    await expect(page).toHaveURL(/\/arxiv\/2602\./);
    await page.goBack();
    await expect.poll(() => shown(page).count(), PATIENT).toBeGreaterThanOrEqual(60);
    await expect(field(page)).toHaveValue("ledger -velquin");
  });

  test("L7 when the texts cannot be had, it says so and Enter still filters", async ({ page }) => {
    await page.route("**/api/list-text*", (route) => route.abort());
    await page.goto(LIST);
    await page.keyboard.press("Control+f");
    await field(page).fill("xanthippe");
    await expect(page.getByText("The list could not be filtered while you type")).toBeVisible(PATIENT);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/filter=xanthippe/);
    await expect(shown(page)).toHaveCount(4, PATIENT);
  });

  test("L7 the texts of a day are kept by the browser while they are the same, and bad requests are told why", async ({
    request,
  }) => {
    const address = `/api/list-text?of=${LIST}&date=${BUSY.day}&sort=announced`;
    const first = await request.get(address);
    const { keys, title, abstract, author } = await first.json();
    expect(keys.length).toBe(TOTAL);
    expect([title.length, abstract.length, author.length]).toEqual([TOTAL, TOTAL, TOTAL]);
    const again = await request.get(address, { headers: { "if-none-match": first.headers().etag! } });
    expect(again.status()).toBe(304);
    for (const bad of [
      "",
      "?of=/venue/ICLR",
      `?of=${LIST}`,
      `?of=${LIST}&date=x`,
      "?of=//evil&date=2026-02-10",
    ])
      expect((await request.get(`/api/list-text${bad}`)).status(), bad).toBe(400);
  });
});

test.describe("R5 keys", () => {
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.closest("article")?.id);

  test("R5 j and k go through the papers with a visible focus, also through those that load on the way", async ({
    page,
  }) => {
    await page.goto(`${LIST}?show=10`);
    for (let step = 1; step <= 25; step++) {
      await expect.poll(() => cards(page).count(), PATIENT).toBeGreaterThanOrEqual(step);
      await page.keyboard.press("j");
      expect(await focused(page)).toBe(paperId(step));
    }
    await expect(page.locator(":focus")).toBeInViewport();
    expect(await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)).not.toBe(
      "none",
    );
    await page.keyboard.press("k");
    expect(await focused(page)).toBe(paperId(24));
    await page.keyboard.press("o");
    await expect(page).toHaveURL(/\/arxiv\/2602\.10024$/);
    await page.goBack();
    await expect(cards(page).first()).toBeVisible();
    await page.keyboard.press("j");
    await page.keyboard.press("f");
    await expect(page).toHaveURL(/#faq$/);
  });

  test("R5 s gives a star, which this browser keeps, and takes it away", async ({ page }) => {
    await page.goto(LIST);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("s");
    const star = (number: number) => page.locator(selector(number)).getByRole("button", { name: "Star" });
    await expect(star(2)).toHaveAttribute("aria-pressed", "true");
    await page.reload();
    await expect(star(2)).toHaveAttribute("aria-pressed", "true");
    await expect(star(1)).toHaveAttribute("aria-pressed", "false");
    await page.goto("/arxiv/2602.10002");
    await page.keyboard.press("s");
    await page.goto(LIST);
    await expect(star(2)).toHaveAttribute("aria-pressed", "false");
  });

  test("R5 / goes to the search box; no key does anything while the reader types, with a modifier, or switched off", async ({
    page,
  }) => {
    await page.goto(LIST);
    await page.keyboard.press("/");
    await expect(page.getByRole("combobox")).toBeFocused();
    await page.keyboard.type("jkofs?/");
    await expect(page.getByRole("combobox")).toHaveValue("jkofs?/");
    await page.keyboard.press("Escape");
    await page.locator("main").focus();
    for (const modifier of ["Control", "Alt", "Meta"]) await page.keyboard.press(`${modifier}+j`);
    expect(await focused(page)).toBeUndefined();
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keys" });
    await sheet.getByRole("checkbox", { name: "Single keys are on" }).uncheck();
    await page.keyboard.press("Escape");
    await expect(sheet).toBeHidden();
    await page.keyboard.press("j");
    await page.keyboard.press("?");
    expect(await focused(page)).toBeUndefined();
    await expect(sheet).toBeHidden();
    // The way back does not need the keys.
    await page.getByRole("button", { name: "Keys" }).click();
    await sheet.getByRole("checkbox").check();
    await sheet.getByRole("button", { name: "Close" }).click();
    await page.keyboard.press("j");
    expect(await focused(page)).toBeDefined();
  });

  for (const [locale, name] of [
    ["en-GB", "Keys"],
    ["zh-CN", "快捷键"],
  ] as const) {
    test(`R5 ? shows the keys in a dialog that keeps the focus, in ${locale}`, async ({
      browser,
      baseURL,
    }) => {
      const context = await browser.newContext({ locale, baseURL: baseURL! });
      const page = await context.newPage();
      await page.goto(SMALL);
      await page.keyboard.press("j");
      await page.keyboard.press("?");
      const sheet = page.getByRole("dialog", { name });
      await expect(sheet).toBeVisible();
      expect(await violations(page)).toEqual([]);
      for (let step = 0; step < 6; step++) {
        await page.keyboard.press("Tab");
        const place = await page.evaluate(() => {
          const element = document.activeElement;
          return element === document.body || element?.closest("#keys-sheet") !== null;
        });
        expect(place).toBe(true);
      }
      await page.keyboard.press("j");
      await page.keyboard.press("Escape");
      await expect(sheet).toBeHidden();
      expect(await focused(page)).toBe(paperId(901));
      await context.close();
    });
  }
});

test.describe("L2 and L5 all together", () => {
  test("L5 a union sorted by openings, filtered, in small blocks, of a named day: the calendar and the blocks keep it all", async ({
    page,
    request,
  }) => {
    const union = "/arxiv/q-fin.GN,q-fin.TR";
    for (const number of [305, 77])
      for (const counter of ["pdf", "faq"]) {
        const key = `arxiv:${paperId(number).slice("arxiv-".length)}`;
        expect((await request.post("/api/count", { data: { key, counter } })).status()).toBe(204);
      }
    await page.goto(`${union}?date=${BUSY.day}&sort=stars&show=10&filter=ledger`);
    const first = await page
      .locator("article.paper")
      .evaluateAll((list) => list.slice(0, 2).map(({ id }) => id));
    expect(first.sort()).toEqual([paperId(77), paperId(305)]);
    await scrollUntil(page, 60);
    const numbers = await page.locator("article.paper").evaluateAll((list) => list.map(({ id }) => id));
    expect(new Set(numbers).size).toBe(numbers.length);
    await expect(page).toHaveURL(/sort=stars/);
    await page.getByRole("link", { name: "Calendar" }).click();
    await expect(page.locator(".calendar tbody a").first()).toHaveAttribute(
      "href",
      `${union}?date=2026-02-09&sort=stars&show=10&filter=ledger`,
      PATIENT,
    );
  });

  test("L2 a difference and an archive have the same calendar, filter and blocks", async ({ page }) => {
    await page.goto("/arxiv/q-fin.GN-q-fin.TR?calendar=2026-02&filter=ledger");
    await expect(page.locator(".calendar [aria-current=date]")).toHaveAccessibleName(
      `Tuesday, 10 February 2026: ${BUSY.gn} papers · newest`,
    );
    await expect(page.getByText(`${BUSY.gn - 1} of ${BUSY.gn} papers match.`)).toBeVisible();
    await page.goto("/arxiv/q-fin?calendar=2026-02");
    await scrollUntil(page, BUSY.gn + BUSY.tr);
    expect(await cards(page).count()).toBe(BUSY.gn + BUSY.tr);
  });
});

test("L4 an edition loads its papers as the reader goes on, and keeps group and count in the address", async ({
  page,
  browser,
  baseURL,
}) => {
  await page.goto("/venue/ICML.2026?show=10");
  await scrollUntil(page, BUSY.edition);
  const numbers = await page.locator("article.paper .paper-number").allTextContents();
  expect(numbers).toEqual(Array.from({ length: BUSY.edition }, (_, index) => String(index + 1)));
  // As served: with script the few papers end within sight, and the next page is loaded at once.
  const plain = await browser.newContext({ baseURL: baseURL!, javaScriptEnabled: false });
  const served = await plain.newPage();
  await served.goto("/venue/ICML.2026?group=Oral&show=5");
  await expect(served.locator(".pager a[rel=next]")).toHaveAttribute(
    "href",
    "/venue/ICML.2026?group=Oral&show=5&skip=5",
  );
  await plain.close();
});

for (const locale of ["en-GB", "zh-CN"]) {
  test(`R5 with calendar and filter open a list fits a phone, and axe finds nothing, in ${locale}`, async ({
    browser,
    baseURL,
  }) => {
    const context = await browser.newContext({
      locale,
      baseURL: baseURL!,
      viewport: { width: 390, height: 800 },
    });
    const page = await context.newPage();
    await page.goto(`${SMALL}&calendar=2026-02&filter=ledger`);
    await page.locator("#list-filter").focus();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await violations(page)).toEqual([]);
    await context.close();
  });
}

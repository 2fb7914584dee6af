import { expect, test } from "../src/site-test.ts";

const HAN = /\p{Script=Han}/u;
const PAGES = [
  "/",
  "/search?q=attention",
  "/search?q=zzqx",
  "/arxiv/cs.GL",
  "/arxiv/1901.00001",
  "/how-to-search",
  "/about",
  "/privacy",
  "/venue",
  "/nowhere",
];

test.describe("R4 languages", () => {
  test("R4 the browser's language chooses, and the page says which it is", async ({ browser, baseURL }) => {
    const context = await browser.newContext({ locale: "zh-CN", baseURL: baseURL! });
    const page = await context.newPage();
    await page.goto("/");
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("读今天的论文");
    await context.close();
  });

  test("R4 the switch works without script, comes back to the same page and is kept", async ({
    browser,
    baseURL,
  }) => {
    const context = await browser.newContext({
      locale: "en-GB",
      javaScriptEnabled: false,
      baseURL: baseURL!,
    });
    const page = await context.newPage();
    await page.goto("/search?q=attention&cat=cs.CL");
    await page.getByRole("banner").getByRole("button", { name: "中文" }).click();
    await expect(page).toHaveURL(/\/search\?q=attention&cat=cs\.CL$/);
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
    await page.goto("/arxiv/2104.09864");
    await expect(page.getByText("2021年4月")).toBeVisible();
    await page.getByRole("contentinfo").getByRole("button", { name: "English" }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await context.close();
  });

  test("R4 no English sentence is left in the Chinese interface, and no Chinese one in the English", async ({
    browser,
    baseURL,
  }) => {
    for (const locale of ["en-GB", "zh-CN"]) {
      const context = await browser.newContext({ locale, baseURL: baseURL! });
      const page = await context.newPage();
      for (const path of PAGES) {
        await page.goto(path);
        // Papers are in their authors' language; the other language's name stands on the switch.
        const texts = await page.evaluate(() => {
          for (const element of document.querySelectorAll(
            "article, [lang]:not(html), .examples, code, title, option",
          ))
            element.remove();
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const found: string[] = [];
          while (walker.nextNode()) {
            const text = walker.currentNode.textContent?.trim() ?? "";
            if (text !== "") found.push(text);
          }
          return found;
        });
        if (locale === "en-GB")
          expect(
            texts.filter((text) => HAN.test(text)),
            path,
          ).toEqual(path === "/how-to-search" ? [expect.stringContaining("旋转位置编码")] : []);
        else
          expect(
            texts.filter((text) => !HAN.test(text) && /[a-z]{3,} [a-z]{3,}/.test(text)),
            path,
          ).toEqual([]);
      }
      await context.close();
    }
  });

  test("R4 suggestions say in the page's language what they are", async ({ browser, baseURL }) => {
    const context = await browser.newContext({ locale: "zh-CN", baseURL: baseURL! });
    const page = await context.newPage();
    await page.goto("/");
    await page.getByRole("combobox").pressSequentially("roformer");
    await expect(page.getByRole("option").first()).toContainText("论文");
    await context.close();
  });

  test("R5 light and dark are a choice that is kept, and follow the system without one", async ({
    browser,
    baseURL,
  }) => {
    const context = await browser.newContext({ colorScheme: "dark", baseURL: baseURL! });
    const page = await context.newPage();
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.goto("/");
    const dark = await background();
    await page.getByRole("contentinfo").getByRole("button", { name: "Light" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
    expect(await background()).not.toBe(dark);
    await page.goto("/venue");
    await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
    await page.getByRole("contentinfo").getByRole("button", { name: "Auto" }).click();
    await expect(page.locator("body")).toHaveCSS("background-color", dark);
    await context.close();
  });
});

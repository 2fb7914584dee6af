import { test as base, expect, type Page } from "@playwright/test";

export { expect };

/**
 * The browser test of this suite: pages open on the running site, and a page that logs an error (a script refused by
 * the policy, an exception) fails its test.
 */
export const test = base.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from the pattern.
  baseURL: async ({}, use) => {
    await use(process.env.SITE_ADDRESS ?? "http://127.0.0.1:3000");
  },
  page: async ({ page }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      // The browser reports an answer of 4xx itself; which status is right is the tests' affair.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        errors.push(message.text());
    });
    await use(page);
    expect(errors, "errors in the browser's console").toEqual([]);
  },
});

/** The cards of a list. */
export function cards(page: Page) {
  return page.locator("article.paper");
}

/** The titles of a list, in order; also those that are not rendered yet because they are far below. */
export function titles(page: Page): Promise<string[]> {
  return page.locator("article.paper .paper-title").allTextContents();
}

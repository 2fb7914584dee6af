import { expect, test } from "../src/site-test.ts";

test("R5 the button at the head goes round system, dark and light, says where it leads, and keeps the place on the page", async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/search?q=attention");
  const html = page.locator("html");
  await expect(html).not.toHaveAttribute("data-theme");
  // Far down the page the head is out of sight; the keyboard and the script still reach it.
  await page.evaluate(() => scrollTo(0, 1500));
  await page
    .getByRole("banner")
    .getByRole("button", { name: "Colours: Auto. Switch to Dark" })
    .evaluate((button: HTMLButtonElement) => button.click());
  await expect(html).toHaveAttribute("data-theme", "dark");
  await expect.poll(() => page.evaluate(() => scrollY).catch(() => 0)).toBeGreaterThan(1000);
  await page.getByRole("button", { name: "Colours: Dark. Switch to Light" }).click();
  await expect(html).toHaveAttribute("data-theme", "light");
  await page.getByRole("button", { name: "Colours: Light. Switch to Auto" }).click();
  await expect(html).not.toHaveAttribute("data-theme");
});

test("R5 language and colours are reached with the keyboard before the papers, each target large enough for a finger", async ({
  page,
}) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto("/search?q=attention");
  const buttons = page.locator(".header-preferences button");
  await expect(buttons).toHaveCount(2);
  for (const button of await buttons.all()) {
    const box = (await button.boundingBox())!;
    expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24);
    expect(box.x + box.width).toBeLessThanOrEqual(390);
    expect(box.y).toBeLessThan(50);
  }
  const reached: string[] = [];
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement?.getAttribute("name") ?? ""));
  }
  expect(reached.filter((name) => name === "locale" || name === "theme")).toEqual(["locale", "theme"]);
});

test("an unchanged page is not sent again, and the copy that the browser has still runs its script", async ({
  page,
  request,
}) => {
  const first = await request.get("/arxiv/2104.09864");
  const tag = first.headers().etag!;
  const again = await request.get("/arxiv/2104.09864", { headers: { "If-None-Match": tag } });
  expect(again.status()).toBe(304);
  expect((await again.body()).length).toBe(0);
  expect(again.headers()["content-security-policy"]).toBeUndefined();
  const other = await request.get("/arxiv/2104.09864", {
    headers: { "If-None-Match": tag, "Accept-Language": "zh-CN" },
  });
  expect(other.status()).toBe(200);

  await page.goto("/arxiv/2104.09864");
  await page.reload();
  // Shown by the script alone.
  await expect(page.getByRole("button", { name: "Copy" }).first()).toBeVisible();
});

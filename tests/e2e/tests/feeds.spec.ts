import { gunzipSync } from "node:zlib";
import { parseFeed } from "@rowanmanning/feed-parser";
import { checkAtom } from "../../../apps/web/test/check-atom.ts";
import { cards, expect, test } from "../src/site-test.ts";
import { OLD_DAY, PREPRINT } from "../src/venue-papers.ts";

const FEEDS = [
  "/arxiv/cs.GL/feed",
  "/arxiv/cs.GL,cs.DL-cs.OH/feed",
  "/arxiv/cs/feed",
  "/arxiv/cs.OH/feed",
  "/arxiv/math.DG/feed",
  "/arxiv/cs.GL/feed?date=2026-01-07",
  "/venue/latest/feed",
  "/venue/WOMBAT/feed",
  "/venue/WOMBAT.2030/feed",
  "/venue/WOMBAT.2031/feed?group=Oral",
  "/search/feed?q=attention",
  "/search/feed?q=author:%22Wilma+Wombat%22&cat=q-bio.PE",
  "/arxiv/search/feed?query=quokka",
  "/venue/search/feed?query=quokka&lang=zh",
  "/search/feed?q=zzqxnothing",
];

for (const path of FEEDS) {
  test(`F1 ${path} is valid Atom with the type, and names itself`, async ({ request, baseURL }) => {
    const answer = await request.get(path);
    expect(answer.status()).toBe(200);
    expect(answer.headers()["content-type"]).toBe("application/atom+xml; charset=utf-8");
    expect(answer.headers()["cache-control"]).toMatch(/^public, max-age=\d+$/);
    const xml = await answer.text();
    checkAtom(xml);
    const feed = parseFeed(xml);
    expect(feed.self).toBe(baseURL + path.replace("%22Wilma", "%22Wilma").replace("author:", "author%3A"));
    // Where it says that it is, it is.
    expect(await (await request.get(feed.self!)).text()).toBe(xml);
    expect((await request.get(feed.url!)).status()).toBe(path.includes("zzqx") ? 200 : 200);
  });
}

test("F1 a category's feed has the newest day whole and in order, then days before it", async ({
  page,
  request,
  baseURL,
}) => {
  const feed = parseFeed(await (await request.get("/arxiv/cs.GL/feed")).text());
  await page.goto("/arxiv/cs.GL");
  const day = await cards(page).evaluateAll((papers) =>
    papers.map((paper) => paper.querySelector(".paper-title a")?.getAttribute("href")),
  );
  expect(day).toHaveLength(3);
  const listed = feed.items.map(({ url }) => url?.slice(baseURL!.length));
  expect(listed.slice(0, 3)).toEqual(day);
  expect(listed).toContain("/arxiv/2601.00004");
  expect(feed.items[0]?.published?.toISOString()).toBe("2026-01-06T00:00:00.000Z");
});

test("F1 entries have all authors, the subjects and links to the source, and mathematics that can be read", async ({
  request,
}) => {
  const { items } = parseFeed(await (await request.get("/arxiv/cs.GL/feed")).text());
  const many = items.find(({ title }) => title === "A measurement with three thousand authors");
  expect(many?.authors).toHaveLength(3303);
  expect(many?.authors.at(-1)?.name).toBe("Collaborator Number3303");
  expect(many?.categories.map(({ term }) => term)).toEqual(["cs.GL"]);
  const hostile = items.find(({ title }) => title?.startsWith("Escaping"));
  expect(hostile?.title).toContain("in O(n<m)");
  expect(hostile?.title).toContain("<script>document.title='pwned'</script>");
  const xml = await (await request.get("/arxiv/cs.GL/feed")).text();
  expect(xml).toContain('href="https://arxiv.org/pdf/2601.00002" title="PDF"');
  expect(xml).toContain("Good α² + βᵢ stands beside bad $\\begin{matrix} 1$");
});

test("F1 a summary is safe HTML: what authors wrote is text in it", async ({ request, page }) => {
  const xml = await (await request.get("/arxiv/cs.GL/feed")).text();
  const summaries = [...xml.matchAll(/<summary type="html">(.*?)<\/summary>/gs)].map(([, text]) => text!);
  expect(summaries.length).toBeGreaterThan(3);
  await page.goto("/about");
  const elements = await page.evaluate((escaped) => {
    const decoder = document.createElement("textarea");
    return escaped.flatMap((text) => {
      decoder.innerHTML = text;
      const parsed = new DOMParser().parseFromString(decoder.value, "text/html");
      return [...parsed.body.querySelectorAll("*")].map((element) => element.localName);
    });
  }, summaries);
  expect([...new Set(elements)]).toEqual(["p"]);
});

test("F1 control characters and halves of characters in a title make no invalid feed", async ({
  request,
}) => {
  const xml = await (await request.get("/arxiv/cs.OH/feed")).text();
  checkAtom(xml);
  const [item] = parseFeed(xml).items;
  expect(item?.title).toMatch(/^A control.* character, .*and an unpaired .* surrogate in α ≤ O\(n²\)$/u);
  expect(item?.authors.map(({ name }) => name)).toEqual([
    expect.stringMatching(/^Ola ?Old$|^Ola Old$/),
    "Nora New",
  ]);
});

test("F1 a client that has the feed is told so: by its tag, else by its date", async ({ request }) => {
  const first = await request.get("/arxiv/cs.GL/feed");
  const { etag = "", "last-modified": date = "" } = first.headers();
  expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
  expect(Date.parse(date)).toBeLessThanOrEqual(Date.now());
  const ask = async (headers: Record<string, string>): Promise<number> => {
    const answer = await request.get("/arxiv/cs.GL/feed", { headers });
    if (answer.status() === 304) {
      expect((await answer.body()).length).toBe(0);
      expect(answer.headers().etag).toBe(etag);
      expect(answer.headers()["cache-control"]).toContain("max-age");
    }
    return answer.status();
  };
  expect(await ask({ "if-none-match": etag })).toBe(304);
  expect(await ask({ "if-none-match": `"other", ${etag.replace("W/", "")}` })).toBe(304);
  expect(await ask({ "if-none-match": '"other"' })).toBe(200);
  expect(await ask({ "if-modified-since": date })).toBe(304);
  expect(await ask({ "if-modified-since": "Mon, 05 Jan 2015 00:00:00 GMT" })).toBe(200);
  expect(await ask({ "if-modified-since": "yesterday" })).toBe(200);
  // The tag is exact, a date is not: where both are given the tag decides.
  expect(await ask({ "if-none-match": '"other"', "if-modified-since": date })).toBe(200);
});

test("F1 a feed comes compressed to who accepts it, with the same tag, and HEAD tells the same", async ({
  baseURL,
  request,
}) => {
  const plain = await request.get("/arxiv/cs.GL/feed", { headers: { "accept-encoding": "identity" } });
  expect(plain.headers()["content-encoding"]).toBeUndefined();
  const { request: send } = await import("node:http");
  const packed = await new Promise<{ headers: Record<string, unknown>; body: Buffer }>((done, fail) => {
    const sent = send(`${baseURL}/arxiv/cs.GL/feed`, { headers: { "accept-encoding": "gzip" } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => done({ headers: answer.headers, body: Buffer.concat(chunks) }));
    });
    sent.on("error", fail);
    sent.end();
  });
  expect(packed.headers["content-encoding"]).toBe("gzip");
  expect(String(packed.headers.vary)).toContain("Accept-Encoding");
  expect(gunzipSync(packed.body).toString()).toBe(await plain.text());
  expect(packed.headers.etag).toBe(plain.headers().etag);
  const head = await request.head("/arxiv/cs.GL/feed");
  expect(head.status()).toBe(200);
  expect(head.headers().etag).toBe(plain.headers().etag);
});

for (const [page, feed] of [
  ["/arxiv/cs.GL", "/arxiv/cs.GL/feed"],
  ["/arxiv/cs.GL,cs.DL-cs.OH", "/arxiv/cs.GL,cs.DL-cs.OH/feed"],
  ["/venue", "/venue/latest/feed"],
  ["/venue/WOMBAT", "/venue/WOMBAT/feed"],
  ["/venue/WOMBAT.2031", "/venue/WOMBAT.2031/feed"],
  ["/search?q=quokka&skip=25", "/search/feed?q=quokka"],
  ["/venue/search?query=quokka", "/venue/search/feed?query=quokka"],
] as const) {
  test(`F1 ${page} tells programs and readers of its feed`, async ({ page: tab, baseURL }) => {
    await tab.goto(page);
    const hrefs = await tab
      .locator('link[rel="alternate"][type="application/atom+xml"]')
      .evaluateAll((links) => links.map((link) => (link as HTMLLinkElement).href));
    expect(hrefs).toEqual([baseURL + feed]);
    const shown = tab.getByRole("link", { name: "Atom", exact: true });
    const target = await shown.getAttribute("href");
    const self = parseFeed(await (await tab.request.get(target!)).text()).self;
    expect(self).toBe(baseURL + target!);
  });
}

test("F1 a Chinese page leads to a Chinese feed, whose address alone decides its language", async ({
  browser,
  baseURL,
  request,
}) => {
  const context = await browser.newContext({ locale: "zh-CN", baseURL: baseURL! });
  const page = await context.newPage();
  await page.goto("/arxiv/cs.GL");
  const href = await page.getByRole("link", { name: "Atom", exact: true }).getAttribute("href");
  expect(href).toBe("/arxiv/cs.GL/feed?lang=zh");
  const xml = await (await request.get(href!)).text();
  expect(xml).toContain('xml:lang="zh-CN"');
  expect(xml).toContain("按公布顺序");
  await context.close();
});

test("F1 a venue's feed is of its newest edition, a search's of its newest papers", async ({ request }) => {
  const venue = parseFeed(await (await request.get("/venue/wombat/feed")).text());
  expect(venue.title).toContain("WOMBAT 2031");
  expect(venue.items).toHaveLength(6);
  const group = parseFeed(await (await request.get("/venue/WOMBAT.2031/feed?group=oral")).text());
  expect(group.items).toHaveLength(2);
  const found = parseFeed(await (await request.get("/search/feed?q=wombat+burrows&source=arxiv")).text());
  expect(found.items.map(({ id }) => id?.split("/").at(-1))).toContain(PREPRINT);
  const newest = parseFeed(await (await request.get("/search/feed?q=cat:cs.CL")).text()).items;
  const days = newest.map(({ published }) => published?.getTime() ?? 0);
  expect(days.length).toBeGreaterThan(10);
  expect(days).toEqual([...days].sort((a, b) => b - a));
});

for (const [path, status, sentence] of [
  ["/arxiv/cs.GL/feed?date=2026-02-30", 400, "“2026-02-30” is no date"],
  ["/arxiv/cs.GL/feed?date=0000-00-00", 400, "is no date"],
  ["/arxiv/cs.GL/feed?date=99999-01-01", 400, "is no date"],
  ["/arxiv/cs.GL/feed?date=yesterday", 400, "is no date"],
  ["/search/feed", 400, "q is empty"],
  ["/search/feed?q=%20", 400, "q is empty"],
  ["/search/feed?like=1706.03762", 400, "q is empty"],
  ["/venue/WOMBAT.1999/feed", 404, "WOMBAT 1999 is not stored here"],
  ["/venue/NOSUCH/feed", 404, "NOSUCH is not stored here"],
  ["/venue/WOMBAT.2031/feed?group=Plenary", 404, "is in the group “Plenary”"],
  ["/arxiv/2104.09864/feed", 404, "Feeds are at"],
  ["/feed", 404, "Feeds are at"],
  ["/feed?of=..", 404, "Feeds are at"],
] as const) {
  test(`F1 ${path} is answered ${status} with one sentence`, async ({ request }) => {
    const answer = await request.get(path);
    expect(answer.status()).toBe(status);
    expect(answer.headers()["content-type"]).toContain("text/plain");
    const text = await answer.text();
    expect(text).toContain(sentence);
    expect(text.trim().split("\n")).toHaveLength(1);
  });
}

test("F1 absurd counts are brought into range, unknown categories are named, a day without papers is an empty feed", async ({
  request,
}) => {
  const items = async (path: string) => {
    const xml = await (await request.get(path)).text();
    checkAtom(xml);
    return parseFeed(xml).items.length;
  };
  expect(await items("/arxiv/cs.GL/feed?show=0")).toBe(1);
  expect(await items("/arxiv/cs.GL/feed?show=-5")).toBe(1);
  expect(await items("/arxiv/cs.GL/feed?show=2")).toBe(2);
  expect(await items("/arxiv/cs.GL/feed?show=999999999999&skip=-1")).toBe(4);
  expect(await items("/arxiv/cs.GL/feed?show=many&skip=999999999999")).toBe(4);
  expect(await items("/arxiv/cs.GL/feed?date=2026-01-07")).toBe(0);
  expect(await items(`/arxiv/cs.OH/feed?date=${OLD_DAY}`)).toBe(1);
  const mixed = await (await request.get("/arxiv/cs.GL+cs.NOPE/feed")).text();
  expect(mixed).toContain("Not known as categories: cs.NOPE");
  expect(parseFeed(mixed).items).toHaveLength(4);
});

test("F1 other forms of an address lead for good to the one of the feed", async ({ request }) => {
  for (const [asked, canonical] of [
    ["/arxiv/cs.NA/feed", "/arxiv/math.NA/feed"],
    ["/arxiv/cs.AI+cs.LG-cs.CY/feed?show=5", "/arxiv/cs.AI,cs.LG-cs.CY/feed?show=5"],
    ["/venue/nips/feed", "/venue/NeurIPS/feed"],
    ["/arxiv/cs.GL/feed/", "/arxiv/cs.GL/feed"],
  ]) {
    const answer = await request.get(asked!, { maxRedirects: 0 });
    expect(answer.status(), asked).toBe(308);
    expect(answer.headers().location).toBe(canonical);
  }
});

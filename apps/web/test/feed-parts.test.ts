import { describe, expect, it } from "vitest";
import { formatAge } from "../src/i18n/format.ts";
import { answerConditionally, ChangeMemory } from "../src/server/conditional-answer.ts";
import { decideRoute } from "../src/server/decide-route.ts";
import { listOfChoice, readChosenCategories } from "../src/url/category-choice.ts";
import { feedAddress, readFollowed } from "../src/url/feed-url.ts";

describe("addresses of feeds", () => {
  it.each([
    ["/arxiv/cs.CL", "/arxiv/cs.CL/feed"],
    ["/venue", "/venue/latest/feed"],
    ["/venue/ICLR.2025?group=Oral", "/venue/ICLR.2025/feed?group=Oral"],
    ["/search?q=a+b&sort=newest", "/search/feed?q=a+b"],
    ["/arxiv/search?query=x&sort=stars", "/arxiv/search/feed?query=x&sort=stars"],
  ])("the feed of %s is at %s", (page, feed) => {
    expect(feedAddress(page, { locale: "en" })).toBe(feed);
  });

  it("name the language when it is not English", () => {
    expect(feedAddress("/search?q=x", { locale: "zh", show: 5 })).toBe("/search/feed?q=x&show=5&lang=zh");
  });

  it.each([
    ["/arxiv/cs.CL/feed", "/feed?of=arxiv%2Fcs.CL"],
    ["/venue/latest/feed", "/feed?of=venue%2Flatest"],
    ["/search/feed?q=x&of=evil", "/feed?q=x&of=search"],
    ["/venue/search/feed?query=x", "/feed?query=x&of=venue%2Fsearch"],
  ])("%s leads to its handler", (url, internal) => {
    expect(decideRoute(url)).toEqual({ kind: "render", url: internal });
  });

  it("only lists and searches can be followed", () => {
    for (const path of [
      "",
      "..",
      "arxiv",
      "arxiv/2104.09864",
      "venue/a@b@c",
      "cite",
      "__proto__",
      "arxiv/search/x",
    ])
      expect(readFollowed(path), path).toBeNull();
    expect(readFollowed("arxiv/cs.CL")).toMatchObject({ kind: "categories", path: "/arxiv/cs.CL" });
    expect(readFollowed("venue/iclr")).toMatchObject({ kind: "edition", venue: "ICLR", year: null });
  });

  it("unknown categories stay in the address, so that the page can name them", () => {
    expect(decideRoute("/arxiv/cs.CL+cs.NOPE").kind).toBe("render");
  });
});

describe("answerConditionally", () => {
  const ask = (
    headers: Record<string, string>,
    memory: ChangeMemory,
    body = "<feed/>",
    acceptsGzip = false,
  ) =>
    answerConditionally(
      new Request("http://site.example/feed", { headers }),
      { address: "a", body, contentType: "application/atom+xml", maxAgeSeconds: 60, acceptsGzip },
      memory,
    );

  it("dates a document by when it first had its content, and knows a client by tag or date", async () => {
    let now = Date.parse("2026-01-06T10:00:00Z");
    const memory = new ChangeMemory(() => now);
    const first = await ask({}, memory);
    const date = first.headers.get("last-modified")!;
    expect(date).toBe("Tue, 06 Jan 2026 10:00:00 GMT");
    now += 3_600_000;
    expect((await ask({ "if-modified-since": date }, memory)).status).toBe(304);
    expect((await ask({ "if-none-match": first.headers.get("etag")! }, memory)).status).toBe(304);
    const changed = await ask({ "if-modified-since": date }, memory, "<feed>new</feed>");
    expect(changed.status).toBe(200);
    expect(changed.headers.get("last-modified")).toBe("Tue, 06 Jan 2026 11:00:00 GMT");
    expect(changed.headers.get("etag")).not.toBe(first.headers.get("etag"));
  });

  it("a document that is back to what it was is new again", async () => {
    let now = Date.parse("2026-01-06T10:00:00Z");
    const memory = new ChangeMemory(() => now);
    const { headers } = await ask({}, memory);
    now += 60_000;
    await ask({}, memory, "<feed>other</feed>");
    now += 60_000;
    expect((await ask({ "if-modified-since": headers.get("last-modified")! }, memory)).status).toBe(200);
  });
});

describe("the list that signed categories make", () => {
  it("has the canonical form of the algebra", () => {
    expect(
      listOfChoice([
        ["cs.AI", "+"],
        ["cs.NA", "+"],
        ["cond-mat.str-el", "-"],
      ]),
    ).toBe("/arxiv/cs.AI,math.NA-cond-mat.str-el");
    expect(
      listOfChoice([
        ["cs.CY", "-"],
        ["econ.EM", "-"],
      ]),
    ).toBe("/arxiv/cs,econ-cs.CY-econ.EM");
    expect(listOfChoice([["hep-th", "-"]])).toBeNull();
    expect(
      listOfChoice([
        ["cs.AI", "?"],
        ["", "+"],
        ["nope", "+"],
      ]),
    ).toBeNull();
  });

  it("reads a plus that became a blank on its way", () => {
    expect(readChosenCategories(new URLSearchParams("cs.AI=+&cs.LG=%2B&cs.CL="))).toBe("/arxiv/cs.AI,cs.LG");
  });
});

describe("formatAge", () => {
  it("counts in the largest unit that is full", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    expect(formatAge("en", "2026-01-06", now)).toBe("10 months ago");
    expect(formatAge("en", "2019-03-04", now)).toBe("7 years ago");
    expect(formatAge("en", "2026-11-20", now)).toBe("2 days ago");
    expect(formatAge("zh", "2025-11-01", now)).toBe("去年");
  });
});

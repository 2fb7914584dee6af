import { parseFeed } from "@rowanmanning/feed-parser";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AtomEntry, type AtomFeed, latest, printAtom } from "../src/view/atom.ts";
import { checkAtom } from "./check-atom.ts";

const entry: AtomEntry = {
  id: "http://site.example/arxiv/2601.00001",
  title: "A title",
  updated: "2026-01-06T00:00:00Z",
  published: "2026-01-06T00:00:00Z",
  links: [{ rel: "alternate", href: "http://site.example/arxiv/2601.00001", type: "text/html" }],
  authors: ["Ada Lovelace"],
  categories: [{ term: "cs.CL", scheme: "http://arxiv.org/schemas/atom", label: "Computation and Language" }],
  summaryHtml: "<p>Text.</p>",
};
const feed: AtomFeed = {
  id: "http://site.example/arxiv/cs.CL/feed",
  title: "cs.CL",
  subtitle: "New papers",
  language: "en",
  updated: "2026-01-06T00:00:00Z",
  links: [
    { rel: "self", href: "http://site.example/arxiv/cs.CL/feed", type: "application/atom+xml" },
    { rel: "alternate", href: "http://site.example/arxiv/cs.CL", type: "text/html" },
  ],
  author: { name: "Cool Papers", uri: "http://site.example" },
  icon: "http://site.example/icon.svg",
  entries: [entry],
};

/** Any sequence of UTF-16 units: control characters, halves of pairs. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units));

describe("printAtom", () => {
  it("is valid by RFC 4287, with entries and without", () => {
    checkAtom(printAtom(feed));
    checkAtom(printAtom({ ...feed, entries: [] }));
  });

  it("is checked by a validator that does refuse", () => {
    const xml = printAtom(feed);
    for (const [good, bad] of [
      ["<updated>2026-01-06T00:00:00Z</updated>", ""],
      ["2026-01-06T00:00:00Z</updated>", "2026-13-06T00:00:00Z</updated>"],
      ["<author><name>Ada Lovelace</name></author>", ""],
      ['rel="self"', 'rel="myself"'],
      ["<id>http://site.example/arxiv/2601.00001</id>", "<id>2601.00001</id>"],
      ["</entry>", "<rating>5</rating></entry>"],
      ["A title", "A \u0001title"],
      ["A title", "A & title"],
    ] as const) {
      expect(xml).toContain(good);
      expect(() => checkAtom(xml.replace(good, bad)), bad).toThrow();
    }
  });

  it("stays valid whatever titles, names and texts hold: control characters, lone surrogates, markup, any script", () => {
    const text = fc.oneof(
      anyText,
      fc.constantFrom(
        "\u0000\u0008\u000b\u001f",
        "\ud800",
        "]]>",
        "<!--",
        "\ufffe\uffff",
        "‮עברית",
        "🙂",
        "a\r\nb",
        "&amp;",
      ),
    );
    const entries = fc.array(fc.tuple(text, text, text), { minLength: 20, maxLength: 40 });
    fc.assert(
      fc.property(entries, text, (texts, feedTitle) => {
        const hostile = texts.map(([title, name, summaryHtml], index) => ({
          ...entry,
          id: `${entry.id}v${index}`,
          title: `t${title}`,
          authors: [`n${name}`],
          summaryHtml,
        }));
        checkAtom(printAtom({ ...feed, title: `f${feedTitle}`, entries: hostile }));
      }),
      { numRuns: 20, seed: 7 },
    );
  });

  it("is read by a feed reader as it was meant, all authors and the text with its signs", () => {
    const authors = Array.from({ length: 50 }, (_, index) => `Author ${index + 1}`);
    const title = `1 < 2 & "quotes" ’ 漢字`;
    const read = parseFeed(
      printAtom({ ...feed, entries: [{ ...entry, title, authors, summaryHtml: "<p>a &lt; b</p>" }] }),
    );
    expect(read.title).toBe("cs.CL");
    expect(read.self).toBe("http://site.example/arxiv/cs.CL/feed");
    expect(read.url).toBe("http://site.example/arxiv/cs.CL");
    const [item] = read.items;
    expect(item?.id).toBe(entry.id);
    expect(item?.title).toBe(title);
    expect(item?.url).toBe(entry.id);
    expect(item?.description).toContain("<p>a ");
    expect(item?.updated?.toISOString()).toBe("2026-01-06T00:00:00.000Z");
    expect(item?.authors.map(({ name }) => name)).toEqual(authors);
    expect(item?.categories.map(({ term }) => term)).toEqual(["cs.CL"]);
  });
});

describe("latest", () => {
  it("is the greatest of what is known", () => {
    expect(latest(["2026-01-05T00:00:00Z", null, "2026-01-06T00:00:00Z"])).toBe("2026-01-06T00:00:00Z");
    expect(latest([null])).toBeNull();
    expect(latest([])).toBeNull();
  });
});

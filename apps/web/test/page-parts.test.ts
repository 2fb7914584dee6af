import { parseSearchQuery } from "@cool-papers/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activeFilters, loosen, withoutAllFilters } from "../src/page/loosen.ts";
import { lastPageSkip, pageLinks } from "../src/page/paging.ts";
import { OpeningLimit } from "../src/server/opening-limit.ts";
import { readDayUrl } from "../src/url/day-url.ts";
import { readReturnPath } from "../src/url/return-path.ts";
import { readSearchUrl } from "../src/url/search-url.ts";
import { html, join, Markup } from "../src/view/html.ts";
import { plainText } from "../src/view/plain-text.ts";

const stateOf = (query: string) => readSearchUrl("all", new URLSearchParams(query)).state;

describe("loosen", () => {
  const labels = (query: string, hasVectors = false) => {
    const state = stateOf(query);
    return loosen(state, parseSearchQuery(state.text), hasVectors).map(
      ({ key, state: looser }) => `${key} ${looser.text}`,
    );
  };

  it("offers each filter alone, then all of them", () => {
    const state = stateOf("q=x&cat=cs.CL&venue=ICLR&year=2020");
    const options = loosen(state, parseSearchQuery("x"), false);
    expect(options.slice(0, 4).map(({ key }) => key)).toEqual([
      "search.dropFilter",
      "search.dropFilter",
      "search.dropFilter",
      "search.dropFilters",
    ]);
    expect(activeFilters(options[3]!.state)).toEqual([]);
  });

  it("takes phrases apart, allows excluded words, drops words and operators", () => {
    const shown = labels('q="a b" -c d year:2020');
    expect(shown).toContain("search.dropPhrase a b -c d year:2020");
    expect(shown).toContain('search.dropExcluded "a b" d year:2020');
    expect(shown).toContain('search.dropWord "a b" -c year:2020');
    expect(shown).toContain('search.dropOperator "a b" -c d');
  });

  it("never offers an empty search, and meaning only where there are vectors", () => {
    expect(labels("q=word&mode=keyword")).toEqual([]);
    expect(labels("q=word&mode=keyword", true)).toEqual(["search.byMeaning word"]);
  });

  it("goes back to the first page", () => {
    expect(withoutAllFilters(stateOf("q=x&skip=50&cat=cs.CL")).skip).toBe(0);
  });
});

describe("pageLinks", () => {
  it("has the first, the last and the neighbours, and gaps between", () => {
    const text = pageLinks(1000, 500, 25, 10_000).map((link) =>
      link.kind === "gap" ? "…" : link.page + (link.isCurrent ? "*" : ""),
    );
    expect(text).toEqual(["1", "…", "19", "20", "21*", "22", "23", "…", "40"]);
  });

  it("is empty for one page, and never leads beyond what can be reached", () => {
    expect(pageLinks(25, 0, 25, 10_000)).toEqual([]);
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(10_000), fc.integer({ min: 1, max: 100 }), (total, skip, show) => {
        for (const link of pageLinks(total, skip, show, 10_000)) {
          if (link.kind === "gap") continue;
          expect(link.skip).toBeLessThanOrEqual(10_000 + show);
          expect(link.skip).toBeLessThan(total);
        }
        if (total > 0) expect(lastPageSkip(total, show, 10_000)).toBeLessThan(total);
      }),
    );
  });
});

describe("OpeningLimit", () => {
  it("counts one opening for each client, paper and hour, and so many an hour at most", () => {
    let now = 0;
    const limit = new OpeningLimit({ perPaperMs: 3_600_000, perClientAnHour: 3, clock: () => now });
    expect([limit.admit("a", "p1"), limit.admit("a", "p1"), limit.admit("b", "p1")]).toEqual([
      true,
      false,
      true,
    ]);
    expect([limit.admit("a", "p2"), limit.admit("a", "p3"), limit.admit("a", "p4")]).toEqual([
      true,
      true,
      false,
    ]);
    now = 3_600_000;
    expect(limit.admit("a", "p1")).toBe(true);
  });
});

describe("readReturnPath", () => {
  it.each([
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "",
    null,
    "/a b",
    "/\tx",
  ])("does not follow %j", (value) => {
    expect(readReturnPath(value)).toBe("/");
  });

  it("goes back to a path with its query", () => {
    expect(readReturnPath("/search?q=a%20b&cat=cs.CL")).toBe("/search?q=a%20b&cat=cs.CL");
  });
});

describe("readDayUrl", () => {
  const read = (query: string) => readDayUrl("/arxiv/cs.CL", new URLSearchParams(query));

  it.each(["2026-02-30", "2026-13-01", "yesterday", "20260101", "0000-00-00"])(
    "hands back %s, which is no day",
    (date) => {
      expect(read(`date=${date}`).badDate).toBe(date);
    },
  );

  it("brings numbers into range", () => {
    expect(read("skip=-4&show=100000").state).toMatchObject({ skip: 0, show: 500 });
  });
});

describe("html", () => {
  it("escapes every hole but markup, and drops what is absent", () => {
    expect(
      html`<p title="${`"'<`}">${"<&"}${html`<b>${1}</b>`}${null}${false}${["a", html`<i></i>`]}</p>`.value,
    ).toBe('<p title="&quot;&#39;&lt;">&lt;&amp;<b>1</b>a<i></i></p>');
    expect(join(["a", new Markup("<b>")], ", ").value).toBe("a, <b>");
  });
});

describe("plainText", () => {
  it("keeps the words of titles and leaves out their markup", () => {
    expect(plainText("A \\emph{very}  deep\n$O(n)$ result")).toBe("A very deep O(n) result");
  });
});

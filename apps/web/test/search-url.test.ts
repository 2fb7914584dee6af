import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  printYears,
  readSearchUrl,
  SEARCH_MODES,
  SEARCH_SORTS,
  type SearchState,
  searchParameters,
} from "../src/url/search-url.ts";

const year = fc.option(fc.integer({ min: 1900, max: 2099 }), { nil: null });
const anyState: fc.Arbitrary<SearchState> = fc.record({
  scope: fc.constantFrom("all", "arxiv", "venue"),
  text: fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.replace(/[\ud800-\udfff]/g, "")),
  like: fc.uniqueArray(fc.constantFrom("arxiv:2104.09864", "arxiv:hep-th/9901001", "openreview:NGB6YNnO5o"), {
    maxLength: 3,
  }),
  mode: fc.constantFrom(...SEARCH_MODES),
  sort: fc.constantFrom(...SEARCH_SORTS),
  categories: fc.uniqueArray(fc.constantFrom("cs.CL", "math.NA", "hep-th", "physics"), { maxLength: 3 }),
  venues: fc.uniqueArray(fc.constantFrom("ICLR", "NeurIPS", "Findings"), { maxLength: 3 }),
  years: fc
    .tuple(year, year)
    .map(([a, b]) => (a !== null && b !== null && a > b ? { from: b, to: a } : { from: a, to: b })),
  source: fc.constantFrom(null, "arxiv", "venue"),
  skip: fc.integer({ min: 0, max: 10_000 }),
  show: fc.integer({ min: 1, max: 100 }),
  isHighlighted: fc.boolean(),
  isSpellingCorrected: fc.boolean(),
});

describe("search addresses", () => {
  it("read back as what was printed", () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const { state: read, notices } = readSearchUrl(
          state.scope,
          new URLSearchParams(searchParameters(state).toString()),
        );
        expect(read).toEqual(state);
        expect(notices).toEqual([]);
      }),
    );
  });

  it("are read whatever they hold, and what is left out is reported", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("q", "cat", "year", "skip", "show", "mode", "like"), fc.string())),
        (pairs) => {
          const { state } = readSearchUrl("all", new URLSearchParams(pairs));
          expect(state.skip).toBeGreaterThanOrEqual(0);
          expect(state.show).toBeGreaterThanOrEqual(1);
          expect(state.show).toBeLessThanOrEqual(100);
        },
      ),
    );
    const { notices } = readSearchUrl(
      "all",
      new URLSearchParams("cat=nonsense&year=2020..2010&skip=-1&mode=psychic"),
    );
    expect(notices.map(({ parameter }) => parameter).sort()).toEqual(["cat", "mode", "skip", "year"]);
  });

  it("take a category's aliases as the category", () => {
    expect(readSearchUrl("all", new URLSearchParams("cat=cs.NA,math.NA")).state.categories).toEqual([
      "math.NA",
    ]);
  });

  it.each([
    ["2017", { from: 2017, to: 2017 }],
    ["2017..", { from: 2017, to: null }],
    ["..2017", { from: null, to: 2017 }],
  ])("print the years %s as they are written", (text, years) => {
    expect(readSearchUrl("all", new URLSearchParams({ year: text })).state.years).toEqual(years);
    expect(printYears(years)).toBe(text);
  });
});

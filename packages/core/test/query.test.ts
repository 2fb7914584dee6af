import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addFilterValue,
  canonicalVenue,
  isEmptyQuery,
  MAX_QUERY_LENGTH,
  NO_FILTERS,
  parseEdition,
  parseSearchQuery,
  printSearchQuery,
  printVenuePaperId,
  type QueryFilters,
  removeFilterValue,
  type SearchQuery,
  type TextClause,
} from "../src/index.ts";
import { startCpuClock } from "./cpu-clock.ts";
import { anyPaperId } from "./paper-id-arbitrary.ts";

function filtersOf(text: string): Partial<QueryFilters> {
  const { filters } = parseSearchQuery(text);
  return Object.fromEntries(
    Object.entries(filters).filter(([, value]) => value !== null && value.length !== 0),
  );
}

/** Clauses in short: `-title:"words"`. */
function clausesOf(text: string): string[] {
  return parseSearchQuery(text).clauses.map(
    ({ kind, text: words, field, excluded }) =>
      `${excluded ? "-" : ""}${field ? `${field}:` : ""}${kind === "phrase" ? `"${words}"` : words}`,
  );
}

function noticesOf(text: string): string[] {
  return parseSearchQuery(text).notices.map(({ code, value }) => `${code} ${value}`);
}

test.each<[string, string[]]>([
  ["rotary position embedding", ["rotary", "position", "embedding"]],
  ['"rotary  position" embedding', ['"rotary position"', "embedding"]],
  ['-word -"two words" --dash', ["-word", '-"two words"', "-dash"]],
  [
    'author:"Jianlin Su" title:rotary abstract:"long text"',
    ['author:"Jianlin Su"', "title:rotary", 'abstract:"long text"'],
  ],
  ['-author:Su -title:"a b"', ["-author:Su", '-title:"a b"']],
  ["AUTHOR:Su ti:x au:y abs:z", ["author:Su", "title:x", "author:y", "abstract:z"]],
  ["作者：“苏剑林” 标题：位置编码", ['author:"苏剑林"', "title:位置编码"]],
  ["“exact phrase” －word", ['"exact phrase"', "-word"]],
  ["well-known state-of-the-art", ["well-known", "state-of-the-art"]],
  ["foo:bar http://a.b/c c++ 3:4", ["foo:bar", "http://a.b/c", "c++", "3:4"]],
  ['foo:"bar baz"', ["foo:", '"bar baz"']],
  ['a"b c"d', ["a", '"b c"', "d"]],
  ["", []],
  ['  - -- "" ', []],
  ["constructor:x __proto__:y toString:z", ["constructor:x", "__proto__:y", "toString:z"]],
])("%j looks for %j", (text, clauses) => {
  expect(clausesOf(text)).toEqual(clauses);
  expect(noticesOf(text)).toEqual([]);
});

test.each<[string, Partial<QueryFilters>]>([
  ["cat:cs.CL", { categories: ["cs.CL"] }],
  ["cat:CS.na,math", { categories: ["math.NA", "math"] }],
  [
    "cat:cs.AI+cs.LG-cs.CY -cat:hep-th",
    { categories: ["cs.AI", "cs.LG"], excludedCategories: ["cs.CY", "hep-th"] },
  ],
  ["cat:cs.CL cat:cs.AI", { categories: ["cs.CL", "cs.AI"] }],
  ["分类：cs.CL，cs.AI", { categories: ["cs.CL", "cs.AI"] }],
  ["venue:icml", { venues: ["ICML"] }],
  ["venue:NIPS,iclr -venue:cvpr", { venues: ["NeurIPS", "ICLR"], excludedVenues: ["CVPR"] }],
  ['venue:"The Web Conference"', { venues: ["WWW"] }],
  ["venue:ICML.2024", { venues: ["ICML"], yearFrom: 2024, yearTo: 2024 }],
  ["year:2023", { yearFrom: 2023, yearTo: 2023 }],
  ["year:2020..2024", { yearFrom: 2020, yearTo: 2024 }],
  ["year:2020-2024", { yearFrom: 2020, yearTo: 2024 }],
  ["year:>2020", { yearFrom: 2021 }],
  ["year:>=2020 year:<2024", { yearFrom: 2020, yearTo: 2023 }],
  ["year:..2024", { yearTo: 2024 }],
  ["year:2020..", { yearFrom: 2020 }],
  ["年份：＞2020", { yearFrom: 2021 }],
  ["date:2024-05-01", { dateFrom: "2024-05-01", dateTo: "2024-05-01" }],
  ["date:>2024-05-01", { dateFrom: "2024-05-02" }],
  ["date:>=2024-05-01", { dateFrom: "2024-05-01" }],
  ["date:<2024-03-01", { dateTo: "2024-02-29" }],
  ["date:<=2024-05", { dateTo: "2024-05-31" }],
  ["date:>2024-12", { dateFrom: "2025-01-01" }],
  ["date:2024-02", { dateFrom: "2024-02-01", dateTo: "2024-02-29" }],
  ["date:2024", { dateFrom: "2024-01-01", dateTo: "2024-12-31" }],
  ["date:2024-01-01..2024-02-01", { dateFrom: "2024-01-01", dateTo: "2024-02-01" }],
  ["date:2024/1/5", { dateFrom: "2024-01-05", dateTo: "2024-01-05" }],
  ["id:2104.09864v2", { ids: [{ scheme: "arxiv", local: "2104.09864" }] }],
  [
    "id:2104.09864,NGB6YNnO5o@OpenReview id:acl:P19-1001",
    {
      ids: [
        { scheme: "arxiv", local: "2104.09864" },
        { scheme: "openreview", local: "NGB6YNnO5o" },
        { scheme: "acl", local: "P19-1001" },
      ],
    },
  ],
  ["id:https://arxiv.org/abs/2104.09864", { ids: [{ scheme: "arxiv", local: "2104.09864" }] }],
  ["source:arxiv", { sources: ["arxiv"] }],
  ["source:Venue,arxiv", { sources: ["venue", "arxiv"] }],
])("%j restricts to %j", (text, filters) => {
  expect(filtersOf(text)).toEqual(filters);
  expect(clausesOf(text)).toEqual([]);
  expect(noticesOf(text)).toEqual([]);
});

test.each<[string, string, string]>([
  ["cat:cs.XX", "cs.XX", "unknown-category"],
  ["cat:,", "cat:,", "unknown-category"],
  ["year:soon", "year:soon", "bad-year"],
  ["year:99999", "year:99999", "bad-year"],
  ["year:0", "year:0", "bad-year"],
  ["year:2024..2020", "year:2024..2020", "bad-year"],
  ["year:..", "year:..", "bad-year"],
  ["date:2024-02-30", "date:2024-02-30", "bad-date"],
  ["date:yesterday", "date:yesterday", "bad-date"],
  ["date:2024-13", "date:2024-13", "bad-date"],
  ["date:2024-1-1..2023", "date:2024-1-1..2023", "bad-date"],
  ["date:>9999-12-31", "date:>9999-12-31", "bad-date"],
  ["id:nonsense", "id:nonsense", "bad-id"],
  ["source:twitter", "source:twitter", "bad-source"],
  ["title:", "title:", "empty-operator"],
  ["venue:,", "venue:,", "empty-operator"],
  ["-year:2020", "year:2020", "cannot-exclude"],
])("the malformed operator %j is text (%j) with the notice %s", (text, words, code) => {
  expect(clausesOf(text).join(" ")).toContain(words);
  expect(noticesOf(text)).toHaveLength(1);
  expect(noticesOf(text)[0]).toContain(code);
  expect(filtersOf(text)).toEqual({});
});

test("a quote without partner is dropped with a notice", () => {
  expect(clausesOf('"a b" title:"c d')).toEqual(['"a b"', "title:c", "d"]);
  expect(noticesOf('"a b" title:"c d')).toEqual(['unbalanced-quote "c d']);
});

test("2,000 characters are read, and the rest is cut with a notice", () => {
  const query = parseSearchQuery("word ".repeat(2000));
  expect(query.clauses).toHaveLength(MAX_QUERY_LENGTH / 5);
  expect(query.notices.map(({ code }) => code)).toEqual(["too-long"]);
  expect(query.notices[0]!.value.length).toBeLessThanOrEqual(80);
  const elapsedMs = startCpuClock();
  for (const unit of ['"', "cat:", "a:", "-", "id:", "“", "year:>", " ", "@", 'title:"'])
    parseSearchQuery(unit.repeat(5_000_000));
  expect(elapsedMs()).toBeLessThan(60_000);
});

test("a range that leaves nothing survives printing", () => {
  const query = parseSearchQuery("year:>2024 year:<2020 date:2024 date:2020");
  expect(query.filters).toMatchObject({
    yearFrom: 2025,
    yearTo: 2019,
    dateFrom: "2024-01-01",
    dateTo: "2020-12-31",
  });
  expect(parseSearchQuery(printSearchQuery(query)).filters).toEqual(query.filters);
});

/** What printing promises to keep. */
function meaning({ clauses, filters }: SearchQuery): unknown {
  return { clauses, filters };
}

const fragment = fc.oneof(
  fc.constantFrom(
    "title:",
    "author:",
    "abstract:",
    "cat:",
    "venue:",
    "year:",
    "date:",
    "id:",
    "source:",
    "foo:",
    "-",
    '"',
    "“",
    "：",
    ",",
    "..",
    ">",
    "<=",
    " ",
    "  ",
  ),
  fc.constantFrom(
    "cs.CL",
    "math",
    "cs.NA",
    "ICML.2024",
    "2020",
    "2020..2024",
    "2024-05-01",
    "2104.09864",
    "x@OpenReview",
    "arxiv",
    "BERT",
    "位置",
  ),
  fc.string({ unit: "binary", maxLength: 4 }),
);

test("any text parses, and its printed form parses to the same clauses and filters", () => {
  fc.assert(
    fc.property(
      fc.array(fragment, { maxLength: 20 }).map((pieces) => pieces.join("")),
      (text) => {
        const query = parseSearchQuery(text);
        const printed = printSearchQuery(query);
        expect(meaning(parseSearchQuery(printed))).toEqual(meaning(query));
        expect(printSearchQuery(parseSearchQuery(printed))).toBe(printed);
      },
    ),
    { seed: 1, numRuns: 5000 },
  );
});

const words = fc
  .string({ unit: fc.constantFrom(..."abcé位1.-:+"), minLength: 1, maxLength: 8 })
  .filter((word) => /^[a-cé位]/.test(word) && !/:/.test(word));
const clause: fc.Arbitrary<TextClause> = fc.record({
  kind: fc.constant("phrase"),
  text: fc.array(words, { minLength: 1, maxLength: 3 }).map((list) => list.join(" ")),
  field: fc.constantFrom(null, "title", "abstract", "author"),
  excluded: fc.boolean(),
});

test("clauses and ids of every scheme survive printing", () => {
  fc.assert(
    fc.property(
      fc.array(clause, { maxLength: 5 }),
      fc.uniqueArray(anyPaperId, { selector: printVenuePaperId, maxLength: 4 }),
      (clauses, ids) => {
        const query: SearchQuery = { clauses, filters: { ...NO_FILTERS, ids }, notices: [] };
        expect(parseSearchQuery(printSearchQuery(query))).toEqual(query);
      },
    ),
    { seed: 2 },
  );
});

test("values are added to and removed from lists of filters", () => {
  const query = parseSearchQuery("bert cat:cs.CL");
  const more = addFilterValue(query, "venues", "ICLR");
  expect(printSearchQuery(more)).toBe("bert cat:cs.CL venue:ICLR");
  expect(addFilterValue(more, "venues", "ICLR")).toBe(more);
  expect(printSearchQuery(removeFilterValue(more, "categories", "cs.CL"))).toBe("bert venue:ICLR");
});

test("an empty query is one without text and filters", () => {
  expect(isEmptyQuery(parseSearchQuery(' "" - '))).toBe(true);
  expect(isEmptyQuery(parseSearchQuery("cat:cs.CL"))).toBe(false);
  expect(isEmptyQuery(parseSearchQuery("year:2020"))).toBe(false);
  expect(isEmptyQuery(parseSearchQuery("word"))).toBe(false);
});

test("series have their usual spelling, editions a series and a year", () => {
  expect(canonicalVenue(" nips ")).toBe("NeurIPS");
  expect(canonicalVenue("My Workshop")).toBe("My Workshop");
  expect(parseEdition("iclr.2025")).toEqual({ venue: "ICLR", year: 2025 });
  expect(parseEdition("NeurIPS2024")).toEqual({ venue: "NeurIPS", year: 2024 });
  expect(parseEdition("ICLR")).toEqual({ venue: "ICLR", year: null });
});

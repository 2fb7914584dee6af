/** What the record promises, on every driver. */
import type { Paper } from "@cool-papers/core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type ClaimRequest,
  categoryCounts,
  claimUnembedded,
  completeClaims,
  countSitemapPages,
  countUnembedded,
  type Database,
  databaseStats,
  deleteEmbeddings,
  deletePapers,
  editionPapers,
  extendClaims,
  getEmbeddings,
  getPapers,
  getPapersByKey,
  getVenue,
  getWorkMembers,
  InvalidDayError,
  incrementCounter,
  latestChange,
  latestVenuePapers,
  linkWorks,
  listCategoryDay,
  listDays,
  listDayTexts,
  listEmbeddingModels,
  listMonth,
  listSitemap,
  migrate,
  othersClaims,
  putEmbeddings,
  readState,
  releaseClaims,
  type SearchDocumentRow,
  streamSearchDocuments,
  tidyDatabase,
  upsertPapers,
  VectorDimensionError,
  venueEditions,
  writeState,
} from "../src/index.ts";
import { toPaperId } from "../src/paper-row.ts";
import { DRIVERS, emptyDatabase, type TestDatabase } from "./drivers.ts";
import { makePaper } from "./make-paper.ts";

/** Making a database takes four seconds on a quiet machine. */
const OPEN_TIMEOUT_MS = 180_000;

async function collect<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

/** Mulberry32: numbers in [0, 1) that a seed fixes. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Work key of each paper. */
async function worksOf(db: Database, keys: readonly string[]): Promise<(string | undefined)[]> {
  return (await getPapersByKey(db, keys)).map((paper) => paper?.workKey);
}

describe.each(DRIVERS)("the record on $name", (driver) => {
  if (driver.skipped !== null) {
    test.skip(driver.skipped, () => {});
    return;
  }
  let opened: TestDatabase;
  let db: Database;
  beforeAll(async () => {
    opened = await driver.open();
    db = opened.db;
  }, OPEN_TIMEOUT_MS);
  beforeEach(() => emptyDatabase(db));
  afterAll(() => opened?.end());

  const stored = async (key: string) => (await getPapersByKey(db, [key]))[0]!;

  describe("papers", () => {
    test("every field comes back as it went in", async () => {
      const paper: Paper = {
        ...makePaper("arxiv:hep-th/9901001"),
        version: 3,
        authors: [{ name: "José Ångström", given: "José", family: "Ångström" }, { name: "量子 组" }],
        categories: ["hep-th", "math-ph", "cs.LG"],
        primaryCategory: "hep-th",
        submittedAt: "1999-01-01T00:00:01Z",
        submittedPrecision: "instant",
        updatedAt: "2001-02-03T23:59:59Z",
        announcedOn: "1999-01-04",
        announcedProvenance: "computed",
        withdrawn: true,
        comments: "12 pages",
        journalRef: "J. Phys. 1 (1999)",
        doi: "10.1000/abc",
        license: "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
        venue: { venue: "ICML", year: 1999, track: "Long", decision: "Oral" },
        keywords: ['a "quoted" one', "back\\slash", "{braces}, comma"],
        pdfUrl: "https://example.org/a.pdf",
        sourceUrl: "https://example.org/a",
        otherIds: [toPaperId("openreview:NGB6YNnO5o")],
      };
      await upsertPapers(db, [paper]);
      const { key, workKey, counters, sameWork, storedAt, ...facts } = await stored("arxiv:hep-th/9901001");
      expect(facts).toEqual(paper);
      expect(storedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect({ key, workKey, counters, sameWork }).toEqual({
        key: "arxiv:hep-th/9901001",
        workKey: "arxiv:hep-th/9901001",
        counters: { pdf: 0, faq: 0 },
        sameWork: [],
      });
    });

    test("a paper with nothing but a title and an id is stored", async () => {
      const bare: Paper = {
        ...makePaper("doi:10.1145/3580305.3599256"),
        abstract: "",
        authors: [],
        venue: null,
        submittedPrecision: "month",
      };
      await upsertPapers(db, [bare]);
      expect(await stored("doi:10.1145/3580305.3599256")).toMatchObject(bare);
    });

    test("storing the same papers twice changes nothing", async () => {
      const papers = [makePaper("arxiv:2405.00001", { doi: "10.1/X" }), makePaper("acl:2024.acl-long.290")];
      expect(await upsertPapers(db, papers)).toMatchObject({ inserted: 2, updated: 0, unchanged: 0 });
      const change = await latestChange(db);
      expect(await upsertPapers(db, papers)).toMatchObject({ inserted: 0, updated: 0, unchanged: 2 });
      expect(await latestChange(db)).toBe(change);
    });

    test("a conference's row for an arXiv paper keeps the arXiv facts and adds the venue, in either order", async () => {
      const arxiv = makePaper("arxiv:2405.00001", {
        abstract: "The real abstract.",
        categories: ["cs.CL", "cs.AI"],
      });
      const venueRow = makePaper("arxiv:2405.00001", {
        title: "Paper arXiv:2405.00001 (camera-ready)",
        abstract: "",
        categories: [],
        primaryCategory: null,
        submittedAt: "2024-05-01T00:00:00Z",
        submittedPrecision: "month",
        announcedOn: null,
        announcedProvenance: null,
        venue: { venue: "NeurIPS", year: 2024, track: "Main", decision: "Spotlight" },
        keywords: ["learning"],
      });
      for (const order of [
        [arxiv, venueRow],
        [venueRow, arxiv],
      ]) {
        await emptyDatabase(db);
        for (const paper of order) await upsertPapers(db, [paper]);
        expect(await stored("arxiv:2405.00001")).toMatchObject({
          title: arxiv.title,
          abstract: "The real abstract.",
          categories: ["cs.CL", "cs.AI"],
          submittedAt: "2024-05-01T12:00:00Z",
          announcedOn: "2024-05-02",
          venue: { venue: "NeurIPS", decision: "Spotlight" },
          keywords: ["learning"],
        });
        expect(await upsertPapers(db, order)).toMatchObject({ unchanged: 1, updated: 0 });
      }
    });

    test("one paper twice in a call counts once and is merged", async () => {
      const first = makePaper("arxiv:2405.00001", { comments: "8 pages" });
      const second = makePaper("arxiv:2405.00001", { version: 2, title: "New title" });
      expect(await upsertPapers(db, [first, second])).toMatchObject({
        inserted: 1,
        updated: 0,
        unchanged: 0,
      });
      expect(await stored("arxiv:2405.00001")).toMatchObject({
        title: "New title",
        comments: "8 pages",
        version: 2,
      });
    });

    test("a changed category or day moves the paper between lists", async () => {
      await upsertPapers(db, [makePaper("arxiv:2405.00001", { categories: ["cs.LG", "cs.CV"] })]);
      await upsertPapers(db, [
        makePaper("arxiv:2405.00001", { version: 2, categories: ["cs.LG", "stat.ML"] }),
      ]);
      const counts = await categoryCounts(db);
      expect(Object.keys(counts.categories).sort()).toEqual(["cs.LG", "stat.ML"]);
    });

    test("SQL, HTML, quotes and backslashes in every field are only text", async () => {
      const evil =
        `'; drop table papers; -- <script>alert("x")</script> \\ {NULL,"a"} $1 %s \u2028 \t \n`.trim();
      const paper = makePaper("openreview:a-b_c", {
        title: evil,
        abstract: evil,
        authors: [{ name: evil, given: evil, family: evil }],
        categories: [evil],
        primaryCategory: evil,
        comments: evil,
        journalRef: evil,
        doi: evil.toLowerCase(),
        license: evil,
        venue: { venue: evil, year: 2024, track: evil, decision: evil },
        keywords: [evil, "NULL", ""].filter((keyword) => keyword !== ""),
        pdfUrl: evil,
        sourceUrl: evil,
        otherIds: [{ scheme: "doi", local: evil }],
      });
      await upsertPapers(db, [paper]);
      expect(await stored("openreview:a-b_c")).toMatchObject(paper);
      expect(
        (await editionPapers(db, { venue: evil, year: 2024, group: evil, skip: 0, limit: 5 })).total,
      ).toBe(1);
      expect((await listDays(db, { include: [evil], exclude: [evil] })).length).toBe(0);
      expect(await getPapersByKey(db, [`doi:${evil}`])).toMatchObject([{ key: "openreview:a-b_c" }]);
      await writeState(db, evil, { evil });
      expect(await readState(db, evil)).toEqual({ evil });
    });

    test("NUL and lone surrogates are repaired, the rest of the text stays", async () => {
      await upsertPapers(db, [
        makePaper("arxiv:2405.00001", {
          title: "A\0B \ud800 end",
          abstract: "\udfffstart",
          authors: [{ name: "N\0ame" }],
          keywords: ["k\0", "\0"],
          comments: "\0",
        }),
      ]);
      expect(await stored("arxiv:2405.00001")).toMatchObject({
        title: "AB \ufffd end",
        abstract: "\ufffdstart",
        authors: [{ name: "Name" }],
        keywords: ["k"],
        comments: null,
      });
    });

    test("3,303 authors and an abstract of 16 kB come back whole and in order", async () => {
      const authors = Array.from({ length: 3303 }, (_, i) => ({ name: `Author Number ${i}` }));
      const abstract = "Words of an abstract. ".repeat(745);
      await upsertPapers(db, [makePaper("arxiv:1502.00001", { authors, abstract })]);
      const paper = await stored("arxiv:1502.00001");
      expect(paper.authors).toEqual(authors);
      expect(paper.abstract).toBe(abstract.trim());
    });

    test("a paper with impossible facts is refused with its reason, its neighbours are stored", async () => {
      const result = await upsertPapers(db, [
        makePaper("arxiv:2405.00001"),
        makePaper("arxiv:2405.00002", { submittedAt: "2024-13-45T00:00:00Z" }),
        makePaper("arxiv:2405.00003", { submittedAt: "9999-01-01T00:00:00Z" }),
        makePaper("arxiv:2405.00004", { announcedOn: "2024-02-30" }),
        makePaper("arxiv:2405.00005", { venue: { venue: "ICLR", year: -4000, track: "", decision: "" } }),
        makePaper("arxiv:2405.00006", { title: " \0 " }),
        makePaper("arxiv:2405.00007", { version: 1.5 }),
        makePaper("arxiv:2405.00008", { doi: "x".repeat(5000) }),
        makePaper("arxiv:2405.00009"),
      ]);
      expect(result.inserted).toBe(2);
      expect(result.rejected.map(({ key, field }) => [key.slice(-1), field])).toEqual([
        ["2", "submittedAt"],
        ["3", "submittedAt year"],
        ["4", "announcedOn"],
        ["5", "venue year"],
        ["6", "title"],
        ["7", "version"],
        ["8", "doi"],
      ]);
      expect(result.rejected[0]!.reason).toBe(
        'submittedAt "2024-13-45T00:00:00Z" is not an ISO 8601 instant.',
      );
    });

    test("papers come back in the order asked, null where none is stored", async () => {
      await upsertPapers(db, [makePaper("arxiv:2405.00001"), makePaper("acl:2024.acl-long.290")]);
      const keys = ["acl:2024.acl-long.290", "arxiv:9901.00001", "arxiv:2405.00001", "acl:2024.acl-long.290"];
      const papers = await getPapers(
        db,
        keys.map((key) => toPaperId(key)),
      );
      expect(papers.map((paper) => paper?.key ?? null)).toEqual([keys[0], null, keys[2], keys[3]]);
      expect(await getPapers(db, [])).toEqual([]);
    });

    test("a stated other id and a DOI find the paper; the paper's own record comes first", async () => {
      await upsertPapers(db, [
        makePaper("openreview:abc", { otherIds: [toPaperId("arxiv:2405.00001")], doi: "10.1/ABC" }),
      ]);
      expect((await stored("arxiv:2405.00001")).key).toBe("openreview:abc");
      expect((await stored("doi:10.1/abc")).key).toBe("openreview:abc");
      await upsertPapers(db, [makePaper("arxiv:2405.00001")]);
      expect((await stored("arxiv:2405.00001")).key).toBe("arxiv:2405.00001");
    });

    test("a dropped other id no longer finds the paper", async () => {
      await upsertPapers(db, [makePaper("arxiv:2405.00001", { doi: "10.1/old" })]);
      await upsertPapers(db, [makePaper("arxiv:2405.00001", { doi: "10.1/new", version: 2 })]);
      expect((await getPapersByKey(db, ["doi:10.1/old", "doi:10.1/new"])).map((paper) => paper?.key)).toEqual(
        [undefined, "arxiv:2405.00001"],
      );
    });
  });

  describe("works", () => {
    const title = "A Study of Something Particular";
    const twin = (key: string, facts: Partial<Paper> = {}) => makePaper(key, { title, ...facts });

    test("the same title and authors at arXiv and a venue are one work under the arXiv key", async () => {
      await upsertPapers(db, [
        twin("openreview:zzz"),
        twin("arxiv:2405.00001", { title: "a study of SOMETHING particular" }),
      ]);
      expect(await linkWorks(db)).toEqual({ linked: 1, split: 0 });
      expect(await linkWorks(db)).toEqual({ linked: 0, split: 0 });
      const members = await getWorkMembers(db, "openreview:zzz");
      expect(members.map((member) => member.key)).toEqual(["arxiv:2405.00001", "openreview:zzz"]);
      expect(members[0]!.sameWork).toEqual([
        { key: "openreview:zzz", venue: { venue: "ICLR", year: 2024, track: "", decision: "Poster" } },
      ]);
    });

    test("a stated id and a shared DOI link papers whose titles differ", async () => {
      await upsertPapers(db, [
        makePaper("arxiv:2405.00001", { doi: "10.1/a" }),
        makePaper("openreview:abc", { otherIds: [toPaperId("arxiv:2405.00001")] }),
        makePaper("acl:2024.acl-long.1", { doi: "10.1/a" }),
      ]);
      await linkWorks(db);
      expect(await worksOf(db, ["openreview:abc", "acl:2024.acl-long.1"])).toEqual([
        "arxiv:2405.00001",
        "arxiv:2405.00001",
      ]);
    });

    test("without an arXiv paper the richest venue record represents the work", async () => {
      await upsertPapers(db, [
        twin("acl:2024.acl-long.1", { abstract: "" }),
        twin("openreview:zzz", { abstract: "Words.", pdfUrl: "https://example.org/p.pdf" }),
      ]);
      await linkWorks(db);
      expect(await worksOf(db, ["acl:2024.acl-long.1"])).toEqual(["openreview:zzz"]);
    });

    test("linking only what is new gives what linking everything gives", async () => {
      await upsertPapers(db, [twin("openreview:a1"), makePaper("arxiv:2405.00007")]);
      await linkWorks(db);
      const before = await latestChange(db);
      await upsertPapers(db, [
        twin("arxiv:2405.00001"),
        twin("pmlr:v235/key24a", { otherIds: [toPaperId("acl:2024.acl-long.9")] }),
        makePaper("acl:2024.acl-long.9"),
      ]);
      await linkWorks(db, { since: before });
      const keys = [
        "openreview:a1",
        "arxiv:2405.00001",
        "pmlr:v235/key24a",
        "acl:2024.acl-long.9",
        "arxiv:2405.00007",
      ];
      const incremental = await worksOf(db, keys);
      expect(incremental).toEqual([...Array(4).fill("arxiv:2405.00001"), "arxiv:2405.00007"]);
      expect(await linkWorks(db)).toEqual({ linked: 0, split: 0 });
      expect(await worksOf(db, keys)).toEqual(incremental);
    });

    test("after any history of changes, incremental linking has left nothing for full linking to do", async () => {
      const random = seededRandom(20261122);
      const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)]!;
      const keys = [
        "arxiv:2405.00001",
        "arxiv:2405.00002",
        "openreview:a",
        "openreview:b",
        "acl:c",
        "pmlr:d",
      ];
      for (let version = 1; version <= 25; version += 1) {
        const before = await latestChange(db);
        const changed = [pick(keys), pick(keys)].map((key) =>
          makePaper(key, {
            version,
            title: pick(["First title", "Second title", "Third title"]),
            authors: pick([[{ name: "Ada Lovelace" }], [{ name: "Emmy Noether" }]]),
            doi: pick([null, null, `10.1/${pick(["x", "y"])}`]),
          }),
        );
        await upsertPapers(db, changed);
        await linkWorks(db, { since: before });
        expect(await linkWorks(db), `after change ${version}`).toEqual({ linked: 0, split: 0 });
      }
    });

    test.each(["all", "changed"] as const)(
      "a link whose evidence has gone is undone when linking %s",
      async (mode) => {
        await upsertPapers(db, [
          twin("openreview:a1"),
          twin("arxiv:2405.00001"),
          twin("acl:2024.acl-long.1"),
        ]);
        await linkWorks(db);
        const before = await latestChange(db);
        await upsertPapers(db, [
          twin("arxiv:2405.00001", {
            version: 2,
            title: "Quite another title",
            authors: [{ name: "Someone Else" }],
          }),
        ]);
        expect(await linkWorks(db, mode === "all" ? {} : { since: before })).toEqual({ linked: 1, split: 1 });
        expect(await worksOf(db, ["arxiv:2405.00001", "openreview:a1", "acl:2024.acl-long.1"])).toEqual([
          "arxiv:2405.00001",
          "acl:2024.acl-long.1",
          "acl:2024.acl-long.1",
        ]);
      },
    );
  });

  describe("documents for the search index", () => {
    test("a work is one document with what all its members say", async () => {
      await upsertPapers(db, [
        makePaper("arxiv:2405.00001", {
          title: "One Thing",
          categories: ["cs.LG", "stat.ML"],
          abstract: "Preprint.",
        }),
        makePaper("openreview:abc", { title: "One thing" }),
        makePaper("acl:2024.acl-long.1", {
          venue: { venue: "ACL", year: 2019, track: "Long", decision: "" },
        }),
      ]);
      await linkWorks(db);
      await incrementCounter(db, "openreview:abc", "pdf");
      await incrementCounter(db, "arxiv:2405.00001", "faq");
      const documents = await collect(streamSearchDocuments(db));
      expect(documents).toEqual<SearchDocumentRow[]>([
        {
          key: "acl:2024.acl-long.1",
          title: "Paper acl:2024.acl-long.1",
          abstract: "About acl:2024.acl-long.1.",
          authors: ["Ada Lovelace", "Emmy Noether"],
          categories: [],
          venues: ["ACL"],
          sources: ["venue"],
          memberKeys: ["acl:2024.acl-long.1"],
          date: "2019-01-01",
          year: 2019,
          stars: 0,
        },
        {
          key: "arxiv:2405.00001",
          title: "One Thing",
          abstract: "Preprint.",
          authors: ["Ada Lovelace", "Emmy Noether"],
          categories: ["cs.LG", "stat.ML"],
          venues: ["ICLR"],
          sources: ["arxiv", "venue"],
          memberKeys: ["arxiv:2405.00001", "openreview:abc"],
          date: "2024-05-01",
          year: 2024,
          stars: 2,
        },
      ]);
    });

    test("an arXiv paper with a venue of its own counts for both sources", async () => {
      const venue = { venue: "NeurIPS", year: 2024, track: "", decision: "" };
      await upsertPapers(db, [makePaper("arxiv:2405.00001", { venue })]);
      expect((await collect(streamSearchDocuments(db)))[0]!.sources).toEqual(["arxiv", "venue"]);
    });

    test("pages of any size give every work once", async () => {
      const papers = Array.from({ length: 23 }, (_, i) =>
        makePaper(`arxiv:2405.${String(i).padStart(5, "0")}`),
      );
      await upsertPapers(db, [...papers, makePaper("openreview:abc", { title: papers[4]!.title })]);
      await linkWorks(db);
      for (const batchSize of [1, 7, 23, 100]) {
        const keys = (await collect(streamSearchDocuments(db, { batchSize }))).map(
          (document) => document.key,
        );
        expect(keys).toEqual(papers.map((paper) => `arxiv:${paper.id.local}`));
      }
    });

    test("only works that changed since come again: papers, links and counters", async () => {
      const changed = async (since: number) =>
        (await collect(streamSearchDocuments(db, { changedSince: since, batchSize: 2 }))).map(
          (document) => document.key,
        );
      const papers = ["00001", "00002", "00003", "00004", "00005"].map((n) => makePaper(`arxiv:2405.${n}`));
      await upsertPapers(db, papers);
      const first = await latestChange(db);
      expect(await changed(first)).toEqual([]);
      await upsertPapers(db, [
        ...papers.slice(1),
        makePaper("arxiv:2405.00002", { title: "Changed", version: 2 }),
      ]);
      expect(await changed(first)).toEqual(["arxiv:2405.00002"]);
      const second = await latestChange(db);
      await incrementCounter(db, "arxiv:2405.00004", "pdf");
      expect(await changed(second)).toEqual(["arxiv:2405.00004"]);
      const third = await latestChange(db);
      await upsertPapers(db, [makePaper("openreview:abc", { title: papers[4]!.title })]);
      await linkWorks(db, { since: third });
      expect(await changed(third)).toEqual(["arxiv:2405.00005"]);
      expect(await changed(first)).toEqual(["arxiv:2405.00002", "arxiv:2405.00004", "arxiv:2405.00005"]);
    });

    test("a stream can be given up by its signal", async () => {
      await upsertPapers(db, [makePaper("arxiv:2405.00001")]);
      await expect(collect(streamSearchDocuments(db, { signal: AbortSignal.abort() }))).rejects.toThrow(
        /abort/i,
      );
    });
  });

  describe("category lists", () => {
    const on = (day: string, ...categories: string[]) => ({
      announcedOn: day,
      categories,
      primaryCategory: categories[0] ?? null,
    });
    const week = [
      makePaper("arxiv:2405.00005", on("2024-05-02", "cs.CL", "cs.AI")),
      makePaper("arxiv:2405.00003", on("2024-05-02", "cs.AI")),
      makePaper("arxiv:2405.00004", on("2024-05-02", "cs.AI", "cs.CY")),
      makePaper("arxiv:2405.00001", on("2024-05-01", "cs.AI")),
      makePaper("arxiv:2405.00009", on("2024-05-06", "math.AG")),
      makePaper("arxiv:2405.00010", {
        ...on("2024-05-06", "cs.AI"),
        announcedOn: null,
        announcedProvenance: null,
      }),
    ];
    const page = { skip: 0, limit: 100, sort: "announced" } as const;
    const numbers = (papers: readonly { key: string }[]) =>
      papers.map((paper) => Number(paper.key.slice(-2)));

    test("the newest day comes without a date: new papers first, then cross-lists, each by id", async () => {
      await upsertPapers(db, week);
      const day = await listCategoryDay(db, { include: ["cs.AI"], exclude: [] }, null, page);
      expect(day).toMatchObject({ date: "2024-05-02", total: 3, previousDate: "2024-05-01", nextDate: null });
      expect(numbers(day.papers)).toEqual([3, 4, 5]);
    });

    test("a union shows a paper once, an exclusion removes whatever is in it", async () => {
      await upsertPapers(db, week);
      const set = { include: ["cs.AI", "cs.CL", "math.AG"], exclude: ["cs.CY"] };
      const day = await listCategoryDay(db, set, "2024-05-02", page);
      expect(numbers(day.papers)).toEqual([3, 5]);
      expect(day).toMatchObject({ total: 2, previousDate: "2024-05-01", nextDate: "2024-05-06" });
      expect(await listDays(db, set)).toEqual([
        { date: "2024-05-06", count: 1 },
        { date: "2024-05-02", count: 2 },
        { date: "2024-05-01", count: 1 },
      ]);
      expect(await listDays(db, set, { from: "2024-05-02", to: "2024-05-05" })).toEqual([
        { date: "2024-05-02", count: 2 },
      ]);
    });

    test("a day without papers is empty and knows its neighbours", async () => {
      await upsertPapers(db, week);
      expect(await listCategoryDay(db, { include: ["cs.AI"], exclude: [] }, "2024-05-04", page)).toEqual({
        date: "2024-05-04",
        total: 0,
        papers: [],
        previousDate: "2024-05-02",
        nextDate: null,
      });
    });

    test("an unknown category has no newest day", async () => {
      const day = await listCategoryDay(db, { include: ["no.SUCH"], exclude: [] }, null, page);
      expect(day).toEqual({ date: null, total: 0, papers: [], previousDate: null, nextDate: null });
    });

    test("skip and limit cut the same order into pages; the total stays, beyond the end too", async () => {
      await upsertPapers(db, week);
      const set = { include: ["cs.AI"], exclude: [] };
      const part = async (skip: number) =>
        listCategoryDay(db, set, null, { skip, limit: 2, sort: "announced" });
      expect(numbers([...(await part(0)).papers, ...(await part(2)).papers])).toEqual([3, 4, 5]);
      expect(await part(50)).toMatchObject({ total: 3, papers: [] });
    });

    test("absurd pages are empty or whole, absurd days are named", async () => {
      await upsertPapers(db, week);
      const set = { include: ["cs.AI"], exclude: [] };
      const count = async (skip: number, limit: number) =>
        (await listCategoryDay(db, set, null, { skip, limit, sort: "announced" })).papers.length;
      expect(await count(-5, 1e300)).toBe(3);
      expect(await count(Number.POSITIVE_INFINITY, 10)).toBe(0);
      expect(await count(0.5, 1.9)).toBe(1);
      expect(await count(Number.NaN, -1)).toBe(0);
      await expect(listCategoryDay(db, set, "2024-02-30", page)).rejects.toThrow(
        '"2024-02-30" is not a day of the form YYYY-MM-DD.',
      );
      await expect(listDays(db, set, { from: "'; drop" })).rejects.toThrow(InvalidDayError);
    });

    test("stars and submission time sort a day", async () => {
      await upsertPapers(db, week);
      await incrementCounter(db, "arxiv:2405.00005", "pdf");
      await upsertPapers(db, [
        makePaper("arxiv:2405.00004", {
          ...on("2024-05-02", "cs.AI", "cs.CY"),
          version: 2,
          submittedAt: "2024-05-01T15:00:00Z",
        }),
      ]);
      const set = { include: ["cs.AI"], exclude: [] };
      const sorted = async (sort: "stars" | "submitted") =>
        numbers((await listCategoryDay(db, set, null, { ...page, sort })).papers);
      expect(await sorted("stars")).toEqual([5, 3, 4]);
      expect(await sorted("submitted")).toEqual([4, 3, 5]);
    });

    test("a month lists its days with papers, oldest first, and knows the nearest days outside of it", async () => {
      await upsertPapers(db, [
        ...week,
        makePaper("arxiv:2403.00001", on("2024-03-29", "cs.AI", "cs.CL")),
        makePaper("arxiv:2406.00001", on("2024-06-03", "cs.CL")),
      ]);
      const set = { include: ["cs.AI", "cs.CL"], exclude: ["cs.CY"] };
      expect(await listMonth(db, set, "2024-05")).toEqual({
        days: [
          { date: "2024-05-01", count: 1 },
          { date: "2024-05-02", count: 2 },
        ],
        previousDate: "2024-03-29",
        nextDate: "2024-06-03",
      });
      expect(await listMonth(db, set, "2024-02")).toEqual({
        days: [],
        previousDate: null,
        nextDate: "2024-03-29",
      });
      await expect(listMonth(db, set, "2024-13")).rejects.toThrow(InvalidDayError);
    });

    test("the texts of a day are those of its list, in its order", async () => {
      await upsertPapers(db, week);
      await incrementCounter(db, "arxiv:2405.00005", "pdf");
      const set = { include: ["cs.AI", "cs.CL"], exclude: ["cs.CY"] };
      for (const sort of ["announced", "submitted", "stars"] as const) {
        const { papers } = await listCategoryDay(db, set, "2024-05-02", { ...page, sort });
        expect(await listDayTexts(db, set, "2024-05-02", sort)).toEqual(
          papers.map(({ key, title, abstract, authors }) => ({
            key,
            title,
            abstract,
            authors: authors.map(({ name }) => name),
          })),
        );
      }
      expect(await listDayTexts(db, set, "2024-05-04", "announced")).toEqual([]);
    });

    test("counts are exact per category, and per archive each paper once", async () => {
      expect(await categoryCounts(db)).toEqual({ newestOn: null, categories: {}, archives: {} });
      await upsertPapers(db, week);
      const counts = await categoryCounts(db);
      expect(counts.newestOn).toBe("2024-05-06");
      expect(counts.categories["cs.AI"]).toEqual({ total: 5, newestOn: "2024-05-02", newestCount: 3 });
      expect(counts.categories["math.AG"]).toEqual({ total: 1, newestOn: "2024-05-06", newestCount: 1 });
      expect(counts.archives).toEqual({
        cs: { total: 5, newestOn: "2024-05-02", newestCount: 3 },
        math: { total: 1, newestOn: "2024-05-06", newestCount: 1 },
      });
    });
  });

  describe("venues", () => {
    const at = (venue: string, year: number, track: string, decision: string) => ({
      venue: { venue, year, track, decision },
    });
    beforeEach(async () => {
      await upsertPapers(db, [
        makePaper("openreview:a", { ...at("ICLR", 2024, "Main", "Oral"), title: "Shared title here" }),
        makePaper("openreview:b", at("ICLR", 2024, "Main", "Poster")),
        makePaper("arxiv:2405.00001", { ...at("ICLR", 2024, "", ""), title: "Shared title here" }),
        makePaper("openreview:d", at("ICLR", 2025, "", "")),
        makePaper("acl:2024.acl-long.1", at("ACL", 2024, "Long", "")),
      ]);
      await linkWorks(db);
    });

    test("editions come newest first and count each work once", async () => {
      expect(await venueEditions(db)).toEqual([
        { venue: "ICLR", year: 2025, count: 1 },
        { venue: "ACL", year: 2024, count: 1 },
        { venue: "ICLR", year: 2024, count: 2 },
      ]);
    });

    test("stored editions are those counted from the papers, whatever is written, linked and deleted", async () => {
      const random = seededRandom(7);
      const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
      const key = () => `${pick(["openreview:r", "acl:r", "arxiv:2406.0000"])}${Math.floor(random() * 8)}`;
      const ref = () =>
        random() < 0.2
          ? null
          : at(pick(["ICLR", "ACL", "X"]), pick([2023, 2024]), "", pick(["", "Oral"])).venue;
      for (let round = 0; round < 25; round += 1) {
        await upsertPapers(
          db,
          Array.from({ length: 4 }, () =>
            makePaper(key(), { venue: ref(), title: `Title ${pick([1, 2, 3])}` }),
          ),
        );
        if (random() < 0.5) await linkWorks(db);
        if (random() < 0.4) await deletePapers(db, [key(), key()]);
        const stored = await db.query(
          `select venue, year, papers, works from editions where papers > 0 order by venue, year`,
        );
        const counted = await db.query(
          `select venue, venue_year as year, count(*)::int as papers, count(distinct work_key)::int as works
           from papers where venue is not null group by 1, 2 order by 1, 2`,
        );
        expect(stored).toEqual(counted);
      }
    });

    test("a series has its full name where it is known, an edition the times of its first and last paper", async () => {
      expect(await getVenue(db, "ICLR")).toEqual({
        id: "ICLR",
        name: "International Conference on Learning Representations",
        kind: "conference",
        site: "https://iclr.cc/",
      });
      await upsertPapers(db, [makePaper("openreview:e", at("Our Seminar", 2025, "", ""))]);
      expect(await getVenue(db, "Our Seminar")).toEqual({
        id: "Our Seminar",
        name: null,
        kind: null,
        site: null,
      });
      expect(await getVenue(db, "KDD")).toBeNull();
      const times = await db.query(
        `select e.name, e.first_stored_at = min(p.stored_at) and e.last_stored_at = max(p.stored_at) as fits
         from editions e join papers p on p.venue = e.venue and p.venue_year = e.year group by e.venue, e.year order by 1`,
      );
      expect(times).toEqual(
        ["ACL 2024", "ICLR 2024", "ICLR 2025", "Our Seminar 2025"].map((name) => ({ name, fits: true })),
      );
    });

    test("a record from before these tables gets them filled, and facts that a new version knows", async () => {
      const read = async () => [
        await db.query(`select * from editions order by venue, year`),
        await db.query(`select * from venues order by id`),
      ];
      const before = await read();
      await db.script(
        `drop table editions, venues; delete from migrations where name = '0002_venues_and_editions'`,
      );
      expect(await migrate(db)).toEqual({ applied: ["0002_venues_and_editions"] });
      expect(await read()).toEqual(before);
      await db.query(`update venues set name = null, site = 'https://example.org/'`);
      expect(await migrate(db)).toEqual({ applied: [] });
      expect(await read()).toEqual(before);
    });

    test("an edition lists each work once by its best record, with groups and their counts", async () => {
      const edition = await editionPapers(db, { venue: "ICLR", year: 2024, skip: 0, limit: 10 });
      expect(edition.papers.map((paper) => paper.key)).toEqual(["openreview:a", "openreview:b"]);
      expect(edition.total).toBe(2);
      expect(edition.groups).toEqual([
        { kind: "decision", name: "Oral", count: 1 },
        { kind: "decision", name: "Poster", count: 1 },
        { kind: "track", name: "Main", count: 2 },
      ]);
    });

    test("a group is chosen by decision or track, without regard to case", async () => {
      const keys = async (group: string) =>
        (await editionPapers(db, { venue: "ICLR", year: 2024, group, skip: 0, limit: 10 })).papers.map(
          (p) => p.key,
        );
      expect(await keys("oral")).toEqual(["openreview:a"]);
      expect(await keys("Main")).toEqual(["openreview:a", "openreview:b"]);
      expect(await keys("Spotlight")).toEqual([]);
    });

    test("an unknown edition is empty; a page beyond the end still knows the total", async () => {
      expect(await editionPapers(db, { venue: "KDD", year: 1999, skip: 0, limit: 5 })).toMatchObject({
        total: 0,
        groups: [],
        papers: [],
      });
      expect((await editionPapers(db, { venue: "ICLR", year: 2024, skip: 99, limit: 5 })).total).toBe(2);
    });

    test("the latest venue papers are those stored last", async () => {
      await upsertPapers(db, [makePaper("openreview:new")]);
      expect((await latestVenuePapers(db, 2))[0]!.key).toBe("openreview:new");
    });
  });

  describe("counters and state", () => {
    test("counters add up, also when many come at once, and show with the paper", async () => {
      await upsertPapers(db, [makePaper("arxiv:2405.00001")]);
      await Promise.all(Array.from({ length: 20 }, () => incrementCounter(db, "arxiv:2405.00001", "pdf")));
      expect(await incrementCounter(db, "arxiv:2405.00001", "faq")).toEqual({ pdf: 20, faq: 1 });
      expect((await stored("arxiv:2405.00001")).counters).toEqual({ pdf: 20, faq: 1 });
    });

    test("a paper that is not stored has no counters", async () => {
      expect(await incrementCounter(db, "arxiv:0000.00000", "pdf")).toBeNull();
    });

    test("state is replaced, read back and forgotten by name", async () => {
      expect(await readState(db, "import")).toBeNull();
      await writeState(db, "import", { byte: 12, file: "a" });
      await writeState(db, "import", { byte: 99 });
      expect(await readState(db, "import")).toEqual({ byte: 99 });
      await writeState(db, "import", null);
      expect(await readState(db, "import")).toBeNull();
    });
  });

  describe("embeddings", () => {
    const vector = (...values: number[]) => Float32Array.from(values);
    const cosine = (a: Float32Array, b: Float32Array) => {
      const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    };

    test("vectors come back within the precision of their encoding", async () => {
      await upsertPapers(db, [makePaper("arxiv:2405.00001"), makePaper("arxiv:2405.00002")]);
      const original = Float32Array.from({ length: 192 }, (_, i) => Math.sin(i * 7.3) / 10);
      for (const [encoding, least] of [
        ["int8", 0.9999],
        ["float16", 0.9999999],
      ] as const) {
        await putEmbeddings(db, encoding, [{ key: "arxiv:2405.00001", vector: original }], encoding);
        const found = await getEmbeddings(db, encoding, ["arxiv:2405.00001", "arxiv:2405.00002"]);
        expect([...found.keys()]).toEqual(["arxiv:2405.00001"]);
        expect(cosine(found.get("arxiv:2405.00001")!, original)).toBeGreaterThan(least);
      }
    });

    test("a vector of another dimension is refused and nothing of its call is stored", async () => {
      await upsertPapers(db, [makePaper("arxiv:2405.00001"), makePaper("arxiv:2405.00002")]);
      await putEmbeddings(db, "m", [{ key: "arxiv:2405.00001", vector: vector(1, 0) }]);
      const wrong = putEmbeddings(db, "m", [
        { key: "arxiv:2405.00002", vector: vector(1, 0) },
        { key: "arxiv:2405.00001", vector: vector(1, 0, 0) },
      ]);
      await expect(wrong).rejects.toThrow(VectorDimensionError);
      await expect(wrong).rejects.toThrow(
        "The model m has 2 dimensions here, the vector of arxiv:2405.00001 3;",
      );
      expect((await getEmbeddings(db, "m", ["arxiv:2405.00002"])).size).toBe(0);
    });

    const claim = (worker: string, changes: Partial<ClaimRequest> = {}) =>
      claimUnembedded(db, { model: "m", worker, limit: 100, seconds: 60, after: "", ...changes });
    const keysOf = (batch: { papers: readonly { key: string }[] }) => batch.papers.map((paper) => paper.key);

    test("only representatives without a vector of their present text are unembedded", async () => {
      const pending = async () => {
        const keys: string[] = [];
        for (let after: string | null = ""; after !== null; ) {
          const batch = await claim("w", { limit: 2, after });
          keys.push(...keysOf(batch));
          after = batch.after;
        }
        await releaseClaims(db, { model: "m", worker: "w" });
        return keys;
      };
      const keys = ["arxiv:2405.00001", "arxiv:2405.00002", "arxiv:2405.00003", "arxiv:2405.00004"];
      await upsertPapers(db, [
        ...keys.map((key) => makePaper(key)),
        makePaper("openreview:a", { title: `Paper ${keys[0]}` }),
      ]);
      await linkWorks(db);
      expect(await pending()).toEqual(keys);
      const rows = keys.slice(0, 3).map((key) => ({ key, vector: vector(1, 0) }));
      await putEmbeddings(db, "m", [...rows, { key: "arxiv:0000.00000", vector: vector(1, 0) }]);
      expect(await pending()).toEqual(keys.slice(3));
      expect(await countUnembedded(db, "m")).toBe(1);
      await upsertPapers(db, [makePaper(keys[1]!, { version: 2, abstract: "Rewritten." })]);
      await upsertPapers(db, [makePaper(keys[2]!, { version: 2, comments: "Only a comment." })]);
      expect(await pending()).toEqual([keys[1], keys[3]]);
    });

    test("a text that changed while it was embedded stays unembedded", async () => {
      await upsertPapers(db, [makePaper("arxiv:2405.00001")]);
      const [seen] = (await claim("w")).papers;
      await upsertPapers(db, [makePaper("arxiv:2405.00001", { version: 2, abstract: "Rewritten." })]);
      const row = { key: seen!.key, vector: vector(1, 0), textHash: seen!.textHash };
      expect(await completeClaims(db, { model: "m", worker: "w" }, [row])).toBe(1);
      expect(await countUnembedded(db, "m")).toBe(1);
    });

    const sixPapers = Array.from({ length: 6 }, (_, i) => `arxiv:2405.0000${i}`);
    const asRows = (keys: readonly string[]) => keys.map((key) => ({ key, vector: vector(1, 0) }));

    test("what one worker has claimed no other gets, for this model, until it is given back", async () => {
      await upsertPapers(
        db,
        sixPapers.map((key) => makePaper(key)),
      );
      const first = await claim("a", { limit: 4 });
      expect(keysOf(first)).toEqual(sixPapers.slice(0, 4));
      expect(first.papers[0]).toMatchObject({
        title: `Paper ${sixPapers[0]}`,
        abstract: `About ${sixPapers[0]}.`,
      });
      expect(keysOf(await claim("b"))).toEqual(sixPapers.slice(4));
      expect(keysOf(await claim("b", { model: "other" }))).toEqual(sixPapers);
      expect(await othersClaims(db, { model: "m", worker: "b" })).toMatchObject({ papers: 4 });
      await releaseClaims(db, { model: "m", worker: "a" });
      expect(await othersClaims(db, { model: "m", worker: "b" })).toMatchObject({ papers: 0 });
      expect(keysOf(await claim("c"))).toEqual(sixPapers.slice(0, 4));
    });

    test("workers that claim at the same moment get every paper once between them", async () => {
      const keys = Array.from({ length: 200 }, (_, i) => `arxiv:2405.${String(i).padStart(5, "0")}`);
      await upsertPapers(
        db,
        keys.map((key) => makePaper(key)),
      );
      const batches = await Promise.all(
        Array.from({ length: 8 }, (_, i) => claim(`w${i}`, { limit: 200 - i * 20 })),
      );
      const claimed = batches.flatMap(keysOf);
      expect(new Set(claimed).size).toBe(claimed.length);
      expect([...claimed, ...keysOf(await claim("last"))].sort()).toEqual(keys);
    });

    test("an expired claim is taken over, and what its worker makes after that is dropped", async () => {
      await upsertPapers(
        db,
        sixPapers.map((key) => makePaper(key)),
      );
      await claim("slow", { seconds: 0 });
      expect(keysOf(await claim("quick", { limit: 4 }))).toEqual(sixPapers.slice(0, 4));
      expect(await completeClaims(db, { model: "m", worker: "slow" }, asRows(sixPapers))).toBe(2);
      expect((await getEmbeddings(db, "m", sixPapers)).size).toBe(2);
      expect(await completeClaims(db, { model: "m", worker: "quick" }, asRows(sixPapers))).toBe(4);
      expect(await countUnembedded(db, "m")).toBe(0);
      expect(await db.query("select 1 from embedding_claims")).toEqual([]);
    });

    test("an extended claim stays its worker's", async () => {
      await upsertPapers(db, [makePaper(sixPapers[0]!)]);
      await claim("a", { seconds: 0 });
      await extendClaims(db, { model: "m", worker: "a", seconds: 60 });
      expect(await claim("b")).toEqual({ papers: [], after: null });
    });

    test("a claim that comes after another worker's vectors were stored is empty", async () => {
      // The other worker commits between this one's look at what is missing and its claim.
      await upsertPapers(db, [makePaper(sixPapers[0]!)]);
      const racing: Database = {
        ...db,
        transaction: async (work) => {
          await putEmbeddings(db, "m", asRows(sixPapers.slice(0, 1)));
          return db.transaction(work);
        },
      };
      const request = { model: "m", worker: "late", limit: 5, seconds: 60, after: "" };
      expect((await claimUnembedded(racing, request)).papers).toEqual([]);
      expect(await db.query("select 1 from embedding_claims")).toEqual([]);
    });

    test("deleted papers and forgotten models leave no claims", async () => {
      await upsertPapers(db, [makePaper(sixPapers[0]!)]);
      await claim("a");
      await deletePapers(db, [sixPapers[0]!]);
      expect(await db.query("select 1 from embedding_claims")).toEqual([]);
      await upsertPapers(db, [makePaper(sixPapers[0]!)]);
      await claim("a");
      await deleteEmbeddings(db, "m");
      expect(await db.query("select 1 from embedding_claims")).toEqual([]);
    });

    test("a venue record answers with its work's vector", async () => {
      await upsertPapers(db, [
        makePaper("arxiv:2405.00001", { title: "T one" }),
        makePaper("openreview:a", { title: "T one" }),
      ]);
      await linkWorks(db);
      await putEmbeddings(db, "m", [{ key: "arxiv:2405.00001", vector: vector(0, 1) }]);
      expect([...(await getEmbeddings(db, "m", ["openreview:a"])).keys()]).toEqual(["openreview:a"]);
    });

    test("a model is forgotten as a whole, the other stays; then it may have another dimension", async () => {
      await upsertPapers(db, [makePaper("arxiv:2405.00001")]);
      const row = { key: "arxiv:2405.00001", vector: vector(1, 0) };
      await putEmbeddings(db, "old", [row]);
      await putEmbeddings(db, "new", [row], "float16");
      expect(await deleteEmbeddings(db, "old")).toBe(1);
      expect(await listEmbeddingModels(db)).toEqual([
        { model: "new", dimension: 2, encoding: "float16", count: 1 },
      ]);
      await putEmbeddings(db, "old", [{ ...row, vector: vector(1, 0, 0) }]);
      expect((await getEmbeddings(db, "old", [row.key])).get(row.key)).toHaveLength(3);
    });
  });

  describe("the whole record", () => {
    test("a deleted paper is gone everywhere and the rest of its work stands alone", async () => {
      const twin = { title: "T one", doi: "10.1/a" };
      await upsertPapers(db, [makePaper("arxiv:2405.00001", twin), makePaper("openreview:a", twin)]);
      await linkWorks(db);
      await incrementCounter(db, "arxiv:2405.00001", "pdf");
      const before = await latestChange(db);
      expect(await deletePapers(db, ["arxiv:2405.00001", "arxiv:0000.00000"])).toEqual(["arxiv:2405.00001"]);
      expect(await getPapersByKey(db, ["arxiv:2405.00001"])).toEqual([null]);
      expect((await categoryCounts(db)).categories).toEqual({});
      const documents = await collect(streamSearchDocuments(db, { changedSince: before }));
      expect(documents.map((document) => document.memberKeys)).toEqual([["openreview:a"]]);
      await linkWorks(db, { since: before });
      await upsertPapers(db, [makePaper("arxiv:2405.00001", twin)]);
      expect((await stored("arxiv:2405.00001")).counters).toEqual({ pdf: 0, faq: 0 });
    });

    test("many linkers at once take turns and agree", async () => {
      const twin = { title: "T one" };
      await upsertPapers(db, [makePaper("arxiv:2405.00001", twin), makePaper("openreview:a", twin)]);
      const results = await Promise.all(Array.from({ length: 12 }, () => linkWorks(db)));
      expect(results.reduce((sum, result) => sum + result.linked, 0)).toBe(1);
    });

    test("sitemap pages hold every work once, in order", async () => {
      const papers = Array.from({ length: 10 }, (_, i) => makePaper(`arxiv:2405.0000${i}`));
      await upsertPapers(db, [...papers, makePaper("openreview:a", { title: papers[0]!.title })]);
      await linkWorks(db);
      for (const size of [1, 3, 5, 10, 11]) {
        const pages = await countSitemapPages(db, size);
        expect(pages).toBe(Math.ceil(10 / size));
        const entries = await Promise.all(
          Array.from({ length: pages }, (_, page) => listSitemap(db, page, size)),
        );
        expect(entries.flat().map((entry) => entry.key)).toEqual(
          papers.map((paper) => `arxiv:${paper.id.local}`),
        );
        expect(await listSitemap(db, pages, size)).toEqual([]);
      }
      expect((await listSitemap(db, 0, 1))[0]!.changedOn).toMatch(/^\d{4}-\d\d-\d\d$/);
    });

    test("statistics count papers, works, editions and vectors", async () => {
      await upsertPapers(db, [
        makePaper("arxiv:2405.00001", { title: "T one" }),
        makePaper("openreview:a", { title: "T one" }),
      ]);
      await linkWorks(db);
      await putEmbeddings(db, "m", [{ key: "arxiv:2405.00001", vector: Float32Array.of(1) }]);
      await tidyDatabase(db);
      expect(await databaseStats(db)).toMatchObject({
        kind: driver.name,
        papers: 2,
        papersByScheme: { arxiv: 1, openreview: 1 },
        works: 1,
        linkedPapers: 2,
        editions: 1,
        firstDay: "2024-05-01",
        lastDay: "2024-05-01",
        embeddings: { m: 1 },
      });
    });

    test("an empty record answers everything with nothing", async () => {
      expect(await databaseStats(db)).toMatchObject({
        papers: 0,
        works: 0,
        linkedPapers: 0,
        latestChange: 0,
      });
      expect(await collect(streamSearchDocuments(db))).toEqual([]);
      expect(await countSitemapPages(db, 10)).toBe(0);
      expect(await linkWorks(db)).toEqual({ linked: 0, split: 0 });
      expect(await venueEditions(db)).toEqual([]);
      expect(await latestVenuePapers(db, 5)).toEqual([]);
      expect(await getWorkMembers(db, "arxiv:2405.00001")).toEqual([]);
    });

    test("a failing transaction leaves nothing behind", async () => {
      const failing = db.transaction(async (tx) => {
        await tx.query(`insert into state (name, value) values ('half', '1')`);
        throw new Error("half way");
      });
      await expect(failing).rejects.toThrow("half way");
      expect(await readState(db, "half")).toBeNull();
    });

    test("importers at the same time lose nothing", async () => {
      const batch = (from: number) =>
        Array.from({ length: 30 }, (_, i) => makePaper(`arxiv:2405.${String(from + i).padStart(5, "0")}`));
      const results = await Promise.all([0, 15, 30].map((from) => upsertPapers(db, batch(from))));
      expect(results.reduce((sum, result) => sum + result.inserted, 0)).toBe(60);
      expect((await databaseStats(db)).papers).toBe(60);
    });
  });
});

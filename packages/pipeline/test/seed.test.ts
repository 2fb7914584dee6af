import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import {
  canonicalCategory,
  findCategory,
  normalizeTitle,
  type Paper,
  parseArxivId,
  printPaperId,
} from "@cool-papers/core";
import { openFileSource, readPapers } from "@cool-papers/ingest";
import { describe, expect, test } from "vitest";
import { SEED_FILE } from "../src/seed-if-empty.ts";

const papers: Paper[] = [];
const rejects: string[] = [];
for await (const batch of readPapers(await openFileSource(SEED_FILE))) {
  papers.push(...batch.papers.map((read) => read.paper));
  rejects.push(...batch.rejects.map((reject) => `line ${reject.line}: ${reject.reason}`));
}
const arxivPapers = papers.filter((paper) => paper.id.scheme === "arxiv");
const venuePapers = papers.filter((paper) => paper.id.scheme !== "arxiv");
const keyOf = (paper: Paper): string => printPaperId(paper.id);

/** Keys of the papers for which something is wrong. */
const offenders = (bad: (paper: Paper) => boolean, among = papers): string[] => among.filter(bad).map(keyOf);

/** YYYY-MM in which arXiv gave out an id; the first two digits of a year are 19 from 91 on. */
function monthOfArxivId(local: string): string {
  const [, yy = "", mm = ""] = /^(?:[a-z-]+\/)?(\d\d)(\d\d)/.exec(local) ?? [];
  return `${Number(yy) > 90 ? "19" : "20"}${yy}-${mm}`;
}

/** Sentences end with a mark before white space or the end; a full stop inside a number or TeX is followed by neither. */
const countSentences = (text: string): number => text.match(/[.!?](?=\s|$)/g)?.length ?? 0;

const archivesOf = (group: string): Paper[] =>
  arxivPapers.filter((paper) => new RegExp(group).test(paper.primaryCategory ?? ""));

describe("seed corpus", () => {
  test("every line is a paper of the interchange format", () => {
    expect(rejects).toEqual([]);
  });

  test("it holds about 300 papers, and some of them a second time under their venue", () => {
    expect(arxivPapers.length).toBeGreaterThanOrEqual(300);
    expect(arxivPapers.length).toBeLessThanOrEqual(360);
    expect(venuePapers.length).toBeGreaterThanOrEqual(15);
  });

  test("no id and no title occurs twice within a source", () => {
    const keys = papers.map(keyOf);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
    const titles = arxivPapers.map((paper) => normalizeTitle(paper.title));
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  test("arXiv ids are canonical", () => {
    expect(offenders((paper) => parseArxivId(paper.id.local)?.local !== paper.id.local, arxivPapers)).toEqual(
      [],
    );
  });

  test("the month of an arXiv id is the month of submission, or starts within days of an exact date", () => {
    expect(
      offenders(({ id, submittedAt, submittedPrecision }) => {
        const month = monthOfArxivId(id.local);
        const daysBefore = (Date.parse(`${month}-01`) - Date.parse(submittedAt ?? "")) / 86_400_000;
        const fits = submittedAt?.startsWith(`${month}-`) === true;
        return !fits && !(submittedPrecision !== "month" && daysBefore > 0 && daysBefore < DAYS_TO_ANNOUNCE);
      }, arxivPapers),
    ).toEqual([]);
  });

  test("old and new arXiv ids are both there", () => {
    expect(offenders((paper) => paper.id.local.includes("/"), arxivPapers).length).toBeGreaterThan(20);
    expect(offenders((paper) => /^\d{4}\.\d{4}$/.test(paper.id.local), arxivPapers).length).toBeGreaterThan(
      20,
    );
    expect(offenders((paper) => /^\d{4}\.\d{5}$/.test(paper.id.local), arxivPapers).length).toBeGreaterThan(
      100,
    );
  });

  test("submission dates lie between the first day of arXiv and today, at the start of what they are exact to", () => {
    const now = new Date().toISOString();
    const starts = { instant: /Z$/, day: /T00:00:00(\.000)?Z$/, month: /-01T00:00:00(\.000)?Z$/ };
    expect(
      offenders(
        ({ submittedAt, submittedPrecision }) =>
          submittedAt === null ||
          submittedAt < "1991-08-01" ||
          submittedAt > now ||
          !starts[submittedPrecision].test(submittedAt),
        arxivPapers,
      ),
    ).toEqual([]);
  });

  test("categories are known, canonical, distinct, and the primary one comes first", () => {
    expect(
      offenders(
        ({ categories, primaryCategory }) =>
          categories.length === 0 ||
          primaryCategory !== categories[0] ||
          new Set(categories).size !== categories.length ||
          categories.some((id) => findCategory(id) === null || canonicalCategory(id) !== id),
        arxivPapers,
      ),
    ).toEqual([]);
  });

  test("every paper has authors with names", () => {
    expect(
      offenders(
        ({ authors }) =>
          authors.length === 0 ||
          authors.some(({ name }) => !/\p{L}{2}/u.test(name) || /\bet al\b|\band\b|,|^\s|\s$/u.test(name)),
      ),
    ).toEqual([]);
  });

  test("every abstract is marked as a summary and has two to four sentences", () => {
    expect(offenders((paper) => paper.abstractKind !== "summary")).toEqual([]);
    expect(
      offenders(({ abstract }) => {
        const sentences = countSentences(abstract);
        return sentences < 2 || sentences > 4 || !/[.!?)]$/.test(abstract) || abstract.length > 900;
      }),
    ).toEqual([]);
  });

  test("mathematics is balanced TeX between dollars, and some papers of each kind of field have it", () => {
    expect(offenders(({ abstract }) => (abstract.match(/\$/g)?.length ?? 0) % 2 !== 0)).toEqual([]);
    expect(offenders(({ abstract }) => abstract.includes("$")).length).toBeGreaterThan(60);
  });

  test.each([
    ["computer science and statistics", "^(cs|stat|eess)\\.", 180],
    ["mathematics", "^math\\.", 20],
    ["physics", "^(physics|cond-mat|quant-ph|hep-|gr-qc|nucl-|nlin|math-ph)", 20],
    ["astronomy", "^astro-ph", 20],
    ["biology", "^q-bio\\.", 20],
    ["economics and finance", "^(econ|q-fin)\\.", 20],
  ])("%s has enough papers", (_field, group, atLeast) => {
    expect(archivesOf(group).length).toBeGreaterThanOrEqual(atLeast);
  });

  test("each venue paper names its arXiv twin, which is in the corpus with the same title, authors' family names and venue", () => {
    const byKey = new Map(arxivPapers.map((paper) => [keyOf(paper), paper]));
    for (const paper of venuePapers) {
      const twin = byKey.get(
        paper.otherIds.map((id) => printPaperId(id)).find((key) => byKey.has(key)) ?? "",
      );
      expect(twin, keyOf(paper)).toBeDefined();
      expect(normalizeTitle(paper.title)).toBe(normalizeTitle(twin?.title ?? ""));
      expect(familyNames(paper)).toEqual(familyNames(twin));
      expect(paper.venue?.venue).toBe(twin?.venue?.venue);
      expect(paper.venue?.year).toBe(twin?.venue?.year);
    }
  });

  test("a venue's year is not before the year of submission", () => {
    expect(
      offenders(
        ({ venue, submittedAt }) =>
          venue !== null && submittedAt !== null && venue.year < yearOf(submittedAt),
        arxivPapers.filter((paper) => !POSTED_AFTER_THE_CONFERENCE.has(paper.id.local)),
      ),
    ).toEqual([]);
  });
});

/** The record against which each field was checked; "-" where the paper has no such field. */
type Provenance = Readonly<Record<(typeof CHECKED_FIELDS)[number], string>>;

const CHECKED_FIELDS = ["title", "authors", "submittedAt", "primary", "categories", "venue"] as const;

/** What each field may be checked against; `seed/README.md` says what the words mean. */
const SOURCES: Readonly<Record<(typeof CHECKED_FIELDS)[number], ReadonlySet<string>>> = {
  title: new Set(["arxiv-record", "venue-record", "datacite", "bibtex"]),
  authors: new Set(["arxiv-record", "venue-record", "datacite", "bibtex"]),
  submittedAt: new Set(["arxiv-record", "arxiv-id", "bibtex"]),
  primary: new Set(["arxiv-record", "arxiv-subjects", "datacite", "arxiv-citation", "bibtex"]),
  categories: new Set(["arxiv-record", "arxiv-subjects", "datacite"]),
  venue: new Set(["venue-record", "bibtex"]),
};

/** Fields of the paper, of those that have a source. */
function fieldsOf(paper: Paper): Set<string> {
  const isArxiv = paper.id.scheme === "arxiv";
  return new Set([
    "title",
    "authors",
    ...(isArxiv ? ["submittedAt", "primary", "categories"] : []),
    ...(paper.venue === null ? [] : ["venue"]),
  ]);
}

/** Rows of `provenance.tsv` in their order, as pairs of a paper's key and its sources. */
function readProvenance(): [string, Provenance][] {
  const text = readFileSync(new URL("../seed/provenance.tsv", import.meta.url), "utf8");
  const [header = "", ...lines] = text.trimEnd().split("\n");
  expect(header.split("\t")).toEqual(["id", ...CHECKED_FIELDS]);
  return lines.map((line) => {
    const [key = "", ...sources] = line.split("\t");
    const row = Object.fromEntries(CHECKED_FIELDS.map((field, column) => [field, sources[column] ?? ""]));
    return [key, row as Provenance];
  });
}

describe("provenance of the seed corpus", () => {
  const rows = readProvenance();
  const sourcesOf = new Map(rows);

  test("every paper has exactly one row, in the order of the corpus", () => {
    expect(rows.map(([key]) => key)).toEqual(papers.map(keyOf));
  });

  test.each(CHECKED_FIELDS)(
    "%s has a known source where the paper has the field, and none elsewhere",
    (field) => {
      expect(
        offenders((paper) => {
          const source = sourcesOf.get(keyOf(paper))?.[field] ?? "";
          return fieldsOf(paper).has(field) ? !SOURCES[field].has(source) : source !== "-";
        }),
      ).toEqual([]);
    },
  );

  test("a subject list, which is not in arXiv's order, settles the primary category only where it has one entry", () => {
    expect(
      offenders(
        (paper) => sourcesOf.get(keyOf(paper))?.primary === "arxiv-subjects" && paper.categories.length !== 1,
      ),
    ).toEqual([]);
  });

  test("a date exact to the day or the second has a source beyond the id", () => {
    expect(
      offenders(
        (paper) =>
          paper.submittedPrecision !== "month" && sourcesOf.get(keyOf(paper))?.submittedAt === "arxiv-id",
      ),
    ).toEqual([]);
  });

  test("the README names every source and claims nothing unchecked", () => {
    const readme = readFileSync(new URL("../seed/README.md", import.meta.url), "utf8");
    const words = new Set(Object.values(SOURCES).flatMap((sources) => [...sources]));
    expect([...words].filter((word) => !readme.includes(`| \`${word}\` |`))).toEqual([]);
    expect(readme).not.toMatch(/from memory/i);
  });
});

/** Names compare by their last word without accents: venues and arXiv differ in initials. */
const familyNames = (paper: Paper | undefined): string[] | undefined =>
  paper?.authors.map(({ name }) => (name.split(" ").at(-1) ?? "").normalize("NFKD").replace(/\P{L}/gu, ""));

/** arXiv numbers a paper when it is announced: one sent on the last Friday of a month has an id of the next month. */
const DAYS_TO_ANNOUNCE = 4;

/** Posted to arXiv years after the proceedings. */
const POSTED_AFTER_THE_CONFERENCE = new Set(["1205.2618"]);

const yearOf = (instant: string): number => Number(instant.slice(0, 4));

const SHARED_DATA = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));
const SHARED_FILES = ["arxiv.jsonl.gz", "eval/autoscholar/gold_corpus.jsonl.gz", "venues.jsonl.gz"];
const missing = SHARED_FILES.filter((file) => !existsSync(SHARED_DATA + file));
if (missing.length > 0) console.warn(`skipped: no ../shared/data (${missing.join(", ")})`);

describe.skipIf(missing.length > 0)("seed corpus beside ../shared/data", () => {
  const RUN_WORDS = 12;
  interface Row {
    readonly id: string;
    readonly title: string;
    readonly abstract?: string;
    readonly id_scheme?: string;
  }

  /** Lines whose id is one of the seed's. Only the head of each of the 270,000 lines is decoded to see that. */
  function linesAboutSeed(data: Buffer): string[] {
    const HEAD_BYTES = 300;
    const locals = new Set(papers.map((paper) => paper.id.local));
    const lines: string[] = [];
    for (let start = 0; start < data.length; ) {
      const newline = data.indexOf(10, start);
      const end = newline < 0 ? data.length : newline;
      const head = data.toString("latin1", start, Math.min(end, start + HEAD_BYTES));
      if (locals.has(/"id": ?"([^"]+)"/.exec(head)?.[1] ?? "")) lines.push(data.toString("utf8", start, end));
      start = end + 1;
    }
    return lines;
  }

  function rowsAboutSeed(): { key: string; title: string; abstract: string }[] {
    const keys = new Set(papers.map(keyOf));
    return SHARED_FILES.flatMap((file) =>
      linesAboutSeed(gunzipSync(readFileSync(SHARED_DATA + file))).flatMap((line) => {
        const row = JSON.parse(line) as Row;
        const key = `${row.id_scheme ?? "arxiv"}:${row.id}`;
        return keys.has(key) ? [{ key, title: row.title, abstract: row.abstract ?? "" }] : [];
      }),
    );
  }

  const runsOf = (text: string): string[] => {
    const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    return words.slice(RUN_WORDS - 1).map((_, start) => words.slice(start, start + RUN_WORDS).join(" "));
  };

  test("titles agree, and no summary shares a run of twelve words with an abstract there", () => {
    const rows = rowsAboutSeed();
    expect(rows.length).toBeGreaterThan(80);
    const byKey = new Map(papers.map((paper) => [keyOf(paper), paper]));
    const titles = rows.filter(
      ({ key, title }) => normalizeTitle(title) !== normalizeTitle(byKey.get(key)?.title ?? ""),
    );
    expect(titles.map(({ key, title }) => `${key}: ${title}`)).toEqual([]);
    const copied = rows.flatMap(({ key, abstract }) => {
      const theirs = new Set(runsOf(abstract));
      return runsOf(byKey.get(key)?.abstract ?? "")
        .filter((run) => theirs.has(run))
        .map((run) => `${key}: ${run}`);
    });
    expect(copied).toEqual([]);
  });
});

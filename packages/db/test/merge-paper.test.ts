import type { AnnouncedProvenance, DatePrecision, Paper } from "@cool-papers/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergePaper } from "../src/merge-paper.ts";
import { contentHash, toColumns } from "../src/paper-row.ts";
import { makePaper } from "./make-paper.ts";

const KEY = "arxiv:2405.00001";
const paper = (facts: Partial<Paper> = {}) => makePaper(KEY, facts);
const sameContent = (a: Paper, b: Paper) => contentHash(toColumns(a)) === contentHash(toColumns(b));

/** Both orders must give the same field. */
function mergedBothWays<K extends keyof Paper>(field: K, a: Partial<Paper>, b: Partial<Paper>): Paper[K] {
  const one = mergePaper(paper(a), paper(b))[field];
  expect(mergePaper(paper(b), paper(a))[field]).toEqual(one);
  return one;
}

describe("merging two descriptions of one paper", () => {
  test("an instant beats a day beats a month beats nothing, whichever came first", () => {
    const known = (submittedAt: string | null, submittedPrecision: DatePrecision) => ({
      submittedAt,
      submittedPrecision,
    });
    const instant = known("2024-05-03T10:00:00Z", "instant");
    const day = known("2024-05-03T00:00:00Z", "day");
    const month = known("2024-05-01T00:00:00Z", "month");
    expect(mergedBothWays("submittedAt", instant, day)).toBe(instant.submittedAt);
    expect(mergedBothWays("submittedPrecision", day, month)).toBe("day");
    expect(mergedBothWays("submittedAt", month, known(null, "instant"))).toBe(month.submittedAt);
  });

  test("a stated listing day beats a sighting beats a computed one", () => {
    const on = (announcedOn: string, announcedProvenance: AnnouncedProvenance) => ({
      announcedOn,
      announcedProvenance,
    });
    const stated = on("2024-05-06", "stated");
    const seen = on("2024-05-04", "approximate");
    const computed = on("2024-05-05", "computed");
    expect(mergedBothWays("announcedOn", stated, seen)).toBe("2024-05-06");
    expect(mergedBothWays("announcedOn", seen, computed)).toBe("2024-05-04");
    expect(mergedBothWays("announcedProvenance", stated, computed)).toBe("stated");
    expect(mergedBothWays("announcedOn", seen, on("2024-05-02", "approximate"))).toBe("2024-05-02");
  });

  test("an older version changes nothing but gaps", () => {
    const newer = paper({ version: 3, title: "Third", withdrawn: true, comments: null });
    const older = paper({ version: 1, title: "First", abstract: "Old.", comments: "8 pages" });
    expect(mergePaper(newer, older)).toMatchObject({
      version: 3,
      title: "Third",
      abstract: newer.abstract,
      withdrawn: true,
      comments: "8 pages",
    });
  });

  test("the same standing: the later arrival corrects the earlier", () => {
    expect(mergePaper(paper({ title: "Typo" }), paper({ title: "Right" })).title).toBe("Right");
  });

  test("our own summary gives way to the authors' abstract for good", () => {
    const summary = { abstract: "In our words.", abstractKind: "summary" } as const;
    const real = { abstract: "In theirs.", abstractKind: "abstract" } as const;
    expect(mergedBothWays("abstract", summary, real)).toBe("In theirs.");
    expect(mergedBothWays("abstractKind", summary, real)).toBe("abstract");
    expect(mergedBothWays("abstract", summary, { abstract: "" })).toBe("In our words.");
  });

  test("a bare archive does not hide the subject class, a real change of categories counts", () => {
    const categories = (...all: string[]) => ({ categories: all, primaryCategory: all[0] ?? null });
    expect(
      mergedBothWays("categories", categories("cond-mat.str-el", "hep-th"), categories("cond-mat", "hep-th")),
    ).toEqual(["cond-mat.str-el", "hep-th"]);
    expect(mergePaper(paper(categories("cs.LG", "cs.AI")), paper(categories("cs.LG"))).categories).toEqual([
      "cs.LG",
    ]);
  });

  test("split author names are kept where the same names come unsplit", () => {
    const split = { authors: [{ name: "Emmy Noether", given: "Emmy", family: "Noether" }] };
    expect(mergedBothWays("authors", split, { authors: [{ name: "Emmy Noether" }] })).toEqual(split.authors);
  });

  test("an edition gains its decision and track; between two editions the decided one stays", () => {
    const at = (year: number, track: string, decision: string) => ({
      venue: { venue: "ICLR", year, track, decision },
    });
    expect(mergedBothWays("venue", at(2024, "Main", ""), at(2024, "", "Oral"))).toEqual(
      at(2024, "Main", "Oral").venue,
    );
    expect(mergedBothWays("venue", at(2024, "", "Oral"), at(2025, "", ""))).toEqual(
      at(2024, "", "Oral").venue,
    );
    expect(mergedBothWays("venue", at(2024, "", ""), { venue: null })).toEqual(at(2024, "", "").venue);
  });

  const anyPaper = fc
    .record({
      title: fc.constantFrom("One", "Two"),
      abstract: fc.constantFrom("", "Words", "Other words"),
      abstractKind: fc.constantFrom("abstract" as const, "summary" as const),
      version: fc.constantFrom(null, 1, 2),
      categories: fc.constantFrom([], ["cs.LG"], ["cond-mat"], ["cond-mat.soft", "cs.LG"]),
      submittedAt: fc.constantFrom(null, "2024-05-01T00:00:00Z", "2024-05-02T00:00:00Z"),
      submittedPrecision: fc.constantFrom<DatePrecision>("instant", "day", "month"),
      updatedAt: fc.constantFrom(null, "2024-06-01T00:00:00Z", "2024-07-01T00:00:00Z"),
      announcedOn: fc.constantFrom("2024-05-03", "2024-05-04"),
      announcedProvenance: fc.constantFrom<AnnouncedProvenance>("stated", "approximate", "computed"),
      withdrawn: fc.boolean(),
      comments: fc.constantFrom(null, "8 pages", "9 pages"),
      doi: fc.constantFrom(null, "10.1/a"),
      keywords: fc.constantFrom([], ["a"], ["b", "c"]),
      otherIds: fc.subarray([
        { scheme: "openreview" as const, local: "abc" },
        { scheme: "acl" as const, local: "2024.acl-long.1" },
      ]),
      venue: fc.constantFrom(
        null,
        { venue: "ICLR", year: 2024, track: "", decision: "Oral" },
        { venue: "ICLR", year: 2024, track: "Main", decision: "" },
        { venue: "ICML", year: 2024, track: "", decision: "" },
      ),
    })
    .map(paper);

  test("merging what was merged already changes nothing (property)", () => {
    fc.assert(
      fc.property(anyPaper, anyPaper, (a, b) => {
        const merged = mergePaper(a, b);
        return sameContent(mergePaper(merged, b), merged) && sameContent(mergePaper(a, a), a);
      }),
      { seed: 20261122, numRuns: 2000 },
    );
  });

  test("no known fact becomes unknown (property)", () => {
    const known = (p: Paper) =>
      (Object.keys(p) as (keyof Paper)[]).filter((field) => {
        const value = p[field];
        return value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
      });
    fc.assert(
      fc.property(anyPaper, anyPaper, (a, b) => {
        const merged = known(mergePaper(a, b));
        return [...known(a), ...known(b)].every((field) => merged.includes(field));
      }),
      { seed: 20261122, numRuns: 1000 },
    );
  });
});

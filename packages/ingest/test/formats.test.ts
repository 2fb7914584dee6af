import type { Paper } from "@cool-papers/core";
import { describe, expect, it } from "vitest";
import { arxivListFormat } from "../src/arxiv/arxiv-list-format.ts";
import { kaggleFormat } from "../src/arxiv/kaggle-format.ts";
import { UnknownFormatError } from "../src/errors.ts";
import { PAPER_FORMATS, recogniseFormat, requireFormat } from "../src/formats.ts";
import { interchangeFormat, printInterchangeLine } from "../src/interchange/interchange-format.ts";
import type { PaperFormat } from "../src/paper-format.ts";
import { venueListFormat } from "../src/venues/venue-list-format.ts";
import { ARXIV_ROW, KAGGLE_ROW, VENUE_ROW } from "./paper-records.ts";

function paperOf(format: PaperFormat, record: unknown): Paper {
  const parsed = format.parse(record);
  if ("reason" in parsed) throw new Error(parsed.reason);
  return parsed.paper;
}

function reasonOf(format: PaperFormat, record: unknown): string {
  const parsed = format.parse(record);
  return "reason" in parsed ? parsed.reason : "a paper";
}

describe("formats", () => {
  it("are recognised by the shape of a record", () => {
    const names = [ARXIV_ROW, VENUE_ROW, KAGGLE_ROW, { id: "arxiv:2403.01234", title: "x" }].map(
      (row) => recogniseFormat(row)?.name,
    );
    expect(names).toEqual(["arxiv-list", "venue-list", "kaggle", "interchange"]);
    expect(recogniseFormat({ title: "x" })).toBeNull();
  });

  it("an unknown name is answered with the names there are", () => {
    expect(() => requireFormat("csv")).toThrow(UnknownFormatError);
    expect(() => requireFormat("csv")).toThrow(/arxiv-list/);
    for (const format of PAPER_FORMATS) expect(requireFormat(format.name)).toBe(format);
  });

  it("reject any JSON that is no such record with a reason, never an exception", () => {
    const odd = [
      {},
      { id: 5 },
      { id: "x", title: null },
      { id: { $ne: 1 } },
      { ...ARXIV_ROW, authors: "Ada" },
      { __proto__: null },
    ];
    for (const format of PAPER_FORMATS)
      for (const record of odd) expect(reasonOf(format, record)).not.toBe("a paper");
  });
});

describe("arxiv-list", () => {
  it("maps a row to a paper: clean text, canonical categories, days with their provenance", () => {
    expect(paperOf(arxivListFormat, ARXIV_ROW)).toMatchObject({
      id: { scheme: "arxiv", local: "2403.01234" },
      title: "Counting Sheep with Transformers",
      abstract: "We count sheep.\nA second paragraph with $x<y$.",
      authors: [{ name: "Ada Example" }, { name: "Paul Erdős" }],
      categories: ["cs.LG", "math.NA"],
      primaryCategory: "cs.LG",
      submittedAt: "2024-03-02T00:00:00Z",
      submittedPrecision: "day",
      announcedOn: "2024-03-05",
      announcedProvenance: "approximate",
      doi: "10.1234/abc.5",
      comments: "12 pages",
      withdrawn: false,
      venue: null,
    });
  });

  it("without a submission day takes the month of the id", () => {
    const paper = paperOf(arxivListFormat, { ...ARXIV_ROW, published: null });
    expect([paper.submittedAt, paper.submittedPrecision]).toEqual(["2024-03-01T00:00:00Z", "month"]);
  });

  it("without a listing day computes one from a submission day and says so; from a month it does not", () => {
    // 2 March 2024 was a Saturday: announced Monday evening, listed on Tuesday.
    expect(paperOf(arxivListFormat, { ...ARXIV_ROW, listed: null })).toMatchObject({
      announcedOn: "2024-03-05",
      announcedProvenance: "computed",
    });
    expect(paperOf(arxivListFormat, { ...ARXIV_ROW, listed: null, published: null }).announcedOn).toBeNull();
  });

  it("rejects a malformed id, an empty title, a day that does not exist", () => {
    expect(reasonOf(arxivListFormat, { ...ARXIV_ROW, id: "2413.99999" })).toContain("is not an arXiv id");
    expect(reasonOf(arxivListFormat, { ...ARXIV_ROW, title: " \u0000 " })).toBe("title: it is empty");
    expect(reasonOf(arxivListFormat, { ...ARXIV_ROW, published: "2024-02-30" })).toContain("published");
    expect(reasonOf(arxivListFormat, { ...ARXIV_ROW, listed: "soon" })).toContain("listed");
  });

  it("marks a paper withdrawn when its comments or abstract begin by saying so, not when they mention it", () => {
    const withdrawn = (changes: object) => paperOf(arxivListFormat, { ...ARXIV_ROW, ...changes }).withdrawn;
    expect(withdrawn({ comment: "This paper has been withdrawn by the author due to an error" })).toBe(true);
    expect(withdrawn({ comment: "Withdrawn by the authors." })).toBe(true);
    expect(withdrawn({ abstract: "This submission has been withdrawn." })).toBe(true);
    expect(withdrawn({ comment: "Supersedes 2401.00001, which has been withdrawn" })).toBe(false);
    expect(withdrawn({ abstract: "We study bank accounts from which money was withdrawn." })).toBe(false);
  });

  it("survives control characters, lone surrogates and other unstorable text", () => {
    const paper = paperOf(arxivListFormat, {
      ...ARXIV_ROW,
      title: "a\u0000b\ud800c\u0007",
      abstract: "x\u2028y\u2029z",
    });
    expect(paper.title).toBe("ab\ufffdc");
    expect(paper.abstract).toBe("x y\nz");
  });

  it("takes 3,303 authors and an abstract of 16 kB whole", () => {
    const authors = Array.from({ length: 3_303 }, (_, i) => `Author Number${i}`);
    const abstract = "A sentence of some words. ".repeat(640).trim();
    const paper = paperOf(arxivListFormat, { ...ARXIV_ROW, authors, abstract });
    expect(paper.authors).toHaveLength(3_303);
    expect(paper.authors.at(-1)?.name).toBe("Author Number3302");
    expect(paper.abstract).toBe(abstract);
  });
});

describe("kaggle", () => {
  it("maps a line: split names, instants of the versions, computed listing day", () => {
    expect(paperOf(kaggleFormat, KAGGLE_ROW)).toMatchObject({
      id: { scheme: "arxiv", local: "hep-th/9901001" },
      version: 2,
      title: "On the Number of Sheep",
      abstract: "We count a number of sheep in a line that was broken.\nAnd a new paragraph.",
      authors: [
        { name: "Ada Example", given: "Ada", family: "Example" },
        { name: "Paul Erdős Jr.", given: "Paul", family: "Erdős" },
        { name: "The Sheep Collaboration", family: "The Sheep Collaboration" },
      ],
      categories: ["hep-th", "math-ph"],
      submittedAt: "1999-01-04T10:11:12Z",
      submittedPrecision: "instant",
      updatedAt: "1999-01-05T10:11:12Z",
      announcedProvenance: "computed",
      journalRef: "J. Sheep 1 (1999) 1-5",
      doi: "10.1000/sheep.1999",
    });
  });

  it("rejects a version's date that is none", () => {
    const versions = [{ version: "v1", created: "yesterday" }];
    expect(reasonOf(kaggleFormat, { ...KAGGLE_ROW, versions })).toContain("versions.0.created");
  });
});

describe("venue-list", () => {
  it("maps a row: venue, ids elsewhere, split keywords", () => {
    expect(paperOf(venueListFormat, VENUE_ROW)).toMatchObject({
      id: { scheme: "pmlr", local: "v235/example24a" },
      venue: { venue: "ICML", year: 2024, track: "Main", decision: "Oral" },
      keywords: ["sheep", "counting"],
      otherIds: [
        { scheme: "arxiv", local: "2403.01234" },
        { scheme: "openreview", local: "AbC-_12345" },
      ],
      submittedAt: null,
      announcedOn: null,
      doi: null,
    });
  });

  it("builds the ids that need the row's other columns", () => {
    const idOf = (changes: object) =>
      paperOf(venueListFormat, { ...VENUE_ROW, other_ids: {}, ...changes }).id.local;
    expect(idOf({ id_scheme: "cvf", venue: "CVPR", year: 2025, id: "Doe_Sheep_CVPR_2025_paper" })).toBe(
      "CVPR2025/Doe_Sheep_CVPR_2025_paper",
    );
    expect(
      idOf({
        id_scheme: "virtual",
        venue: "NeurIPS",
        id: "2024/poster/99347",
        url: "https://nips.cc/virtual/2024/poster/99347",
      }),
    ).toBe("nips.cc/2024/poster/99347");
    const others = paperOf(venueListFormat, {
      ...VENUE_ROW,
      other_ids: {
        ijcai: "2024/0029",
        neurips: "39736af1b9d87a1fddad9f84a6bcf64c",
        virtual: "2024/poster/12",
        arxiv: "nonsense",
      },
    }).otherIds;
    expect(others.map((id) => `${id.scheme}:${id.local}`)).toEqual([
      "ijcai:2024/29",
      "neurips:2024/39736af1b9d87a1fddad9f84a6bcf64c",
      "virtual:icml.cc/2024/poster/12",
    ]);
  });

  it("reads ICLR 2023's rank groups as the decisions they are", () => {
    const venueOf = (track: string) => paperOf(venueListFormat, { ...VENUE_ROW, track, decision: "" }).venue;
    expect(venueOf("Top-5%")).toMatchObject({ track: "", decision: "Oral" });
    expect(venueOf("Top-25%")).toMatchObject({ track: "", decision: "Spotlight" });
  });

  it("filters nothing accepted away and rejects what was not accepted", () => {
    for (const decision of ["", "Oral", "Poster", "Highlight", "Accept (poster)"]) {
      expect(reasonOf(venueListFormat, { ...VENUE_ROW, decision })).toBe("a paper");
    }
    expect(reasonOf(venueListFormat, { ...VENUE_ROW, decision: "Rejected" })).toContain("not accepted");
  });

  it("keeps no link that is not http", () => {
    const paper = paperOf(venueListFormat, {
      ...VENUE_ROW,
      pdf: "javascript:alert(1)",
      url: "data:text/html,x",
    });
    expect([paper.pdfUrl, paper.sourceUrl]).toEqual([null, null]);
  });
});

describe("interchange", () => {
  const full: Paper = {
    ...paperOf(kaggleFormat, KAGGLE_ROW),
    venue: { venue: "ICML", year: 2024, track: "", decision: "Oral" },
    keywords: ["sheep"],
    otherIds: [{ scheme: "pmlr", local: "v235/example24a" }],
    abstractKind: "summary",
    withdrawn: true,
    pdfUrl: "https://example.org/a.pdf",
  };

  it("prints every paper so that it reads back the same", () => {
    const papers = [full, paperOf(arxivListFormat, ARXIV_ROW), paperOf(venueListFormat, VENUE_ROW)];
    for (const paper of papers)
      expect(paperOf(interchangeFormat, JSON.parse(printInterchangeLine(paper)))).toEqual(paper);
  });

  it("prints one line even for text with line ends of other kinds", () => {
    expect(printInterchangeLine({ ...full, abstract: "a\nb\u2028c" })).not.toContain("\n");
  });

  it("needs an id and a title only", () => {
    expect(paperOf(interchangeFormat, { id: "arxiv:2403.01234", title: "Sheep" })).toMatchObject({
      abstractKind: "abstract",
      submittedAt: "2024-03-01T00:00:00Z",
      submittedPrecision: "month",
      authors: [],
    });
  });

  it("names a misspelt field instead of losing it", () => {
    expect(reasonOf(interchangeFormat, { id: "arxiv:2403.01234", title: "Sheep", abtract: "x" })).toContain(
      "abtract",
    );
  });

  it("leaves TeX as it is: the format is Unicode already", () => {
    expect(paperOf(interchangeFormat, { id: "arxiv:2403.01234", title: 'A \\"o title' }).title).toBe(
      'A \\"o title',
    );
  });
});

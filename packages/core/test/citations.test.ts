import { plugins } from "@citation-js/core";
import "@citation-js/plugin-bibtex";
import "@citation-js/plugin-csl";
import "@citation-js/plugin-ris";
import { parse as parseBibtex } from "@retorquere/bibtex-parser";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  CSV_COLUMNS,
  type Paper,
  toBibtex,
  toCslItems,
  toCslJson,
  toCsv,
  toMarkdown,
  toPlainCitation,
  toRis,
} from "../src/index.ts";
import { startCpuClock } from "./cpu-clock.ts";
import { anyPaperId } from "./paper-id-arbitrary.ts";

const PAPER: Paper = {
  id: { scheme: "arxiv", local: "2104.09864" },
  version: 5,
  title: "RoFormer: a Study of BERT",
  abstract: "First line.\nSecond line.",
  abstractKind: "abstract",
  authors: [{ name: "Jianlin Su" }, { name: "Ludwig van Beethoven" }],
  categories: ["cs.CL", "cs.LG"],
  primaryCategory: "cs.CL",
  submittedAt: "2021-04-20T09:54:06.000Z",
  submittedPrecision: "instant",
  updatedAt: null,
  announcedOn: null,
  announcedProvenance: null,
  withdrawn: false,
  comments: null,
  journalRef: null,
  doi: null,
  license: null,
  venue: null,
  keywords: [],
  pdfUrl: null,
  sourceUrl: null,
  otherIds: [],
};
const EXPORTS = { toBibtex, toRis, toCslJson, toMarkdown, toPlainCitation, toCsv };

function paper(change: Partial<Paper>): Paper {
  return { ...PAPER, ...change };
}

/** What citation-js reads, without its own notes. */
function read(text: string): Record<string, unknown>[] {
  return plugins.input.chain(text).map(({ _graph, ...item }) => item);
}

function keysOf(bibtex: string): string[] {
  return [...bibtex.matchAll(/^@\w+\{([^,]*),$/gm)].map((match) => match[1] ?? "");
}

test("a preprint's BibTeX entry is as written by hand", () => {
  expect(toBibtex([PAPER])).toBe(
    [
      "@misc{su2021roformer,",
      "  title = {{RoFormer}: a Study of {BERT}},",
      "  author = {Su, Jianlin and van Beethoven, Ludwig},",
      "  year = {2021},",
      "  month = {4},",
      "  eprint = {2104.09864},",
      "  archivePrefix = {arXiv},",
      "  primaryClass = {cs.CL},",
      "  url = {https://arxiv.org/abs/2104.09864}",
      "}",
      "",
    ].join("\n"),
  );
});

test("a conference paper is one in every format, with its arXiv twin", () => {
  const conference = paper({
    id: { scheme: "openreview", local: "NGB6YNnO5o" },
    venue: { venue: "ICLR", year: 2025, track: "", decision: "Oral" },
    otherIds: [{ scheme: "arxiv", local: "2104.09864" }],
  });
  expect(toBibtex([conference])).toContain("@inproceedings{su2025roformer,");
  expect(toBibtex([conference])).toContain("booktitle = {{ICLR} 2025}");
  expect(toBibtex([conference])).toContain("eprint = {2104.09864}");
  expect(toRis([conference])).toMatch(/^TY {2}- CPAPER\r\n/);
  expect(toRis([conference])).toContain("T2  - ICLR 2025\r\n");
  expect(toCslItems([conference])[0]).toMatchObject({
    type: "paper-conference",
    "container-title": "ICLR 2025",
    issued: { "date-parts": [[2025]] },
    URL: "https://openreview.net/forum?id=NGB6YNnO5o",
  });
  expect(toPlainCitation([conference])).toBe(
    "Jianlin Su and Ludwig van Beethoven. (2025). RoFormer: a Study of BERT. ICLR 2025; arXiv:2104.09864. https://openreview.net/forum?id=NGB6YNnO5o\n",
  );
});

test("special characters are escaped in BibTeX, mathematics and Unicode are kept", () => {
  const entry = toBibtex([paper({ title: String.raw`50% & $x_i^2$ #1 a_b c~d ^ \ {e} \$5 für 中文` })]);
  expect(entry).toContain(
    String.raw`title = {50\% \& $x_i^2$ \#1 a\_b c\textasciitilde{}d \textasciicircum{} \textbackslash{} \textbraceleft{}e\textbraceright{} \$5 für 中文}`,
  );
});

test.each([
  "$x_{i$ never closes a brace",
  "$}{$",
  "} and {",
  "a $ lone dollar",
  "\\",
  "100% sure $50%$",
  "@misc{evil, title={x}}",
  "\u2028line\u0000break",
])("the hostile title %j stays inside its entry", (title) => {
  const { entries, errors } = parseBibtex(toBibtex([paper({ title }), paper({ title: "Next" })]));
  expect(errors).toEqual([]);
  expect(entries.map((entry) => entry.type)).toEqual(["misc", "misc"]);
  expect(entries[1]!.fields.title).toBe("Next");
  expect(entries[0]!.fields.url).toBe("https://arxiv.org/abs/2104.09864");
});

test.each([
  ["BERT", "{BERT}"],
  ["GPT-4", "{GPT}-4"],
  ["a RoFormer", "a {RoFormer}"],
  ["Deep Learning", "Deep Learning"],
  ["a_b-BERT & x%-Y", String.raw`a\_b-{BERT} \& x\%-{Y}`],
  ["A Study: I Think", "A Study: I Think"],
  ["mRNA of X", "{mRNA} of {X}"],
  ["École d'Été", "École {d'Été}"],
])("the capitals of %j are protected as %j", (title, protectedTitle) => {
  expect(toBibtex([paper({ title })])).toContain(`title = {${protectedTitle}}`);
});

test.each([
  [{ name: "Ludwig van Beethoven" }, "van Beethoven, Ludwig", { family: "van Beethoven", given: "Ludwig" }],
  [{ name: "Sammy Davis, Jr." }, "Davis, Jr., Sammy", { family: "Davis", given: "Sammy", suffix: "Jr." }],
  [{ name: "Su, Jianlin" }, "Su, Jianlin", { family: "Su", given: "Jianlin" }],
  [{ name: "The ATLAS Collaboration" }, "{The ATLAS Collaboration}", { literal: "The ATLAS Collaboration" }],
  [{ name: "Plato" }, "{Plato}", { literal: "Plato" }],
  [{ name: "李明" }, "{李明}", { literal: "李明" }],
  [
    { name: "Gabriel García Márquez", given: "Gabriel", family: "García Márquez" },
    "{García Márquez}, Gabriel",
    { family: "García Márquez", given: "Gabriel" },
  ],
  [{ name: "Rock and Roll" }, "{Rock and Roll}", null],
  [{ name: "A {B} & C" }, String.raw`C, A \textbraceleft{}B\textbraceright{} \&`, null],
] as const)("the author %j is %j in BibTeX", (author, bibtex, csl) => {
  expect(toBibtex([paper({ authors: [author] })])).toContain(`author = {${bibtex}}`);
  if (csl) expect(toCslItems([paper({ authors: [author] })])[0]?.author).toEqual([csl]);
});

test("keys are unique within an export, the same in every export and plain ASCII", () => {
  const papers = Array.from({ length: 800 }, () => PAPER);
  const keys = keysOf(toBibtex(papers));
  expect(new Set(keys).size).toBe(800);
  expect(keys.slice(0, 3)).toEqual(["su2021roformer", "su2021roformerb", "su2021roformerc"]);
  expect(keysOf(toBibtex([paper({ title: "Other" }), PAPER]))[1]).toBe("su2021roformer");
  const clash = [paper({ title: "Roformer" }), paper({ title: "Roformerb" }), paper({ title: "Roformer" })];
  expect(new Set(keysOf(toBibtex(clash))).size).toBe(3);
  expect(keysOf(toBibtex([paper({ authors: [], title: "中文", submittedAt: null })]))).toEqual(["anonymous"]);
  expect(
    keysOf(toBibtex([paper({ authors: [{ name: "Jürgen Müller" }], title: "The $x$ of $y$: Über" })])),
  ).toEqual(["muller2021uber"]);
});

test("RIS and CSL-JSON read back with the same title, names, date and identifiers", () => {
  const full = paper({
    doi: "10.1145/3580305.3599256",
    authors: [{ name: "Jianlin Su" }, { name: "Sammy Davis, Jr." }, { name: "The ATLAS Collaboration" }],
  });
  const expected = {
    title: "RoFormer: a Study of BERT",
    DOI: "10.1145/3580305.3599256",
    URL: "https://arxiv.org/abs/2104.09864",
    abstract: "First line. Second line.",
    issued: { "date-parts": [[2021, 4, 20]] },
    author: [
      { family: "Su", given: "Jianlin" },
      { family: "Davis", given: "Sammy", suffix: "Jr." },
      { literal: "The ATLAS Collaboration" },
    ],
  };
  expect(read(toCslJson([full]))).toMatchObject([expected]);
  expect(read(toRis([full]))).toMatchObject([expected]);
  expect(read(toBibtex([full]))).toMatchObject([
    { title: expected.title, DOI: expected.DOI, URL: expected.URL, issued: { "date-parts": [[2021, 4]] } },
  ]);
});

test("a date is as exact as it is known", () => {
  const dateOf = (change: Partial<Paper>) => toCslItems([paper(change)])[0]?.issued?.["date-parts"][0];
  expect(dateOf({ submittedPrecision: "day" })).toEqual([2021, 4, 20]);
  expect(dateOf({ submittedPrecision: "month" })).toEqual([2021, 4]);
  expect(dateOf({ submittedAt: null })).toBeUndefined();
  expect(toRis([paper({ submittedPrecision: "month" })])).toContain("DA  - 2021/04/\r\n");
});

test("a summary that is not the authors' is never exported as their abstract", () => {
  const summary = paper({ abstractKind: "summary", abstract: "Our own words." });
  for (const print of Object.values(EXPORTS)) expect(print([summary])).not.toContain("Our own words");
});

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."{}\\%&#_^~$@,\"'=+-<>[]()|`*!\n\r\t;"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
  maxLength: 30,
});
const anyPaper: fc.Arbitrary<Paper> = fc
  .record({
    id: anyPaperId,
    title: nasty,
    abstract: nasty,
    journalRef: fc.option(nasty),
    authors: fc.array(
      nasty.map((name) => ({ name })),
      { maxLength: 4 },
    ),
    doi: fc.option(nasty.map((suffix) => `10.1000/${suffix}`)),
    keywords: fc.array(nasty, { maxLength: 3 }),
    venue: fc.option(
      fc.record({ venue: nasty, year: fc.integer({ min: 1987, max: 2030 }), track: nasty, decision: nasty }),
    ),
  })
  .map(paper);

test("whatever the fields hold, BibTeX has one whole entry for each paper", () => {
  fc.assert(
    fc.property(fc.array(anyPaper, { minLength: 1, maxLength: 4 }), (papers) => {
      const bibtex = toBibtex(papers);
      // Brace depth as classical BibTeX counts it: escaped braces count.
      let depth = 0;
      let entries = 0;
      for (const character of bibtex) {
        if (character === "{" && depth++ === 0) entries++;
        if (character === "}") depth--;
        expect(depth).toBeGreaterThanOrEqual(0);
      }
      expect([depth, entries]).toEqual([0, papers.length]);
      const parsed = parseBibtex(bibtex);
      expect(parsed.entries.map(({ key }) => key)).toEqual(keysOf(bibtex));
    }),
    { seed: 1, numRuns: 120 },
  );
});

test("whatever the fields hold, RIS has whole records and only tagged lines", () => {
  fc.assert(
    fc.property(fc.array(anyPaper, { minLength: 1, maxLength: 4 }), (papers) => {
      const lines = toRis(papers).split("\r\n");
      expect(lines.filter((line) => line !== "" && !/^[A-Z][A-Z0-9] {2}- /.test(line))).toEqual([]);
      expect(lines.filter((line) => line.startsWith("TY  - "))).toHaveLength(papers.length);
      expect(lines.filter((line) => line === "ER  - ")).toHaveLength(papers.length);
      expect(lines.every((line) => !/[\n\r\u2028\u0085]/.test(line))).toBe(true);
    }),
    { seed: 2, numRuns: 300 },
  );
});

test("whatever the fields hold, CSL-JSON is JSON and keeps the title's words", () => {
  fc.assert(
    fc.property(anyPaper, (one) => {
      const [item] = JSON.parse(toCslJson([one])) as { title: string; id: string }[];
      expect(item?.title.replaceAll(/[\s$\\]/g, "")).toBe(one.title.replaceAll(/[\s\p{Cc}$\\]/gu, ""));
      expect(item?.id).toMatch(/^[a-z0-9]+$/);
    }),
    { seed: 3, numRuns: 500 },
  );
});

/** Rows of a CSV text after RFC 4180. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.split("\r\n").slice(0, -1)) {
    rows.push(
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map((match) =>
        (match[1] ?? match[2] ?? "").replaceAll('""', '"'),
      ),
    );
  }
  return rows;
}

test("whatever the fields hold, CSV has one line of all columns for each paper and no cell is a formula", () => {
  fc.assert(
    fc.property(fc.array(anyPaper, { maxLength: 4 }), (papers) => {
      const rows = csvRows(toCsv(papers));
      expect(rows[0]).toEqual([...CSV_COLUMNS]);
      expect(rows).toHaveLength(papers.length + 1);
      for (const row of rows) {
        expect(row).toHaveLength(CSV_COLUMNS.length);
        for (const value of row) expect(value).not.toMatch(/^[=+\-@\t\r]/);
      }
    }),
    { seed: 4, numRuns: 300 },
  );
  expect(csvRows(toCsv([paper({ title: '=HYPERLINK("http://evil")' })]))[1]?.[1]).toBe(
    `'=HYPERLINK("http://evil")`,
  );
});

test("Markdown holds no markup of the paper's own", () => {
  const hostile = paper({
    title: "<img src=x> [a](javascript:1) `c` *b* | $x$",
    authors: [{ name: "<b>A</b> *B*" }],
    sourceUrl: "https://a.b/?q=<x> y",
  });
  const text = toMarkdown([hostile]);
  expect(text).toBe(
    String.raw`- [\<img src=x\> \[a\]\(javascript:1\) \`c\` \*b\* \| \$x\$](<https://a.b/?q=%3Cx%3E%20y>). \<b\>A\</b\> \*B\*. arXiv:2104.09864. 2021.` +
      "\n",
  );
});

test("nothing gives an empty export, and papers with 3,303 authors are written quickly", () => {
  expect([toBibtex([]), toRis([]), toMarkdown([]), toPlainCitation([]), JSON.parse(toCslJson([]))]).toEqual([
    "",
    "",
    "",
    "",
    [],
  ]);
  expect(toCsv([])).toBe(`${CSV_COLUMNS.join(",")}\r\n`);
  const authors = Array.from({ length: 3303 }, (_, index) => ({ name: `Given${index} Family${index}` }));
  const elapsedMs = startCpuClock();
  for (const print of Object.values(EXPORTS))
    expect(print(Array.from({ length: 5 }, () => paper({ authors }))).length).toBeGreaterThan(1000);
  expect(elapsedMs()).toBeLessThan(60_000);
  expect(parseBibtex(toBibtex([paper({ authors })])).entries[0]!.fields.author).toHaveLength(3303);
  expect(toPlainCitation([paper({ authors })])).toContain("Given9 Family9, et al.");
});

test("pathological titles are written in linear time", () => {
  const elapsedMs = startCpuClock();
  for (const unit of ["A", "a", "{", "$", "\\", "aB", "a-", "A ", "$a$", "-", "'A", "and "]) {
    const long = unit.repeat(20_000 / unit.length);
    for (const print of Object.values(EXPORTS))
      print([paper({ title: long, authors: [{ name: long }], abstract: long })]);
  }
  expect(elapsedMs()).toBeLessThan(60_000);
});

import { plugins } from "@citation-js/core";
import "@citation-js/plugin-ris";
import { parse as parseBibtex } from "@retorquere/bibtex-parser";
import { expect, test } from "vitest";
import { type Paper, texToUnicode, toBibtex, toRis } from "../src/index.ts";
import { gzipLines, sharedDataFile } from "./shared-data.ts";

interface Row {
  readonly id: string;
  readonly title: string;
  readonly authors: readonly string[];
  readonly abstract: string;
  readonly categories: readonly string[];
  readonly published: string | null;
  readonly doi: string | null;
}

function toPaper(row: Row): Paper {
  return {
    id: { scheme: "arxiv", local: row.id },
    version: null,
    title: texToUnicode(row.title),
    abstract: texToUnicode(row.abstract),
    abstractKind: "abstract",
    authors: row.authors.map((name) => ({ name: texToUnicode(name) })),
    categories: row.categories,
    primaryCategory: row.categories[0] ?? null,
    submittedAt: row.published,
    submittedPrecision: "day",
    updatedAt: null,
    announcedOn: null,
    announcedProvenance: null,
    withdrawn: false,
    comments: null,
    journalRef: null,
    doi: row.doi,
    license: null,
    venue: null,
    keywords: [],
    pdfUrl: null,
    sourceUrl: null,
    otherIds: [],
  };
}

const arxiv = sharedDataFile("arxiv.jsonl.gz");

test.skipIf(arxiv === null)(
  "exports of real papers are read by a BibTeX and a RIS parser, every author included",
  async () => {
    const papers: Paper[] = [];
    let count = 0;
    for await (const line of gzipLines(arxiv!))
      if (count++ % 900 === 0) papers.push(toPaper(JSON.parse(line) as Row));
    expect(papers.length).toBeGreaterThan(200);
    const { entries, errors } = parseBibtex(toBibtex(papers));
    // The parser turns mathematics into HTML and says which commands it cannot show; they are kept on purpose.
    expect(errors.filter(({ error }) => !error.startsWith("unhandled macro"))).toEqual([]);
    expect(entries).toHaveLength(papers.length);
    expect(new Set(entries.map(({ key }) => key)).size).toBe(papers.length);
    expect(entries.map(({ fields }) => fields.author?.length)).toEqual(
      papers.map(({ authors }) => authors.length),
    );
    const items = plugins.input.chain(toRis(papers));
    expect(items.map(({ title }) => title)).toEqual(papers.map(({ title }) => title.replaceAll("\\$", "$")));
  },
);

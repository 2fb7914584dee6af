import type { Paper } from "@cool-papers/core";
import { toPaperId } from "../src/paper-row.ts";

/** A plain paper under a key, with what a test wants different. */
export function makePaper(key: string, facts: Partial<Paper> = {}): Paper {
  const id = toPaperId(key);
  const isArxiv = id.scheme === "arxiv";
  return {
    id,
    version: null,
    title: `Paper ${key}`,
    abstract: `About ${key}.`,
    abstractKind: "abstract",
    authors: [{ name: "Ada Lovelace" }, { name: "Emmy Noether" }],
    categories: isArxiv ? ["cs.LG"] : [],
    primaryCategory: isArxiv ? "cs.LG" : null,
    submittedAt: isArxiv ? "2024-05-01T12:00:00Z" : null,
    submittedPrecision: "instant",
    updatedAt: null,
    announcedOn: isArxiv ? "2024-05-02" : null,
    announcedProvenance: isArxiv ? "stated" : null,
    withdrawn: false,
    comments: null,
    journalRef: null,
    doi: null,
    license: null,
    venue: isArxiv ? null : { venue: "ICLR", year: 2024, track: "", decision: "Poster" },
    keywords: [],
    pdfUrl: null,
    sourceUrl: null,
    otherIds: [],
    ...facts,
  };
}

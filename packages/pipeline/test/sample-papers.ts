/** Invented rows in the shape of the arXiv listings, deterministic in their number. */
export function arxivRows(count: number, from = 0): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, i) => arxivRow(from + i));
}

export function arxivRow(i: number, changes: object = {}): Record<string, unknown> {
  return {
    id: `2403.${String(i + 1).padStart(5, "0")}`,
    title: `Invented paper number ${i} about ${WORDS[i % WORDS.length]}`,
    authors: [`Author ${i % 97}`, `Coauthor ${i % 31}`],
    abstract: `We look at ${WORDS[(i * 7) % WORDS.length]} and ${WORDS[(i * 3) % WORDS.length]}, case ${i}.`,
    categories: i % 2 === 0 ? ["cs.LG"] : ["math.NA", "cs.LG"],
    primary: null,
    published: "2024-03-04",
    updated: null,
    listed: "2024-03-05",
    comment: null,
    doi: null,
    ...changes,
  };
}

/** A conference paper; `arxiv` names its preprint. */
export function venueRow(i: number, arxiv: string | null = null): Record<string, unknown> {
  return {
    venue: "ICML",
    year: 2024,
    track: "main",
    decision: "Poster",
    id: `v235/author${i}a`,
    id_scheme: "pmlr",
    title: `Invented conference paper number ${i}`,
    authors: [`Author ${i % 97}`],
    abstract: "An abstract.",
    pdf: "",
    url: "",
    doi: "",
    keywords: [],
    ...(arxiv ? { other_ids: { arxiv } } : {}),
  };
}

const WORDS = [
  "sheep",
  "goats",
  "clouds",
  "rivers",
  "lattices",
  "graphs",
  "fields",
  "rings",
  "stars",
  "cells",
  "waves",
];

export function toJsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

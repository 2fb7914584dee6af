/** What all citation formats need from a paper: one place that decides type, date, pages of the source and names. */
import { splitMath } from "../math-segments.ts";
import { normalizeAuthorName } from "../normalize-text.ts";
import type { Author, Paper } from "../paper.ts";
import { sourceLinks } from "../paper-id.ts";

export type CitationKind = "preprint" | "conference" | "article";

export interface CitationFields {
  readonly kind: CitationKind;
  /** With dollar signs escaped where they are no mathematics; `plainText` takes the escapes away. */
  readonly title: string;
  readonly authors: readonly Author[];
  /** Null when no date is known. */
  readonly year: number | null;
  /** ISO day, month or year, as exactly as it is known. */
  readonly date: string | null;
  /** `ICLR 2025`, null for what appeared nowhere but at its source. */
  readonly venue: string | null;
  /** Journal reference as the source states it. */
  readonly journalRef: string | null;
  /** Bare arXiv id, null for other papers. */
  readonly arxivId: string | null;
  readonly primaryCategory: string | null;
  readonly doi: string | null;
  readonly url: string;
  readonly pdfUrl: string | null;
  /** As plain text. The authors' abstract; a summary written by others is not cited as one. */
  readonly abstract: string | null;
  readonly keywords: readonly string[];
}

const DATE_LENGTH = { instant: 10, day: 10, month: 7 } as const;

export function citationFields(paper: Paper): CitationFields {
  const date = paper.submittedAt?.slice(0, DATE_LENGTH[paper.submittedPrecision]) ?? null;
  const links = sourceLinks(paper.id);
  const { venue } = paper;
  const arxivTwin = [paper.id, ...paper.otherIds].find((id) => id.scheme === "arxiv");
  return {
    kind: venue ? "conference" : paper.journalRef ? "article" : "preprint",
    title: oneLine(paper.title),
    authors: paper.authors,
    year: venue ? venue.year : date === null ? null : Number(date.slice(0, 4)),
    date: venue ? `${venue.year}` : date,
    venue: venue ? oneLine([venue.venue, venue.year].filter(Boolean).join(" ")) : null,
    journalRef: paper.journalRef === null ? null : oneLine(paper.journalRef),
    arxivId: arxivTwin?.local ?? null,
    primaryCategory: paper.primaryCategory,
    doi: oneWord(paper.doi ?? (paper.id.scheme === "doi" ? paper.id.local : null)),
    url: oneWord(paper.sourceUrl) ?? links.page,
    pdfUrl: oneWord(paper.pdfUrl) ?? links.pdf,
    abstract: paper.abstractKind === "abstract" && paper.abstract !== "" ? plainText(paper.abstract) : null,
    keywords: (paper.keywords.length > 0 ? paper.keywords : paper.categories)
      .map(plainText)
      .filter((word) => word !== ""),
  };
}

/** Control characters and line breaks are blanks in every line-based format. */
export function oneLine(text: string): string {
  return text
    .split(/[\s\p{Cc}\u0085]+/u)
    .filter((word) => word !== "")
    .join(" ");
}

/** Addresses and names without blanks; nothing when nothing is left. */
function oneWord(text: string | null): string | null {
  return (text && oneLine(text).replaceAll(" ", "%20")) || null;
}

/** One line for formats that know no TeX: mathematics as it is written, `\\$` as a dollar sign. */
export function plainText(text: string): string {
  const segments = splitMath(oneLine(text));
  return segments.map((segment) => (segment.kind === "math" ? segment.source : segment.content)).join("");
}

/** A name that belongs to a group, so that it has no family name. */
export function isCollaboration(name: string): boolean {
  return /\b(?:collaborations?|consortium|team|group|project|society|committee|initiative)\b/i.test(name);
}

/** Particles that belong to the family name when they are written in lower case. */
const PARTICLES = /^(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|el|al|bin|ibn|ter|ten|zu|zur|af|av)$/;
const SUFFIX = /^(?:jr|sr|ii|iii|iv)\.?$/i;

export interface SplitName {
  readonly given: string;
  readonly family: string;
  readonly suffix: string;
}

/**
 * Given and family name: as the source splits them, else by the usual order of a Western byline, the last word and
 * the lower-case particles before it. A group or a single word is all family name.
 */
export function splitName(author: Author): SplitName {
  if (author.family !== undefined)
    return { given: oneLine(author.given ?? ""), family: oneLine(author.family), suffix: "" };
  const [name = "", ...after] = oneLine(author.name).split(/\s*,\s*/);
  const suffix = after.length === 1 && SUFFIX.test(after[0] ?? "") ? (after[0] ?? "") : "";
  if (after.length > 0 && suffix === "") return { given: after.join(" "), family: name, suffix };
  if (isCollaboration(name)) return { given: "", family: name, suffix };
  const words = name.split(" ");
  let start = words.length - 1;
  while (start > 1 && PARTICLES.test(words[start - 1] ?? "")) start--;
  return { given: words.slice(0, start).join(" "), family: words.slice(start).join(" "), suffix };
}

const STOP_WORDS: ReadonlySet<string> = new Set(
  "a an and are as at be by do does for from how in is it of on or the to via what when why with".split(" "),
);

/** Latin letters and digits only; other scripts fall away. */
function keyWord(text: string): string {
  return normalizeAuthorName(text)
    .replaceAll(/[^a-z0-9]/g, "")
    .slice(0, 24);
}

/** Citation key from the paper alone, so that it stays the same in every export: `su2021roformer`. */
export function citationKey(fields: CitationFields): string {
  const [first] = fields.authors;
  const family = first === undefined ? "" : keyWord(splitName(first).family);
  const words = fields.title
    .replaceAll(/\$[^$]*\$/g, " ")
    .split(/[\s:–—/-]+/)
    .map(keyWord);
  const word = words.find((candidate) => candidate.length > 1 && !STOP_WORDS.has(candidate)) ?? "";
  return `${family || "anonymous"}${fields.year ?? ""}${word}` || "paper";
}

/** The keys of an export, each unique: the second paper with a key gets `b`, the third `c`, … */
export function citationKeys(list: readonly CitationFields[]): string[] {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return list.map((fields) => {
    const base = citationKey(fields);
    let count = counts.get(base) ?? 0;
    let key = base + letters(count);
    while (taken.has(key)) key = base + letters(++count);
    counts.set(base, count + 1);
    taken.add(key);
    return key;
  });
}

/** 0 → "", 1 → b, … 25 → z, 26 → ba: bijective enough to be unique for each count. */
function letters(count: number): string {
  return count === 0 ? "" : letters(Math.floor(count / 26)) + String.fromCharCode(97 + (count % 26));
}

/** The one mapping between core's Paper and the columns of `papers`. */
import { hash } from "node:crypto";
import {
  type AnnouncedProvenance,
  type Author,
  type DatePrecision,
  normalizeTitle,
  type Paper,
  type PaperId,
  printPaperId,
} from "@cool-papers/core";
import { arrayLiteral } from "./array-literal.ts";

/** What the sources say about one paper, as text for `unnest`; null is SQL null. */
export interface PaperColumns {
  readonly key: string;
  readonly version: string | null;
  readonly title: string;
  readonly abstract: string;
  readonly abstract_kind: string;
  readonly authors: string;
  readonly categories: string;
  readonly primary_category: string | null;
  readonly submitted_at: string | null;
  readonly submitted_precision: string;
  readonly updated_at: string | null;
  readonly announced_on: string | null;
  readonly announced_provenance: string | null;
  readonly withdrawn: string;
  readonly comments: string | null;
  readonly journal_ref: string | null;
  readonly doi: string | null;
  readonly license: string | null;
  readonly venue: string | null;
  readonly venue_year: string | null;
  readonly track: string | null;
  readonly decision: string | null;
  readonly keywords: string;
  readonly pdf_url: string | null;
  readonly source_url: string | null;
  readonly other_ids: string;
}

/** SQL types of those columns, in the order of the insert. */
export const PAPER_COLUMN_TYPES: Record<keyof PaperColumns, string> = {
  key: "text",
  version: "int",
  title: "text",
  abstract: "text",
  abstract_kind: "text",
  authors: "jsonb",
  categories: "text[]",
  primary_category: "text",
  submitted_at: "timestamptz",
  submitted_precision: "text",
  updated_at: "timestamptz",
  announced_on: "date",
  announced_provenance: "text",
  withdrawn: "boolean",
  comments: "text",
  journal_ref: "text",
  doi: "text",
  license: "text",
  venue: "text",
  venue_year: "smallint",
  track: "text",
  decision: "text",
  keywords: "text[]",
  pdf_url: "text",
  source_url: "text",
  other_ids: "text[]",
};

/** A paper of the form that `cleanPaper` returns. Other ids come sorted, without itself and repetitions. */
export function toColumns(paper: Paper): PaperColumns {
  const key = printPaperId(paper.id);
  return {
    key,
    version: paper.version === null ? null : String(paper.version),
    title: paper.title,
    abstract: paper.abstract,
    abstract_kind: paper.abstractKind,
    authors: JSON.stringify(paper.authors.map(({ name, given, family }) => ({ name, given, family }))),
    categories: arrayLiteral([...new Set(paper.categories)]),
    primary_category: paper.primaryCategory,
    submitted_at: paper.submittedAt,
    submitted_precision: paper.submittedPrecision,
    updated_at: paper.updatedAt,
    announced_on: paper.announcedOn,
    announced_provenance: paper.announcedProvenance,
    withdrawn: String(paper.withdrawn),
    comments: paper.comments,
    journal_ref: paper.journalRef,
    doi: paper.doi,
    license: paper.license,
    venue: paper.venue?.venue ?? null,
    venue_year: paper.venue === null ? null : String(paper.venue.year),
    track: paper.venue?.track ?? null,
    decision: paper.venue?.decision ?? null,
    keywords: arrayLiteral(paper.keywords),
    pdf_url: paper.pdfUrl,
    source_url: paper.sourceUrl,
    other_ids: arrayLiteral(otherKeys(paper)),
  };
}

function otherKeys(paper: Paper): string[] {
  const keys = new Set(paper.otherIds.map(printPaperId));
  keys.delete(printPaperId(paper.id));
  return [...keys].sort();
}

/** Every key besides its own under which the paper can be looked up: stated ids and its DOI. */
export function lookupKeys(paper: Paper): string[] {
  const keys = otherKeys(paper);
  const doiKey = paper.doi === null ? null : `doi:${paper.doi}`;
  if (doiKey !== null && doiKey !== printPaperId(paper.id) && !keys.includes(doiKey)) keys.push(doiKey);
  return keys;
}

/** 96 bits are plenty to see that a paper changed. */
export function contentHash(columns: PaperColumns): string {
  return hash("sha1", Object.values(columns).join("\u0000"), "base64url").slice(0, 16);
}

export function textHash(paper: Paper): string {
  return hash("sha1", `${paper.title}\u0000${paper.abstract}`, "base64url").slice(0, 16);
}

/** First 64 bits of the normalised title's hash as a signed decimal, null when nothing is left of the title. */
export function titleKey(title: string): string | null {
  const normalized = normalizeTitle(title);
  if (normalized === "") return null;
  return BigInt.asIntN(64, BigInt(`0x${hash("sha1", normalized, "hex").slice(0, 16)}`)).toString();
}

const INSTANT_FORMAT = `'YYYY-MM-DD"T"HH24:MI:SS"Z"'`;

/** Select list of a paper; `p` is the alias of `papers`. Dates come as text, so that no driver's clock touches them. */
export const PAPER_SELECT = `p.key, p.version, p.title, p.abstract, p.abstract_kind, p.authors, p.categories,
  p.primary_category, to_char(p.submitted_at at time zone 'UTC', ${INSTANT_FORMAT}) as submitted_at,
  p.submitted_precision, to_char(p.updated_at at time zone 'UTC', ${INSTANT_FORMAT}) as updated_at,
  p.announced_on::text as announced_on, p.announced_provenance, p.withdrawn, p.comments, p.journal_ref, p.doi,
  p.license, p.venue, p.venue_year, p.track, p.decision, p.keywords, p.pdf_url, p.source_url, p.other_ids`;

/** What `PAPER_SELECT` yields in both drivers. */
export type PaperRow = {
  key: string;
  version: number | null;
  title: string;
  abstract: string;
  abstract_kind: "abstract" | "summary";
  authors: Author[];
  categories: string[];
  primary_category: string | null;
  submitted_at: string | null;
  submitted_precision: DatePrecision;
  updated_at: string | null;
  announced_on: string | null;
  announced_provenance: AnnouncedProvenance | null;
  withdrawn: boolean;
  comments: string | null;
  journal_ref: string | null;
  doi: string | null;
  license: string | null;
  venue: string | null;
  venue_year: number | null;
  track: string | null;
  decision: string | null;
  keywords: string[];
  pdf_url: string | null;
  source_url: string | null;
  other_ids: string[];
};

export function toPaper(row: PaperRow): Paper {
  return {
    id: toPaperId(row.key),
    version: row.version,
    title: row.title,
    abstract: row.abstract,
    abstractKind: row.abstract_kind,
    authors: row.authors,
    categories: row.categories,
    primaryCategory: row.primary_category,
    submittedAt: row.submitted_at,
    submittedPrecision: row.submitted_precision,
    updatedAt: row.updated_at,
    announcedOn: row.announced_on,
    announcedProvenance: row.announced_provenance,
    withdrawn: row.withdrawn,
    comments: row.comments,
    journalRef: row.journal_ref,
    doi: row.doi,
    license: row.license,
    venue:
      row.venue === null
        ? null
        : { venue: row.venue, year: row.venue_year!, track: row.track ?? "", decision: row.decision ?? "" },
    keywords: row.keywords,
    pdfUrl: row.pdf_url,
    sourceUrl: row.source_url,
    otherIds: row.other_ids.map(toPaperId),
  };
}

/** A stored key as an id. Keys were printed from ids, so the split at the first colon is exact. */
export function toPaperId(key: string): PaperId {
  const colon = key.indexOf(":");
  return { scheme: key.slice(0, colon) as PaperId["scheme"], local: key.slice(colon + 1) };
}

import type { PaperId } from "./paper-id.ts";

/** One author, in the order of the paper. `name` is what the page shows; given / family only where the source splits them. */
export interface Author {
  readonly name: string;
  readonly given?: string;
  readonly family?: string;
}

/** How exactly `submittedAt` is known: some sources give an instant, some a day, some only the month of the id. */
export type DatePrecision = "instant" | "day" | "month";

/**
 * Where `announcedOn` comes from: "stated" by the source's own listing, "approximate" when a crawl first saw the
 * paper that day, "computed" from the submission instant by the announcement calendar.
 */
export type AnnouncedProvenance = "stated" | "approximate" | "computed";

/** Where a paper appeared: venue series, year of the edition, and its place in it. Empty strings mean "not known". */
export interface VenueRef {
  /** Series name as readers write it: ICLR, NeurIPS, ACL. */
  readonly venue: string;
  readonly year: number;
  /** Track or volume: Main, Long, Datasets & Benchmarks. */
  readonly track: string;
  /** Decision group: Oral, Spotlight, Highlight, Poster. */
  readonly decision: string;
}

/** A paper as one source describes it. All text is Unicode (NFC); mathematics stays as TeX between dollars. */
export interface Paper {
  /** Without a version. */
  readonly id: PaperId;
  /** Latest known version of an arXiv paper, else null. */
  readonly version: number | null;
  readonly title: string;
  readonly abstract: string;
  /** "summary" marks text written for this project instead of the authors' abstract. */
  readonly abstractKind: "abstract" | "summary";
  readonly authors: readonly Author[];
  /** Canonical category ids, the primary one first; empty for venue papers without an arXiv twin. */
  readonly categories: readonly string[];
  readonly primaryCategory: string | null;
  /** ISO 8601 instant in UTC of the first version; the first instant of the day or month when the precision is lower. */
  readonly submittedAt: string | null;
  readonly submittedPrecision: DatePrecision;
  /** ISO 8601 instant in UTC of the latest version. */
  readonly updatedAt: string | null;
  /** Listing date, YYYY-MM-DD. */
  readonly announcedOn: string | null;
  readonly announcedProvenance: AnnouncedProvenance | null;
  readonly withdrawn: boolean;
  readonly comments: string | null;
  readonly journalRef: string | null;
  /** Bare DOI, lower case, without a resolver. */
  readonly doi: string | null;
  readonly license: string | null;
  readonly venue: VenueRef | null;
  readonly keywords: readonly string[];
  readonly pdfUrl: string | null;
  readonly sourceUrl: string | null;
  /** Ids of the same paper elsewhere, as the source states them. */
  readonly otherIds: readonly PaperId[];
}

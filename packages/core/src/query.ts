/** The search query as a value. `parse-query.ts` reads it from text, `print-query.ts` writes it back. */
import type { PaperId } from "./paper-id.ts";

/** Fields that text can be looked for in. */
export type TextField = "title" | "abstract" | "author";

/** One thing that must (or must not) be found in the text. */
export interface TextClause {
  readonly kind: "term" | "phrase";
  /** The words as typed, without quotes or the leading minus. */
  readonly text: string;
  /** null: anywhere. */
  readonly field: TextField | null;
  readonly excluded: boolean;
}

/** Where a paper may come from. */
export type PaperSource = "arxiv" | "venue";

/** Conditions on facts. Values within one list are alternatives; the lists are all required. */
export interface QueryFilters {
  /** Canonical categories or archives; an archive stands for all of its categories (`expandCategory`). */
  readonly categories: readonly string[];
  readonly excludedCategories: readonly string[];
  /** Series names, in their usual spelling where it is known (`canonicalVenue`), otherwise as typed. */
  readonly venues: readonly string[];
  readonly excludedVenues: readonly string[];
  /** Inclusive; null is open. */
  readonly yearFrom: number | null;
  readonly yearTo: number | null;
  /** Inclusive YYYY-MM-DD over the day of submission; null is open. */
  readonly dateFrom: string | null;
  readonly dateTo: string | null;
  /** Without versions. */
  readonly ids: readonly PaperId[];
  readonly sources: readonly PaperSource[];
}

export const QUERY_NOTICE_CODES = [
  "unknown-category",
  "bad-year",
  "bad-date",
  "bad-id",
  "bad-source",
  "empty-operator",
  "cannot-exclude",
  "unbalanced-quote",
  "too-long",
] as const;

/** Something in the query that was taken as plain text although it looked like an operator. */
export interface QueryNotice {
  readonly code: (typeof QUERY_NOTICE_CODES)[number];
  /** The piece of the query it is about, at most 80 characters. */
  readonly value: string;
}

/** A search query, parsed. Parsing is total: any text gives a query, with notices for what could not be understood. */
export interface SearchQuery {
  readonly clauses: readonly TextClause[];
  readonly filters: QueryFilters;
  readonly notices: readonly QueryNotice[];
}

export const NO_FILTERS: QueryFilters = {
  categories: [],
  excludedCategories: [],
  venues: [],
  excludedVenues: [],
  yearFrom: null,
  yearTo: null,
  dateFrom: null,
  dateTo: null,
  ids: [],
  sources: [],
};

/** True when nothing restricts the papers: no text and no filter. */
export function isEmptyQuery(query: SearchQuery): boolean {
  return query.clauses.length === 0 && hasNoFilters(query.filters);
}

/** True when no condition on facts is set. */
export function hasNoFilters(filters: QueryFilters): boolean {
  return Object.values(filters).every((value) => value === null || value.length === 0);
}

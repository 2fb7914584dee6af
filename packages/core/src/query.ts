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

/** Conditions on facts. Values within one list are alternatives; the lists are all required. */
export interface QueryFilters {
  readonly categories: readonly string[];
  readonly excludedCategories: readonly string[];
  readonly venues: readonly string[];
  readonly excludedVenues: readonly string[];
  /** Inclusive; null is open. */
  readonly yearFrom: number | null;
  readonly yearTo: number | null;
  /** Inclusive YYYY-MM-DD over the day of submission; null is open. */
  readonly dateFrom: string | null;
  readonly dateTo: string | null;
  readonly ids: readonly import("./paper-id.ts").PaperId[];
  readonly sources: readonly ("arxiv" | "venue")[];
}

/** Something in the query that was taken as plain text although it looked like an operator. */
export interface QueryNotice {
  readonly code: "unknown-category" | "bad-year" | "bad-date" | "bad-id" | "empty-operator" | "unbalanced-quote" | "too-long";
  /** The piece of the query it is about. */
  readonly value: string;
}

/** A search query, parsed. Parsing is total: any text gives a query, with notices for what could not be understood. */
export interface SearchQuery {
  readonly clauses: readonly TextClause[];
  readonly filters: QueryFilters;
  readonly notices: readonly QueryNotice[];
}

import type { QueryFilters, SearchQuery } from "@cool-papers/core";

/**
 * What the index holds: one document for each work, so that a preprint and its venue version are found once.
 * The record in Postgres stays the truth; a document carries only what matching, filtering and sorting need.
 */
export interface SearchDocument {
  /** Printed PaperId of the work's representative paper: `arxiv:2104.09864`. */
  readonly key: string;
  readonly title: string;
  readonly abstract: string;
  /** Names in order. */
  readonly authors: readonly string[];
  /** Canonical categories of all members, primary first. */
  readonly categories: readonly string[];
  /** Venue series of all members. */
  readonly venues: readonly string[];
  /** `arxiv`, `venue` or both. */
  readonly sources: readonly ("arxiv" | "venue")[];
  /** Printed ids of all members, the representative included. */
  readonly memberKeys: readonly string[];
  /** Day of submission or, for venue papers, the first day of the edition's year. YYYY-MM-DD. */
  readonly date: string;
  readonly year: number;
  readonly stars: number;
  /** Unit vector of the active embedding model, absent when there is none. */
  readonly vector?: Float32Array;
}

export type SearchMode = "keyword" | "semantic" | "hybrid";
export type SearchSort = "relevance" | "newest" | "oldest" | "stars";

export interface SearchRequest {
  readonly query: SearchQuery;
  /** Facet choices made in the interface; combined with the query's own filters (both must hold). */
  readonly filters?: Partial<QueryFilters>;
  readonly mode: SearchMode;
  readonly sort: SearchSort;
  readonly skip: number;
  readonly limit: number;
  /** Unit vector of the query text; without it semantic and hybrid fall back to keyword. */
  readonly queryVector?: Float32Array;
  /**
   * Scores texts (papers whole, and titles alone) by how much of the query's text each says, about 0 to 1, larger for more, 0
   * for an empty one; null where it cannot now. A hybrid search by relevance orders its first hits by it too.
   */
  readonly rerank?: (texts: readonly string[]) => Promise<ArrayLike<number> | null>;
  readonly facets: boolean;
  /** "as-typed" switches spelling correction off, for readers who meant what they wrote. Default "correct". */
  readonly spelling?: "correct" | "as-typed";
  readonly signal?: AbortSignal;
}

/** Why a document was found. */
export interface MatchReason {
  /**
   * Words to mark in title, authors and abstract: the forms, as the index knows them (lower case, no accents), of the
   * query's words that this document has. `markTerms` of `@cool-papers/search/mark` marks them.
   */
  readonly terms: readonly string[];
  /** True when no query word matched and the document came by its vector. */
  readonly closeInMeaning: boolean;
}

export interface SearchHit {
  readonly key: string;
  readonly memberKeys: readonly string[];
  readonly score: number;
  readonly reason: MatchReason;
}

export interface FacetCount {
  readonly value: string;
  readonly count: number;
}

export interface SearchFacets {
  readonly categories: readonly FacetCount[];
  readonly venues: readonly FacetCount[];
  readonly years: readonly FacetCount[];
  readonly sources: readonly FacetCount[];
}

export interface SearchResponse {
  readonly hits: readonly SearchHit[];
  /**
   * How many hits paging reaches. Keyword: the exact number of documents that match. Hybrid: those, plus
   * `closeInMeaning` documents that were found by their vectors only: at most 50, and only such as are nearer to the
   * query than the middle between its nearest and its 200th neighbour. Semantic: the nearest documents, at most
   * a few hundred. A query without a word that the index knows (made-up words, strings of letters) has only such
   * neighbours as are near beyond doubt, mostly none.
   */
  readonly total: number;
  /** How many of `total` no query word led to. */
  readonly closeInMeaning: number;
  /**
   * How many of the query's `words` a document had to have. All of them in a short query, unless no document has all;
   * then the most that any document has, and the page should say so. 1 in questions and pasted sentences.
   */
  readonly matchedWords: { readonly needed: number; readonly words: number };
  readonly facets: SearchFacets | null;
  /** Mode that was really used, after any fallback. */
  readonly mode: SearchMode;
  /** Set when a better answer was impossible: the page says so. */
  readonly degraded: "no-embedding" | null;
  /**
   * The query with the spelling that was searched, because words as typed are not in the index; null when nothing was
   * corrected. Operators are kept. Search with `spelling: "as-typed"` for the words as they were.
   */
  readonly correctedText: string | null;
}

export interface SimilarRequest {
  /** Printed ids; their own works are left out of the answer. */
  readonly keys: readonly string[];
  readonly limit: number;
  readonly signal?: AbortSignal;
}

export interface SimilarResponse {
  readonly hits: readonly SearchHit[];
  /** "vector": embedding neighbours; "terms": shared words. */
  readonly by: "vector" | "terms";
}

export interface Suggestion {
  readonly kind: "title" | "author" | "category" | "venue";
  readonly text: string;
  /** Printed PaperId for titles. */
  readonly key?: string;
}

export interface EngineStats {
  readonly documents: number;
  readonly vectors: number;
  readonly vectorDimension: number | null;
  readonly builtAt: string | null;
  /** Why what is stored cannot be used (another format, damaged files): nothing is found until it is rebuilt. */
  readonly problem?: string | null;
}

/**
 * A derived search index. `lance/` is the embedded one; the shared suite (test/engine-suite.ts) holds for every other.
 *
 * `search`, `similar` and `suggest` answer any input; they reject only with the signal's reason, with
 * VectorDimensionError, or when the storage fails.
 */
export interface SearchEngine {
  upsert(documents: readonly SearchDocument[]): Promise<void>;
  /** By representative key; unknown keys are ignored. */
  remove(keys: readonly string[]): Promise<void>;
  search(request: SearchRequest): Promise<SearchResponse>;
  similar(request: SimilarRequest): Promise<SimilarResponse>;
  suggest(prefix: string, limit: number): Promise<readonly Suggestion[]>;
  stats(): Promise<EngineStats>;
  /** Builds a new index beside the live one from `documents` and swaps; readers never see a gap. */
  rebuild(
    documents: AsyncIterable<readonly SearchDocument[]>,
    onProgress?: (done: number) => void,
    signal?: AbortSignal,
  ): Promise<void>;
  /**
   * Makes recent upserts fast to search: merges the small segments they left. Changes no answer. The writer calls it
   * once after a run of upserts (the pipeline's build-index does); not needed after `rebuild`.
   */
  optimize(): Promise<void>;
  close(): Promise<void>;
}

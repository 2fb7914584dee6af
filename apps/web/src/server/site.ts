import type { PaperId, SearchQuery } from "@cool-papers/core";
import type {
  CategoryCounts,
  CategoryDay,
  CategoryMonth,
  CategorySet,
  DayRequest,
  DaySort,
  EditionPage,
  EditionRequest,
  SitemapEntry,
  StoredPaper,
  VenueEdition,
} from "@cool-papers/db";
import type { EngineStats, SearchResponse, SimilarResponse, Suggestion } from "@cool-papers/search";
import type { SearchState } from "../url/search-url.ts";
import type { DayTexts } from "./day-texts.ts";

/** A hit of a search with the paper it stands for. */
export interface FoundPaper {
  readonly paper: StoredPaper;
  readonly terms: readonly string[];
  readonly isCloseInMeaning: boolean;
}

export interface SearchPage {
  readonly query: SearchQuery;
  readonly response: SearchResponse;
  readonly found: readonly FoundPaper[];
}

export interface SimilarPage {
  readonly by: SimilarResponse["by"];
  readonly found: readonly FoundPaper[];
}

export type Readiness = { readonly isReady: true } | { readonly isReady: false; readonly reason: string };

/** What the about and privacy pages say of who runs the site, from its settings. */
export interface Operator {
  readonly contactEmail: string | null;
  /** Host that the words of searches are sent to for embedding; null when this process embeds. */
  readonly embeddingHost: string | null;
}

/**
 * Everything that pages ask of the record and the search index. The server makes one at its start and hands it over
 * here, so that the bundle of the pages holds no database and no native code, and build workers open nothing.
 */
export interface Site {
  papers(ids: readonly PaperId[]): Promise<readonly (StoredPaper | null)[]>;
  /** Throws when the index does not answer; see `search-page.ts` for what the reader sees then. */
  search(state: SearchState): Promise<SearchPage>;
  /** How many papers the filters and words leave, for suggestions on an empty page. */
  countMatches(state: SearchState): Promise<number>;
  similar(keys: readonly string[], limit: number): Promise<SimilarPage>;
  suggest(prefix: string, limit: number): Promise<readonly Suggestion[]>;
  categoryCounts(): Promise<CategoryCounts>;
  venueEditions(): Promise<readonly VenueEdition[]>;
  /** `date` null is the newest day with papers. */
  categoryDay(set: CategorySet, date: string | null, request: DayRequest): Promise<CategoryDay>;
  /** Days of a month (`YYYY-MM`) that have papers. */
  categoryMonth(set: CategorySet, month: string): Promise<CategoryMonth>;
  /** What a filter looks at, of every paper of a day in the order of its list. */
  dayTexts(set: CategorySet, date: string, sort: DaySort): Promise<DayTexts>;
  edition(request: EditionRequest): Promise<EditionPage>;
  /** Of all venues, the last stored first. */
  latestVenuePapers(limit: number): Promise<readonly StoredPaper[]>;
  /** Counts a wish for a venue that is not stored; null when no more names are taken in. */
  countVenueRequest(venue: string): Promise<number | null>;
  readonly operator: Operator;
  /** Works in the index (a preprint and its venue paper count once). Throws when the index does not answer. */
  indexStats(): Promise<EngineStats>;
  sitemapPages(pageSize: number): Promise<number>;
  sitemap(page: number, pageSize: number): Promise<readonly SitemapEntry[]>;
  /** False when the paper is not stored. */
  countOpening(key: string, counter: "pdf" | "faq"): Promise<boolean>;
  readiness(): Promise<Readiness>;
  /** The embedding API (A2): off until a key exists. */
  embeddings(request: Request): Promise<Response>;
  /** Answers a step that the command line asks for. */
  admin(request: Request): Promise<Response>;
}

const SITE = Symbol.for("cool-papers.site");

/** Called once by the server, before it listens. */
export function provideSite(site: Site): void {
  (globalThis as Record<symbol, unknown>)[SITE] = site;
}

/** The running site. Throws where none was provided: during `next build`, or under `next` started by hand. */
export function theSite(): Site {
  const site = (globalThis as Record<symbol, unknown>)[SITE] as Site | undefined;
  if (site === undefined)
    throw new Error("The site is not open: start it with `npm start` or `npm run dev`.");
  return site;
}

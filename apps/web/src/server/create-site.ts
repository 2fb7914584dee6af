import { type PaperId, printPaperId, type QueryFilters } from "@cool-papers/core";
import {
  type CategoryMonth,
  categoryCounts,
  countSitemapPages,
  countVenueRequest,
  editionPapers,
  getPapersByKey,
  incrementCounter,
  latestChange,
  latestPaperChange,
  latestVenuePapers,
  listCategoryDay,
  listMonth,
  listSitemap,
  venueEditions,
} from "@cool-papers/db";
import { otherModelIndexed, type PipelineContext } from "@cool-papers/pipeline";
import type { SearchHit, SearchRequest } from "@cool-papers/search";
import { queryOf } from "../page/loosen.ts";
import type { SearchState } from "../url/search-url.ts";
import { LruCache } from "../view/lru-cache.ts";
import { DayTextCache } from "./day-texts.ts";
import { PaperShelf } from "./paper-shelf.ts";
import type { FoundPaper, Readiness, SearchPage, SimilarPage, Site } from "./site.ts";

/** Query vectors kept: the same query pages, sorts and narrows. */
const QUERY_VECTORS_KEPT = 2000;
const MONTHS_KEPT = 500;

/** What pages ask, answered by an open record and index. */
export function createSite(
  context: PipelineContext,
  { admin, embeddings, operator }: Pick<Site, "admin" | "embeddings" | "operator">,
): Site {
  const { db, engine, embedder } = context;
  const shelf = new PaperShelf({
    latestChange: () => latestChange(db),
    load: (keys) => getPapersByKey(db, keys),
    clock: Date.now,
  });
  const dayTexts = new DayTextCache(db);
  const months = new LruCache<string, CategoryMonth>(MONTHS_KEPT);
  const queryVectors = new LruCache<string, Float32Array>(QUERY_VECTORS_KEPT);

  /**
   * Vector of a query; undefined when there is no model, when the index holds another's vectors, or when it fails: keywords
   * alone still find papers.
   */
  async function queryVector(text: string): Promise<Float32Array | undefined> {
    if (embedder === null || text === "") return undefined;
    if ((await otherModelIndexed(context)) !== null) return undefined;
    const known = queryVectors.get(text);
    if (known !== undefined) return known;
    try {
      const vector = await embedder.embedQuery(text);
      queryVectors.set(text, vector);
      return vector;
    } catch (error) {
      context.log(`The query could not be embedded, searching by keywords: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** null when it fails: the order of the hits is good without it. */
  async function rerank(text: string, texts: readonly string[]): Promise<ArrayLike<number> | null> {
    try {
      return (await embedder?.rerank?.(text, texts)) ?? null;
    } catch (error) {
      context.log(`The first hits could not be compared with the query: ${(error as Error).message}`);
      return null;
    }
  }

  async function request(state: SearchState, facets: boolean, limit: number): Promise<SearchRequest> {
    const query = queryOf(state);
    const words = query.clauses
      .filter((clause) => !clause.excluded && clause.field !== "author")
      .map(({ text }) => text);
    const text = words.join(" ");
    const vector = state.mode === "keyword" ? undefined : await queryVector(text);
    return {
      query,
      filters: filtersOf(state),
      mode: state.mode,
      sort: state.sort,
      skip: state.skip,
      limit,
      facets,
      spelling: state.isSpellingCorrected ? "correct" : "as-typed",
      ...(vector === undefined ? {} : { queryVector: vector }),
      ...(vector !== undefined && embedder?.rerank && { rerank: (texts) => rerank(text, texts) }),
    };
  }

  async function withPapers(
    hits: readonly SearchHit[],
    preferred: SearchState["source"],
  ): Promise<readonly FoundPaper[]> {
    const keys = hits.map((hit) => shownKey(hit, preferred));
    const papers = await shelf.papers(keys);
    return hits.flatMap(({ reason }, index): FoundPaper[] => {
      const paper = papers[index];
      // The index is derived: a paper removed since is no fault, it is just not shown.
      return paper ? [{ paper, terms: reason.terms, isCloseInMeaning: reason.closeInMeaning }] : [];
    });
  }

  return {
    papers: (ids: readonly PaperId[]) => shelf.papers(ids.map(printPaperId)),
    async search(state: SearchState): Promise<SearchPage> {
      const asked = await request(state, true, state.show);
      const response = await engine.search(asked);
      const found = await withPapers(response.hits, state.scope === "all" ? state.source : state.scope);
      return { query: asked.query, response, found };
    },
    async countMatches(state: SearchState): Promise<number> {
      // Counting needs no order.
      const { rerank: _, ...asked } = await request({ ...state, skip: 0 }, false, 1);
      return (await engine.search(asked)).total;
    },
    async similar(keys: readonly string[], limit: number): Promise<SimilarPage> {
      const { hits, by } = await engine.similar({ keys, limit });
      return { by, found: await withPapers(hits, null) };
    },
    suggest: (prefix, limit) => engine.suggest(prefix, limit),
    categoryCounts: () => categoryCounts(db),
    venueEditions: () => venueEditions(db),
    categoryDay: (set, date, dayRequest) => shelf.keep(() => listCategoryDay(db, set, date, dayRequest)),
    dayTexts: (set, date, sort) => dayTexts.get(set, date, sort),
    async categoryMonth(set, month) {
      const name = JSON.stringify([await latestPaperChange(db), set, month]);
      const known = months.get(name);
      if (known !== undefined) return known;
      const counted = await listMonth(db, set, month);
      months.set(name, counted);
      return counted;
    },
    edition: (editionRequest) => shelf.keep(() => editionPapers(db, editionRequest)),
    latestVenuePapers: (limit) => latestVenuePapers(db, limit),
    countVenueRequest: (venue) => countVenueRequest(db, venue),
    operator,
    indexStats: () => engine.stats(),
    sitemapPages: (pageSize) => countSitemapPages(db, pageSize),
    sitemap: (page, pageSize) => listSitemap(db, page, pageSize),
    countOpening: async (key, counter) => (await incrementCounter(db, key, counter)) !== null,
    readiness: () => readiness(context),
    embeddings,
    admin,
  };
}

/** In a list of venue papers a work shows as its venue paper, not as its preprint. */
function shownKey(hit: SearchHit, preferred: SearchState["source"]): string {
  if (preferred !== "venue" || !hit.key.startsWith("arxiv:")) return hit.key;
  return hit.memberKeys.find((key) => !key.startsWith("arxiv:")) ?? hit.key;
}

/** The filters chosen on the page. The scope of the address is one of them. */
function filtersOf(state: SearchState): Partial<QueryFilters> {
  const source = state.scope === "all" ? state.source : state.scope;
  return {
    categories: state.categories,
    venues: state.venues,
    yearFrom: state.years.from,
    yearTo: state.years.to,
    sources: source === null ? [] : [source],
  };
}

async function readiness({ db, engine }: PipelineContext): Promise<Readiness> {
  const failure = (what: string) => (error: unknown) => {
    throw new Error(`${what} does not answer: ${(error as Error).message}`);
  };
  try {
    await db.query("select 1").catch(failure("the database"));
    await engine.stats().catch(failure("the search index"));
    return { isReady: true };
  } catch (error) {
    return { isReady: false, reason: (error as Error).message };
  }
}

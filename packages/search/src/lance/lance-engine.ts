import { NO_FILTERS } from "@cool-papers/core";
import { type ChineseDictionary, HAS_CHINESE, shippedChineseTerms } from "../chinese.ts";
import { fuseByScore } from "../fusion.ts";
import { likeThese } from "../index/like-these.ts";
import { planText, type TextPlan } from "../index/plan.ts";
import { DEFAULT_RANK, type RankOptions } from "../index/rank.ts";
import { FormFinder } from "../index/reasons.ts";
import { respell } from "../index/respell.ts";
import { saysSomething } from "../index/says-something.ts";
import { Scratch } from "../index/scratch.ts";
import { suggestFromIndex } from "../index/suggest.ts";
import {
  DEFAULT_WORD_RULE,
  type DocRef,
  searchText,
  type TextMatches,
  type WordRule,
} from "../index/text-search.ts";
import type {
  EngineStats,
  SearchDocument,
  SearchEngine,
  SearchHit,
  SearchMode,
  SearchRequest,
  SearchResponse,
  SimilarRequest,
  SimilarResponse,
  Suggestion,
} from "../search-engine.ts";
import { type IndexState, IndexStore, readDocuments } from "./index-store.ts";
import { closeInMeaningOnly, type NearHit, searchVectors } from "./vector-search.ts";

export interface LanceEngineOptions {
  /** A folder, or an object store (`s3://bucket/path`). */
  readonly uri: string;
  /** Default: the dictionary this package ships. */
  readonly chinese?: ChineseDictionary;
  /** How often, at most, a search looks whether another process wrote. Default 500; 0: every search waits for it. */
  readonly refreshMs?: number;
  /** How long segments that left the index stay readable. Default 10 minutes. */
  readonly graceMs?: number;
  readonly rank?: Partial<RankOptions>;
  readonly wordRule?: Partial<WordRule>;
  /** Similarity that documents need when the index knows no word of the query. Default 0.55. */
  readonly leastSimilarity?: number;
  /** Milliseconds since 1970. Default Date.now. */
  readonly now?: () => number;
}

/** Fusion looks at this many of the best of either kind. */
const FUSION_WINDOW = 200;
/** So many words are a sentence; between one word and a sentence, what depends on the length grows evenly. */
const SENTENCE_WORDS = 5;
/**
 * Share of the similarity in a hybrid score by how many words are asked for; the rest is BM25's. A word or two are a name or
 * the beginning of a title as often as a topic: the papers that have the words stand first. A sentence says what it is
 * about, and no paper need say it in the same words. Measured: docs/log/2026-11-29-dropout.md.
 */
const MEANING_SHARE = { oneWord: 0.3, sentence: 0.7 };
/**
 * The share is less in proportion where even the nearest paper is farther than this: of a name, say, the model knows
 * nothing, and its neighbours would outrank the papers that hold the name. Measured there too; for Chinese, whose texts are
 * farther from English papers than English ones are: docs/log/2026-11-30-characters.md.
 */
const NEAR_SIMILARITY = { english: 0.55, chinese: 0.25 };
/**
 * Of 600 made-up words and strings of letters one in a hundred has a neighbour among 21,233 papers that is nearer, of
 * single real words a quarter have (docs/log/2026-11-22-search-floor.md). For a model whose unrelated texts are nearer
 * to each other it does nothing.
 */
const LEAST_SIMILARITY = 0.55;
/**
 * So many of the best are read and ordered anew by `SearchRequest.rerank`. What it says of the whole text and of the title
 * alone counts so much beside the fused scores, which are at most 1. Measured: docs/log/2026-11-29-token-matching.md.
 */
const RERANK = {
  window: 30,
  text: { oneWord: 1.3, sentence: 1.8 },
  /** A character alone says little of a Chinese word: 图 is a graph and a picture. */
  chineseText: { oneWord: 0.4, sentence: 1.8 },
  title: { oneWord: 0.3, sentence: 1.2 },
  titleLength: 0.26,
};
/** Paging deeper than this is refused with an empty page; no reader gets there. */
const MAX_SKIP = 1_000_000;
const MAX_LIMIT = 1_000;

/**
 * Opens (or creates) the embedded index at `uri`. Any number of processes may open it; one may write. An index of
 * another format, or a damaged one, opens empty, with the reason in `stats().problem`: rebuild it.
 */
export async function openLanceEngine(options: LanceEngineOptions): Promise<SearchEngine> {
  const now = options.now ?? Date.now;
  const store = await IndexStore.open({ uri: options.uri, graceMs: options.graceMs ?? 600_000, now });
  return new LanceEngine(store, {
    chinese: options.chinese ?? shippedChineseTerms(),
    refreshMs: options.refreshMs ?? 500,
    rank: { ...DEFAULT_RANK, ...options.rank },
    wordRule: { ...DEFAULT_WORD_RULE, ...options.wordRule },
    leastSimilarity: options.leastSimilarity ?? LEAST_SIMILARITY,
    now,
  });
}

interface EngineSettings {
  readonly chinese: ChineseDictionary;
  readonly refreshMs: number;
  readonly rank: RankOptions;
  readonly wordRule: WordRule;
  readonly leastSimilarity: number;
  readonly now: () => number;
}

class LanceEngine implements SearchEngine {
  private readonly store: IndexStore;
  private readonly settings: EngineSettings;
  private checkedAt: number;

  constructor(store: IndexStore, settings: EngineSettings) {
    this.store = store;
    this.settings = settings;
    this.checkedAt = settings.now();
  }

  upsert(documents: readonly SearchDocument[]): Promise<void> {
    return this.store.upsert(documents);
  }

  remove(keys: readonly string[]): Promise<void> {
    return this.store.remove(keys);
  }

  rebuild(
    documents: AsyncIterable<readonly SearchDocument[]>,
    onProgress?: (done: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    return this.store.rebuild(documents, onProgress, signal);
  }

  optimize(): Promise<void> {
    return this.store.optimize();
  }

  close(): Promise<void> {
    return this.store.close();
  }

  async search(request: SearchRequest): Promise<SearchResponse> {
    request.signal?.throwIfAborted();
    return this.onFreshState(async (state) => {
      const response = await searchState(state, request, this.settings);
      request.signal?.throwIfAborted();
      return response;
    });
  }

  async similar(request: SimilarRequest): Promise<SimilarResponse> {
    request.signal?.throwIfAborted();
    return this.onFreshState(async (state) => {
      const response = await findSimilar(state, request, this.settings);
      request.signal?.throwIfAborted();
      return response;
    });
  }

  async suggest(prefix: string, limit: number): Promise<readonly Suggestion[]> {
    await this.lookForNews();
    return suggestFromIndex(this.store.state.snapshot, prefix.slice(0, 200), Math.min(limit, MAX_LIMIT));
  }

  async stats(): Promise<EngineStats> {
    await this.store.refresh();
    const { snapshot } = this.store.state;
    return {
      documents: snapshot.liveCount,
      vectors: snapshot.vectorCount,
      vectorDimension: snapshot.vectorDimension,
      builtAt: snapshot.builtAt,
      problem: this.store.state.problem,
    };
  }

  /** Runs on one state throughout. When its files were dropped under it by a writer elsewhere, once more on the newest. */
  private async onFreshState<T>(work: (state: IndexState) => Promise<T>): Promise<T> {
    await this.lookForNews();
    const before = this.store.state;
    try {
      return await work(before);
    } catch (error) {
      await this.store.refresh();
      if (this.store.state === before) throw error;
      return work(this.store.state);
    }
  }

  private async lookForNews(): Promise<void> {
    const { refreshMs, now } = this.settings;
    if (refreshMs === 0) return this.store.refresh();
    if (now() - this.checkedAt < refreshMs) return;
    this.checkedAt = now();
    // Not awaited: the state at hand is good until the new one is loaded. The next search tries again after a failure.
    this.store.refresh().catch(() => undefined);
  }
}

interface Corrected {
  readonly plan: TextPlan;
  readonly correctedText: string | null;
}

async function searchState(
  state: IndexState,
  request: SearchRequest,
  settings: EngineSettings,
): Promise<SearchResponse> {
  const scratch = new Scratch();
  try {
    return await searchWith(scratch, state, request, settings);
  } finally {
    scratch.release();
  }
}

async function searchWith(
  scratch: Scratch,
  state: IndexState,
  request: SearchRequest,
  settings: EngineSettings,
): Promise<SearchResponse> {
  const skip = clamp(request.skip, 0, MAX_SKIP);
  const limit = clamp(request.limit, 0, MAX_LIMIT);
  const { plan, correctedText } = correctPlan(state, request, settings);
  const matches = searchText(
    state.snapshot,
    { plan, filters: request.query.filters, chosen: request.filters ?? NO_FILTERS, facets: request.facets },
    settings.rank,
    request.sort === "relevance" ? settings.wordRule : { ...settings.wordRule, enough: 1 },
    scratch,
  );
  const mode = usableMode(state, request);
  const neighbours = mode === "keyword" ? [] : await nearDocuments(state, request, matches);
  const near = saysSomething(state.snapshot, plan)
    ? neighbours
    : neighbours.filter((hit) => hit.similarity >= settings.leastSimilarity);
  const ranked = await rankHits(state, request, mode, { matches, near, plan }, { skip, limit });
  const forms = new FormFinder(plan);
  return {
    hits: ranked.page.map((hit) => describeHit(state, hit, forms, matches)),
    total: ranked.total,
    closeInMeaning: ranked.closeInMeaning,
    matchedWords: { needed: matches.neededWords, words: matches.words },
    facets: matches.facets,
    mode,
    degraded: mode === request.mode ? null : "no-embedding",
    correctedText,
  };
}

function correctPlan(state: IndexState, request: SearchRequest, settings: EngineSettings): Corrected {
  const plan = planText(request.query, settings.chinese);
  if (request.spelling === "as-typed") return { plan, correctedText: null };
  return respell(state.snapshot, plan, request.query);
}

function usableMode(state: IndexState, request: SearchRequest): SearchMode {
  const hasVectors = state.snapshot.vectorCount > 0 && request.queryVector !== undefined;
  return hasVectors ? request.mode : "keyword";
}

function nearDocuments(state: IndexState, request: SearchRequest, matches: TextMatches): Promise<NearHit[]> {
  const chosen = request.filters ?? {};
  return searchVectors(state, {
    vector: request.queryVector!,
    limit: FUSION_WINDOW,
    filters: [request.query.filters, chosen],
    isAllowed: matches.isAllowed,
  });
}

interface RankedHit extends DocRef {
  readonly score: number;
}

interface Found {
  readonly matches: TextMatches;
  readonly near: readonly NearHit[];
  readonly plan: TextPlan;
}

interface RankedPage {
  readonly page: readonly RankedHit[];
  readonly total: number;
  readonly closeInMeaning: number;
}

async function rankHits(
  state: IndexState,
  request: SearchRequest,
  mode: SearchMode,
  { matches, near, plan }: Found,
  { skip, limit }: { skip: number; limit: number },
): Promise<RankedPage> {
  const cut = (hits: readonly RankedHit[]): readonly RankedHit[] => hits.slice(skip, skip + limit);
  const sorted = request.sort !== "relevance";
  if (mode === "keyword" || (mode === "hybrid" && sorted)) {
    return { page: matches.page(request.sort, skip, limit), total: matches.total, closeInMeaning: 0 };
  }
  if (mode === "semantic") {
    const hits = sorted ? sortHits(state, near.map(toRanked), request.sort) : near.map(toRanked);
    const closeInMeaning = near.filter((hit) => !matches.isMatch(hit)).length;
    return { page: cut(hits), total: hits.length, closeInMeaning };
  }
  const added = closeInMeaningOnly(near, matches.isMatch);
  const total = matches.total + added.size;
  const dropped = new Set(near.filter((hit) => !added.has(hit) && !matches.isMatch(hit)).map(placeOf));
  const share = byLength(plan, MEANING_SHARE);
  const nearSimilarity = isChinese(plan) ? NEAR_SIMILARITY.chinese : NEAR_SIMILARITY.english;
  const fused = fuse(state, matches, near.map(toRanked), { share, nearSimilarity }).filter(
    (hit) => !dropped.has(placeOf(hit)),
  );
  const window = skip < RERANK.window ? await rerank(state, request, plan, fused) : fused;
  if (skip + limit <= window.length) return { page: cut(window), total, closeInMeaning: added.size };
  const inWindow = new Set(window.map(placeOf));
  const tail = matches.page("relevance", 0, skip + limit).filter((hit) => !inWindow.has(placeOf(hit)));
  return { page: cut([...window, ...tail]), total, closeInMeaning: added.size };
}

/** One number for a document of a snapshot. */
const placeOf = ({ segment, doc }: DocRef): number => segment * 0x1_0000 + doc;

const toRanked = ({ segment, doc, similarity }: NearHit): RankedHit => ({ segment, doc, score: similarity });

const isChinese = ({ typed }: TextPlan): boolean => HAS_CHINESE.test(typed);

/** What depends on how many words are asked for. */
function byLength(
  { words, required }: TextPlan,
  { oneWord, sentence }: { readonly oneWord: number; readonly sentence: number },
): number {
  const length = clamp((words.length + required.length - 1) / (SENTENCE_WORDS - 1), 0, 1);
  return oneWord + (sentence - oneWord) * length;
}

/** The best of both kinds by the weighted sum of their scores; docs/log tells why not by ranks. */
function fuse(
  state: IndexState,
  matches: TextMatches,
  near: readonly RankedHit[],
  { share, nearSimilarity }: { readonly share: number; readonly nearSimilarity: number },
): RankedHit[] {
  const keyword = matches.page("relevance", 0, FUSION_WINDOW);
  const refs = new Map<string, RankedHit>();
  const listOf = (hits: readonly RankedHit[]) =>
    hits.map((hit) => {
      const key = keyOf(state, hit);
      refs.set(key, hit);
      return { key, score: hit.score };
    });
  // A list with all matches says that the others have no score at all.
  const leasts = [matches.total <= FUSION_WINDOW ? 0 : undefined];
  const nearest = Math.max(0, near[0]?.score ?? 0);
  const meaning = share * Math.min(1, nearest / nearSimilarity);
  const weights = [1 - meaning, meaning];
  return fuseByScore([listOf(keyword), listOf(near)], weights, leasts).map(({ key, score }) => ({
    ...refs.get(key)!,
    score,
  }));
}

/** The first hits in the order that their titles and texts give them together with the scores that they have. */
async function rerank(
  state: IndexState,
  request: SearchRequest,
  plan: TextPlan,
  hits: readonly RankedHit[],
): Promise<readonly RankedHit[]> {
  const first = hits.slice(0, RERANK.window).map((hit) => ({ hit, key: keyOf(state, hit) }));
  if (request.rerank === undefined || first.length < 2) return hits;
  const papers = await readOf(
    state,
    first.map(({ hit }) => hit),
    { hasVectors: false },
  );
  const byKey = new Map(papers.map((paper) => [paper.key, paper]));
  const titles = first.map(({ key }) => byKey.get(key)?.title ?? "");
  const texts = first.map(({ key }, at) => `${titles[at]}\n${byKey.get(key)?.abstract ?? ""}`.trim());
  const scores = await request.rerank([...texts, ...titles]);
  request.signal?.throwIfAborted();
  if (scores === null) return hits;
  const textWeight = byLength(plan, isChinese(plan) ? RERANK.chineseText : RERANK.text);
  const titleWeight = byLength(plan, RERANK.title);
  const gainOf = (at: number): number =>
    textWeight * scores[at]! + titleWeight * titleScore(titles[at]!, scores[first.length + at]!);
  const reordered = first
    .map(({ hit, key }, at) => ({ key, hit: { ...hit, score: hit.score + gainOf(at) } }))
    .sort((left, right) => right.hit.score - left.hit.score || (left.key < right.key ? -1 : 1));
  return [...reordered.map(({ hit }) => hit), ...hits.slice(RERANK.window)];
}

/** Of two titles that say as much of the query the shorter one says it more nearly. 0 without a title. */
function titleScore(title: string, score: number): number {
  if (title === "") return 0;
  const words = title.trim().split(/\s+/).length;
  return score - RERANK.titleLength * Math.log(words / 10);
}

function sortHits(state: IndexState, hits: readonly RankedHit[], sort: SearchRequest["sort"]): RankedHit[] {
  const rankValue = ({ segment, doc }: DocRef): number => {
    const { arrays } = state.stored[segment]!.segment;
    if (sort === "stars") return arrays.stars[doc]!;
    return sort === "newest" ? arrays.days[doc]! : -arrays.days[doc]!;
  };
  return [...hits].sort(
    (left, right) =>
      rankValue(right) - rankValue(left) || (keyOf(state, left) < keyOf(state, right) ? -1 : 1),
  );
}

const keyOf = (state: IndexState, { segment, doc }: DocRef): string =>
  state.stored[segment]!.segment.keys.get(doc);

function describeHit(state: IndexState, hit: RankedHit, forms: FormFinder, matches: TextMatches): SearchHit {
  const { segment } = state.stored[hit.segment]!;
  const terms = forms.matchedForms(segment, hit.doc);
  return {
    key: segment.keys.get(hit.doc),
    memberKeys: segment.memberKeys(hit.doc),
    score: hit.score,
    reason: { terms, closeInMeaning: terms.length === 0 && !matches.isMatch(hit) },
  };
}

async function findSimilar(
  state: IndexState,
  request: SimilarRequest,
  settings: EngineSettings,
): Promise<SimilarResponse> {
  const limit = clamp(request.limit, 0, MAX_LIMIT);
  const own = findOwn(state, request.keys);
  if (own.length === 0) return { hits: [], by: "terms" };
  const documents = await readOf(state, own, { hasVectors: true });
  const isOther = (ref: DocRef): boolean =>
    !own.some((one) => one.segment === ref.segment && one.doc === ref.doc) && isLive(state, ref);
  const vectors = documents.flatMap((document) => (document.vector ? [document.vector] : []));
  if (vectors.length > 0) {
    const near = await searchVectors(state, {
      vector: meanVector(vectors),
      limit,
      filters: [],
      isAllowed: isOther,
    });
    const hits = near.map((hit) => toSimilarHit(state, hit, hit.similarity, []));
    if (hits.length > 0) return { hits, by: "vector" };
  }
  const found = likeThese(state.snapshot, documents, settings.rank, isOther, limit);
  return { hits: found.map((hit) => toSimilarHit(state, hit, hit.score, hit.terms)), by: "terms" };
}

function findOwn(state: IndexState, keys: readonly string[]): DocRef[] {
  const refs = state.snapshot.segments.flatMap(({ segment }, index) =>
    keys.slice(0, 200).flatMap((key) => segment.docsOfMember(key).map((doc) => ({ segment: index, doc }))),
  );
  return refs.filter((ref) => isLive(state, ref));
}

function isLive(state: IndexState, { segment, doc }: DocRef): boolean {
  const { deleted } = state.snapshot.segments[segment]!;
  return deleted === null || (deleted[doc >> 3]! & (1 << (doc & 7))) === 0;
}

async function readOf(
  state: IndexState,
  refs: readonly DocRef[],
  { hasVectors }: { readonly hasVectors: boolean },
): Promise<SearchDocument[]> {
  const dimension = hasVectors ? state.manifest.vectorDimension : null;
  const bySegment = state.stored.map((stored, segment) => {
    const docs = refs.filter((ref) => ref.segment === segment).map((ref) => ref.doc);
    return docs.length > 0 ? readDocuments(stored, dimension, docs) : [];
  });
  return (await Promise.all(bySegment)).flat();
}

function meanVector(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]!.length);
  for (const vector of vectors)
    vector.forEach((value, at) => {
      mean[at]! += value;
    });
  const norm = Math.hypot(...mean) || 1;
  return mean.map((value) => value / norm);
}

function toSimilarHit(state: IndexState, ref: DocRef, score: number, terms: readonly string[]): SearchHit {
  const { segment } = state.stored[ref.segment]!;
  return {
    key: segment.keys.get(ref.doc),
    memberKeys: segment.memberKeys(ref.doc),
    score,
    reason: { terms, closeInMeaning: terms.length === 0 },
  };
}

const clamp = (value: number, least: number, most: number): number =>
  Number.isFinite(value) ? Math.min(most, Math.max(least, Math.floor(value))) : least;

import type { QueryFilters } from "@cool-papers/core";
import type { FacetCount, SearchFacets, SearchSort } from "../search-engine.ts";
import { compileFilters, FACET_BITS, type FilterCheck, HARD_FAILURE } from "./filters.ts";
import type { TextPlan } from "./plan.ts";
import { hasNeighbours, PROXIMITY_WINDOW, proximityScores } from "./proximity.ts";
import { type RankOptions, type SegmentScores, scoreText } from "./rank.ts";
import { Scratch } from "./scratch.ts";
import type { Segment } from "./segment.ts";
import { NO_DAY, SOURCE_BITS } from "./segment-arrays.ts";
import { selectTop } from "./select-top.ts";
import type { Snapshot } from "./snapshot.ts";
import { raiseTitleBeginnings } from "./title-beginnings.ts";

/** A document of a snapshot. */
export interface DocRef {
  /** Index into the snapshot's segments. */
  readonly segment: number;
  readonly doc: number;
}

/**
 * How many of a query's words a document must have. Up to `allWordsUpTo` words: all of them, and when fewer than
 * `enough` documents have all, the most that `enough` documents have, and a document's score is scaled by the share of
 * the words that it has. Questions and longer queries (pasted sentences):
 * any word counts, and ranking does the rest. Lists that are not sorted by relevance take `enough` = 1: there, nothing
 * pushes the documents with fewer words to the end.
 */
export interface WordRule {
  readonly allWordsUpTo: number;
  readonly enough: number;
}

export const DEFAULT_WORD_RULE: WordRule = { allWordsUpTo: 5, enough: 20 };

/** All documents that match the text and the filters, with exact counts. */
export interface TextMatches {
  readonly total: number;
  /** Words a document needed, of `words`. */
  readonly neededWords: number;
  readonly words: number;
  readonly facets: SearchFacets | null;
  /** The documents from `skip` on, in order, at most `limit`. */
  page(sort: SearchSort, skip: number, limit: number): readonly (DocRef & { readonly score: number })[];
  /** Whether a document satisfies the required parts, the exclusions and the filters (not the free words). */
  isAllowed(ref: DocRef): boolean;
  /** Whether the document is one of the `total`. */
  isMatch(ref: DocRef): boolean;
}

export interface TextQuery {
  readonly plan: TextPlan;
  readonly filters: QueryFilters;
  readonly chosen: Partial<QueryFilters>;
  readonly facets: boolean;
}

/** What is returned reads arrays in `scratch`: release that only when done with it. */
export function searchText(
  snapshot: Snapshot,
  query: TextQuery,
  rank: RankOptions,
  rule: WordRule,
  scratch: Scratch,
): TextMatches {
  const isShort = isShortQuery(query.plan, rule);
  const options = rankFor(query.plan, rank, isShort);
  const results = scoreText(snapshot, query.plan, options, rule.enough, scratch);
  const checks = results.map((result) => compileFilters(result.live.segment, query.filters, query.chosen));
  const candidates = results.map((result, index) =>
    findCandidates(result, query.plan, checks[index]!, scratch),
  );
  const words = query.plan.words.length;
  const neededWords = decideNeededWords(results, candidates, query.plan, rule);
  if (isShort && neededWords < words) for (const result of results) scaleByWords(result, words);
  const matched = results.map((result, index) =>
    matchedDocs(candidates[index]!, result.wordCount, neededWords, scratch),
  );
  const isAllowed = ({ segment, doc }: DocRef): boolean =>
    results[segment]!.requiredCount[doc] === query.plan.required.length && checks[segment]!(doc) === 0;
  let areBeginningsRaised = !isShort;
  let isNearnessAdded = !hasNeighbours(query.plan);
  /** The documents of the window only gain, so that those behind it stay behind. */
  const refineScores = (): void => {
    if (!areBeginningsRaised) raiseTitleBeginnings(results, query.plan);
    areBeginningsRaised = true;
    if (isNearnessAdded) return;
    isNearnessAdded = true;
    const best = pageOf(results, matched, "relevance", 0, PROXIMITY_WINDOW);
    const gains = proximityScores(snapshot, query.plan, best, options.k1);
    best.forEach(({ segment, doc }, at) => {
      results[segment]!.scores[doc]! += gains[at]!;
    });
  };
  return {
    total: matched.reduce((sum, docs) => sum + docs.length, 0),
    neededWords,
    words,
    facets: query.facets ? countFacets(results, candidates, neededWords) : null,
    page(sort, skip, limit) {
      const hasText = words + query.plan.required.length > 0;
      if (sort === "relevance") refineScores();
      return pageOf(results, matched, sort === "relevance" && !hasText ? "newest" : sort, skip, limit);
    },
    isAllowed,
    isMatch: (ref) => isAllowed(ref) && results[ref.segment]!.wordCount[ref.doc]! >= neededWords,
  };
}

const isShortQuery = (plan: TextPlan, rule: WordRule): boolean =>
  !plan.isQuestion && plan.words.length <= rule.allWordsUpTo;

function rankFor(plan: TextPlan, rank: RankOptions, isShort: boolean): RankOptions {
  if (!isShort) return rank;
  const isAlone = plan.words.length + plan.required.length === 1;
  return { ...rank, otherForms: isAlone ? rank.otherFormsAlone : rank.otherFormsInShort };
}

/** A short query wants all of its words: a document with some of them gets that share of its score. */
function scaleByWords({ scores, wordCount }: SegmentScores, words: number): void {
  for (let doc = 0; doc < scores.length; doc++) scores[doc]! *= wordCount[doc]! / words;
}

/** Documents that pass everything, ascending. */
function matchedDocs(
  candidates: Candidates,
  wordCount: Uint8Array,
  neededWords: number,
  scratch: Scratch,
): Uint16Array {
  const docs = scratch.uint16(candidates.docs.length);
  let count = 0;
  for (let at = 0; at < candidates.docs.length; at++) {
    const doc = candidates.docs[at]!;
    if (candidates.failed[at] === 0 && wordCount[doc]! >= neededWords) docs[count++] = doc;
  }
  return docs.subarray(0, count);
}

function pageOf(
  results: readonly SegmentScores[],
  matched: readonly Uint16Array[],
  sort: SearchSort,
  skip: number,
  limit: number,
): (DocRef & { readonly score: number })[] {
  const starts: number[] = [];
  let total = 0;
  for (const docs of matched) {
    starts.push(total);
    total += docs.length;
  }
  const scratch = new Scratch();
  const values = scratch.float64(total);
  matched.forEach((docs, segment) => {
    fillSortValues(values.subarray(starts[segment]!), docs, results[segment]!, sort);
  });
  const refOf = (place: number): DocRef => {
    let segment = starts.length - 1;
    while (starts[segment]! > place) segment--;
    return { segment, doc: matched[segment]![place - starts[segment]!]! };
  };
  const keyOf = (place: number): string => {
    const { segment, doc } = refOf(place);
    return results[segment]!.live.segment.keys.get(doc);
  };
  const top = selectTop(values, skip + limit, keyOf);
  scratch.release();
  return top.slice(skip).map((place) => {
    const ref = refOf(place);
    return { ...ref, score: results[ref.segment]!.scores[ref.doc]! };
  });
}

/** A number for each document, larger first. Stars tie by day; whatever ties still is ordered by key. */
function fillSortValues(
  values: Float64Array,
  docs: Uint16Array,
  result: SegmentScores,
  sort: SearchSort,
): void {
  const { days, stars } = result.live.segment.arrays;
  const table: Record<SearchSort, (doc: number) => number> = {
    relevance: (doc) => result.scores[doc]!,
    newest: (doc) => days[doc]!,
    oldest: (doc) => (days[doc] === NO_DAY ? Number.NEGATIVE_INFINITY : -days[doc]!),
    stars: (doc) => stars[doc]! * 2 ** 21 + days[doc]!,
  };
  const rankValue = table[sort];
  for (let at = 0; at < docs.length; at++) values[at] = rankValue(docs[at]!);
}

interface Candidates {
  readonly docs: Uint16Array;
  /** Facets whose choice the document fails, FACET_BITS. */
  readonly failed: Uint8Array;
}

function findCandidates(
  result: SegmentScores,
  plan: TextPlan,
  check: FilterCheck,
  scratch: Scratch,
): Candidates {
  const { wordCount, requiredCount, live } = result;
  const required = plan.required.length;
  const needsWord = plan.words.length > 0;
  const docs = scratch.uint16(live.segment.size);
  const failed = scratch.uint8(live.segment.size);
  let count = 0;
  for (let doc = 0; doc < live.segment.size; doc++) {
    if (requiredCount[doc] !== required) continue;
    if (needsWord && wordCount[doc] === 0) continue;
    const failure = check(doc);
    if (failure & HARD_FAILURE) continue;
    docs[count] = doc;
    failed[count++] = failure;
  }
  return { docs: docs.subarray(0, count), failed: failed.subarray(0, count) };
}

/** The reader's facet choices do not matter here, so that a facet's count is what choosing it gives. */
function decideNeededWords(
  results: readonly SegmentScores[],
  candidates: readonly Candidates[],
  plan: TextPlan,
  rule: WordRule,
): number {
  const words = plan.words.length;
  if (words === 0) return 0;
  if (!isShortQuery(plan, rule)) return 1;
  const reached = new Uint32Array(words + 1);
  candidates.forEach((candidate, segment) => {
    const { wordCount } = results[segment]!;
    for (const doc of candidate.docs) reached[wordCount[doc]!]!++;
  });
  let atLeast = 0;
  for (let needed = words; needed > 1; needed--) {
    atLeast += reached[needed]!;
    if (atLeast >= rule.enough) return needed;
  }
  return 1;
}

function countFacets(
  results: readonly SegmentScores[],
  candidates: readonly Candidates[],
  neededWords: number,
): SearchFacets {
  const counter = new FacetCounter();
  results.forEach((result, segment) => {
    counter.addSegment(result.live.segment, candidates[segment]!, result.wordCount, neededWords);
  });
  return counter.result();
}

/** Counts by facet over documents that pass every choice but those of that very facet (disjunctive facets). */
class FacetCounter {
  private readonly categories = new Map<string, number>();
  private readonly venues = new Map<string, number>();
  private readonly years = new Map<string, number>();
  private readonly sources = new Map<string, number>();

  addSegment(segment: Segment, candidates: Candidates, wordCount: Uint8Array, neededWords: number): void {
    const { arrays } = segment;
    const scratch = new Scratch();
    const categories = scratch.uint32(segment.categories.length);
    const venues = scratch.uint32(segment.venues.length);
    const years = scratch.uint32(0x1_0000);
    const sources = new Uint32Array(4);
    for (let at = 0; at < candidates.docs.length; at++) {
      const doc = candidates.docs[at]!;
      if (wordCount[doc]! < neededWords) continue;
      const failed = candidates.failed[at]!;
      if ((failed & ~FACET_BITS.categories) === 0)
        tally(categories, arrays.categoryStart, arrays.categoryIds, doc);
      if ((failed & ~FACET_BITS.venues) === 0) tally(venues, arrays.venueStart, arrays.venueIds, doc);
      if ((failed & ~FACET_BITS.years) === 0) years[arrays.years[doc]!]!++;
      if ((failed & ~FACET_BITS.sources) === 0) sources[arrays.sources[doc]! & 3]!++;
    }
    addCounts(this.categories, categories, (id) => segment.categories.get(id));
    addCounts(this.venues, venues, (id) => segment.venues.get(id));
    addCounts(this.years, years, (year) => (year === 0 ? "" : String(year)));
    for (const [source, bit] of Object.entries(SOURCE_BITS)) {
      const count = sources.reduce((sum, value, bits) => (bits & bit ? sum + value : sum), 0);
      if (count > 0) this.sources.set(source, (this.sources.get(source) ?? 0) + count);
    }
    scratch.release();
  }

  result(): SearchFacets {
    return {
      categories: byCount(this.categories),
      venues: byCount(this.venues),
      years: byCount(this.years).sort((left, right) => Number(right.value) - Number(left.value)),
      sources: byCount(this.sources),
    };
  }
}

function tally(counts: Uint32Array, start: Uint32Array, ids: Uint16Array, doc: number): void {
  for (let at = start[doc]!; at < start[doc + 1]!; at++) counts[ids[at]!]!++;
}

function addCounts(into: Map<string, number>, counts: Uint32Array, nameOf: (id: number) => string): void {
  for (let id = 0; id < counts.length; id++) {
    if (counts[id] === 0) continue;
    const name = nameOf(id);
    if (name !== "") into.set(name, (into.get(name) ?? 0) + counts[id]!);
  }
}

const byCount = (counts: ReadonlyMap<string, number>): FacetCount[] =>
  [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((left, right) => right.count - left.count || (left.value < right.value ? -1 : 1));

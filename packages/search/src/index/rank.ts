/**
 * BM25F: Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the weighted
 * frequencies of the fields added before saturation and one length normalisation over the weighted length.
 * idf = ln(1 + (N − n + ½) / (n + ½)), never negative. A group of alternatives is one term: the frequencies of those
 * that a document has add up, and the greatest weight among them scales the score and counts the document in n, so
 * that a lesser match stays one however often it occurs.
 */

import type { TextField } from "@cool-papers/core";
import { AUTHOR_MARK } from "./analyze-document.ts";
import type { Alternative, Group, TextPlan } from "./plan.ts";
import { type FieldWeights, type Matches, matchAll, matchPhrase, matchTermId } from "./postings.ts";
import { Scratch } from "./scratch.ts";
import type { Segment } from "./segment.ts";
import { MAX_SEGMENT_DOCUMENTS } from "./segment-arrays.ts";
import type { LiveSegment, Snapshot } from "./snapshot.ts";
import { isDeleted } from "./snapshot.ts";

export interface RankOptions extends FieldWeights {
  readonly k1: number;
  readonly b: number;
  /** What another word of the same stem is worth (`mechanics` for `mechanism`); plural, -ed and -ing count fully. */
  readonly otherForms: number;
  /** The same in a short query, where each word was chosen. */
  readonly otherFormsInShort: number;
  /** The same for a lone word: so little that the word as typed is first, however long the documents are. */
  readonly otherFormsAlone: number;
}

/** Tuned on autoscholar with cacm and cranfield as guards: docs/log has the table. */
export const DEFAULT_RANK: RankOptions = {
  k1: 1.5,
  b: 0.75,
  title: 3,
  author: 1,
  otherForms: 0.5,
  otherFormsInShort: 0.35,
  otherFormsAlone: 0.05,
};

/** What the text part of a query gives in one segment, by document; its arrays lie in the scratch of the search. */
export interface SegmentScores {
  readonly live: LiveSegment;
  readonly scores: Float32Array;
  /** How many of the plan's free words each document has. */
  readonly wordCount: Uint8Array;
  /** How many of the plan's required groups each document has; BARRED for deleted and excluded documents. */
  readonly requiredCount: Uint8Array;
}

export const BARRED = 255;

/** Matches of several alternatives; documents in no order, each once. */
interface WeightedMatches extends Matches {
  /** The greatest weight among the alternatives that the document has. */
  readonly weight: Float32Array;
}

const sums = new Float32Array(MAX_SEGMENT_DOCUMENTS);
const best = new Float32Array(MAX_SEGMENT_DOCUMENTS);

function matchAny(
  segment: Segment,
  alternatives: readonly Alternative[],
  field: TextField | null,
  options: RankOptions,
  scratch: Scratch,
): WeightedMatches {
  const found: Uint16Array[] = [];
  const add = ({ docs, frequency }: Matches, weight: number): void => {
    const fresh = scratch.uint16(docs.length);
    let count = 0;
    for (let at = 0; at < docs.length; at++) {
      const doc = docs[at]!;
      if (best[doc] === 0) fresh[count++] = doc;
      sums[doc]! += frequency[at]!;
      if (weight > best[doc]!) best[doc] = weight;
    }
    found.push(fresh.subarray(0, count));
  };
  for (const { terms, how, weight } of alternatives) {
    if (how === "phrase") add(matchPhrase(segment, terms, field, options, scratch), weight);
    else if (how === "all") add(matchAll(segment, terms, field, options, scratch), weight);
    else {
      const addShare = (matches: Matches, share: number): void => add(matches, weight * share);
      addFamily(segment, terms[0]!, field, options, scratch, addShare);
    }
  }
  return takeSums(found, scratch);
}

function addFamily(
  segment: Segment,
  term: string,
  field: TextField | null,
  options: RankOptions,
  scratch: Scratch,
  add: (matches: Matches, share: number) => void,
): void {
  const own = segment.terms.find(term);
  const { start, end } = segment.familyOf(term);
  for (let id = start; id < end; id++) {
    const matches = matchTermId(segment, id, term.startsWith(AUTHOR_MARK), field, options, scratch);
    add(matches, id === own ? 1 : options.otherForms);
  }
}

/** Reads the sums of the found documents and leaves them at 0 for the next. */
function takeSums(found: readonly Uint16Array[], scratch: Scratch): WeightedMatches {
  const size = found.reduce((sum, docs) => sum + docs.length, 0);
  const docs = scratch.uint16(size);
  const frequency = scratch.float32(size);
  const weight = scratch.float32(size);
  let at = 0;
  for (const list of found) {
    for (const doc of list) {
      docs[at] = doc;
      frequency[at] = sums[doc]!;
      weight[at++] = best[doc]!;
      sums[doc] = 0;
      best[doc] = 0;
    }
  }
  return { docs, frequency, weight };
}

/**
 * Scores every document of the snapshot against the plan. `enough`: a group that fewer documents have is looked for by
 * its parts too. What is returned lies in `scratch`.
 */
export function scoreText(
  snapshot: Snapshot,
  plan: TextPlan,
  options: RankOptions,
  enough: number,
  scratch: Scratch,
): SegmentScores[] {
  const results = snapshot.segments.map((live) => ({
    live,
    scores: scratch.float32(live.segment.size),
    wordCount: scratch.uint8(live.segment.size),
    requiredCount: scratch.uint8(live.segment.size),
  }));
  /** For the matches of one group. */
  const own = new Scratch();
  const norms = snapshot.segments.map((live) => lengthNorms(snapshot, live, options));
  /** Adds the scores; the documents of each segment that have one of the alternatives. */
  const score = (alternatives: readonly Alternative[], field: TextField | null, weight: number) => {
    const matches = results.map(({ live }) => matchAny(live.segment, alternatives, field, options, own));
    const idf = inverseDocFreq(snapshot.liveCount, docFreqOf(matches));
    results.forEach(({ scores }, index) => {
      addScores(scores, matches[index]!, norms[index]!, weight * idf * (options.k1 + 1));
    });
    return matches.map(({ docs }) => docs);
  };
  const accumulate = (group: Group, countOf: (result: SegmentScores) => Uint8Array): void => {
    const found = [score(group.alternatives, group.field, 1)];
    const count = found[0]!.reduce((sum, docs) => sum + docs.length, 0);
    if (count < enough) {
      for (const part of group.parts) found.push(score(part.alternatives, group.field, part.weight));
    }
    results.forEach((result, index) => {
      const lists = found.map((docs) => docs[index]!);
      countEach(countOf(result), lists);
    });
    own.release();
  };
  for (const group of plan.words) accumulate(group, (result) => result.wordCount);
  for (const group of plan.required) accumulate(group, (result) => result.requiredCount);
  for (const result of results) {
    for (const { alternatives, field } of plan.excluded) {
      for (const doc of matchAny(result.live.segment, alternatives, field, options, own).docs) {
        result.requiredCount[doc] = BARRED;
      }
      own.release();
    }
    const { deleted } = result.live;
    if (!deleted) continue;
    for (let doc = 0; doc < result.requiredCount.length; doc++) {
      if (isDeleted(deleted, doc)) result.requiredCount[doc] = BARRED;
    }
  }
  return results;
}

export const inverseDocFreq = (documents: number, docFreq: number): number =>
  Math.log(1 + Math.max(0, documents - docFreq + 0.5) / (docFreq + 0.5));

/** Documents that have the group, each counted by its weight. */
const docFreqOf = (matches: readonly WeightedMatches[]): number =>
  matches.reduce((sum, { weight }) => sum + weight.reduce((part, value) => part + value, 0), 0);

function addScores(
  scores: Float32Array,
  { docs, frequency, weight }: WeightedMatches,
  norms: Float32Array,
  factor: number,
): void {
  for (let at = 0; at < docs.length; at++) {
    const doc = docs[at]!;
    const tf = frequency[at]!;
    scores[doc]! += (weight[at]! * factor * tf) / (tf + norms[doc]!);
  }
}

/** Adds one to the count of every document that is in any of the lists. */
function countEach(counts: Uint8Array, lists: readonly Uint16Array[]): void {
  const [first = new Uint16Array(0), ...others] = lists;
  for (const doc of first) counts[doc]!++;
  if (others.length === 0) return;
  const counted = new Set(first);
  for (const doc of others.flatMap((list) => [...list])) {
    if (counted.has(doc)) continue;
    counted.add(doc);
    counts[doc]!++;
  }
}

const normCache = new WeakMap<LiveSegment, { mark: string; norms: Float32Array }>();

/** k1 · (1 − b + b · length / mean length) for each document, kept for the life of the snapshot. */
function lengthNorms(snapshot: Snapshot, live: LiveSegment, options: RankOptions): Float32Array {
  const mark = `${snapshot.generation} ${options.k1} ${options.b} ${options.title}`;
  const known = normCache.get(live);
  if (known?.mark === mark) return known.norms;
  const { titleLength, abstractLength } = live.segment.arrays;
  const mean = options.title * snapshot.meanTitleLength + snapshot.meanAbstractLength;
  const norms = new Float32Array(live.segment.size);
  for (let doc = 0; doc < norms.length; doc++) {
    const length = options.title * titleLength[doc]! + abstractLength[doc]!;
    norms[doc] = options.k1 * (1 - options.b + (options.b * length) / mean);
  }
  normCache.set(live, { mark, norms });
  return norms;
}

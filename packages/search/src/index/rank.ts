/**
 * BM25F: Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the weighted
 * frequencies of the fields added before saturation and one length normalisation over the weighted length.
 * idf = ln(1 + (N − n + ½) / (n + ½)), never negative. A group of alternatives is one term.
 */

import type { Group, TextPlan } from "./plan.ts";
import { type FieldWeights, type Matches, matchPhrase, matchTerm, unionMatches } from "./postings.ts";
import type { LiveSegment, Snapshot } from "./snapshot.ts";
import { isDeleted } from "./snapshot.ts";

export interface RankOptions extends FieldWeights {
  readonly k1: number;
  readonly b: number;
}

/** Tuned on autoscholar with cacm and cranfield as guards: docs/log has the table. */
export const DEFAULT_RANK: RankOptions = { k1: 1.5, b: 0.75, title: 3, author: 1 };

/** What the text part of a query gives in one segment, by document. */
export interface SegmentScores {
  readonly live: LiveSegment;
  readonly scores: Float32Array;
  /** How many of the plan's free words each document has. */
  readonly wordCount: Uint8Array;
  /** How many of the plan's required groups each document has; BARRED for deleted and excluded documents. */
  readonly requiredCount: Uint8Array;
}

export const BARRED = 255;

export function matchGroup(live: LiveSegment, group: Group, weights: FieldWeights): Matches {
  return unionMatches(
    group.alternatives.map((terms) =>
      terms.length === 1
        ? matchTerm(live.segment, terms[0]!, group.field, weights)
        : matchPhrase(live.segment, terms, group.field, weights),
    ),
  );
}

/** Scores every document of the snapshot against the plan. */
export function scoreText(snapshot: Snapshot, plan: TextPlan, options: RankOptions): SegmentScores[] {
  const results = snapshot.segments.map((live) => ({
    live,
    scores: new Float32Array(live.segment.size),
    wordCount: new Uint8Array(live.segment.size),
    requiredCount: new Uint8Array(live.segment.size),
  }));
  const norms = snapshot.segments.map((live) => lengthNorms(snapshot, live, options));
  const accumulate = (group: Group, countOf: (result: SegmentScores) => Uint8Array): void => {
    const matches = results.map((result) => matchGroup(result.live, group, options));
    const docFreq = matches.reduce((sum, list) => sum + list.docs.length, 0);
    const idf = inverseDocFreq(snapshot.liveCount, docFreq);
    results.forEach((result, index) => {
      addScores(result.scores, countOf(result), matches[index]!, norms[index]!, idf * (options.k1 + 1));
    });
  };
  for (const group of plan.words) accumulate(group, (result) => result.wordCount);
  for (const group of plan.required) accumulate(group, (result) => result.requiredCount);
  for (const result of results) {
    for (const group of plan.excluded) {
      for (const doc of matchGroup(result.live, group, options).docs) result.requiredCount[doc] = BARRED;
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

function addScores(
  scores: Float32Array,
  counts: Uint8Array,
  matches: Matches,
  norms: Float32Array,
  factor: number,
): void {
  const { docs, frequency } = matches;
  for (let at = 0; at < docs.length; at++) {
    const doc = docs[at]!;
    const tf = frequency[at]!;
    scores[doc]! += (factor * tf) / (tf + norms[doc]!);
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

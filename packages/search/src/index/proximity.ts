/**
 * Words that stand together in the query and near each other in a document say more than the same words apart: the
 * unordered windows of Metzler and Croft's sequential dependence model (SIGIR 2005), each pair of neighbouring query words
 * scored as one more BM25 term. Added to the best documents only, which is where the order matters.
 */
import { AUTHOR_MARK } from "./analyze-document.ts";
import type { Group, TextPlan } from "./plan.ts";
import { PostingCursor } from "./postings.ts";
import { inverseDocFreq } from "./rank.ts";
import type { Segment } from "./segment.ts";
import type { Snapshot } from "./snapshot.ts";
import type { DocRef } from "./text-search.ts";

/** Documents that can gain by it: the window of fusion. */
export const PROXIMITY_WINDOW = 200;
/** Two words at most so many places apart are near. */
const NEAR = 4;
/** What a pair is worth beside a word. Measured: docs/log/2026-11-29-proximity.md. */
const PAIR_WEIGHT = 0.4;
/** Pairs of a pasted page beyond these are not looked for. */
const MAX_WORDS = 24;

/** Whether anything can be added for the plan. */
export const hasNeighbours = (plan: TextPlan): boolean => plan.words.length > 1;

/**
 * What nearness adds to the score of each document, ≥ 0, in the order given.
 *
 * @param k1 as in BM25
 */
export function proximityScores(
  snapshot: Snapshot,
  plan: TextPlan,
  documents: readonly DocRef[],
  k1: number,
): Float64Array {
  const scores = new Float64Array(documents.length);
  const bySegment = snapshot.segments.map((_, index) => placesIn(index, documents));
  const words = plan.words.slice(0, MAX_WORDS).map((group) => occurrences(snapshot, group, bySegment));
  for (let at = 1; at < words.length; at++) {
    const [left, right] = [words[at - 1]!, words[at]!];
    const weight = (PAIR_WEIGHT * (left.idf + right.idf) * (k1 + 1)) / 2;
    for (const [index, places] of left.positions) {
      const count = pairsWithin(places, right.positions.get(index) ?? []);
      scores[index]! += (weight * count) / (count + k1);
    }
  }
  return scores;
}

interface Occurrences {
  readonly idf: number;
  /** Ascending positions of the word, by index of the document. */
  readonly positions: ReadonlyMap<number, readonly number[]>;
}

interface Place {
  readonly doc: number;
  /** Index of the document. */
  readonly place: number;
}

/** The documents of one segment, ascending, as its postings are. */
function placesIn(index: number, documents: readonly DocRef[]): Place[] {
  return documents
    .flatMap(({ segment, doc }, place) => (segment === index ? [{ doc, place }] : []))
    .sort((left, right) => left.doc - right.doc);
}

/** Where a word, in any of its forms, stands. A term of several words has no place of its own. */
function occurrences(
  snapshot: Snapshot,
  group: Group,
  bySegment: readonly (readonly Place[])[],
): Occurrences {
  const positions = new Map<number, number[]>();
  let docFreq = 0;
  snapshot.segments.forEach(({ segment }, index) => {
    for (const id of termsOf(segment, group)) {
      const cursor = new PostingCursor(segment, id);
      docFreq += cursor.count;
      for (const { doc, place } of bySegment[index]!) {
        if (!cursor.seek(doc)) continue;
        const found = cursor.readPositions();
        const known = positions.get(place);
        if (known === undefined) positions.set(place, [...found]);
        else known.push(...found);
      }
    }
  });
  for (const places of positions.values()) places.sort((left, right) => left - right);
  return { idf: inverseDocFreq(snapshot.liveCount, docFreq), positions };
}

/** Ids of the single words that satisfy the group. */
export function termsOf(segment: Segment, { alternatives }: Group): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const { terms, how } of alternatives) {
    const [term] = terms;
    if (terms.length !== 1 || term!.startsWith(AUTHOR_MARK)) continue;
    if (how === "family") {
      const { start, end } = segment.familyOf(term!);
      for (let id = start; id < end; id++) ids.add(id);
    } else {
      const id = segment.terms.find(term!);
      if (id >= 0) ids.add(id);
    }
  }
  return ids;
}

/** How many pairs, one position of either list, are near. Both ascending. */
function pairsWithin(left: readonly number[], right: readonly number[]): number {
  let count = 0;
  let from = 0;
  for (const position of left) {
    while (from < right.length && right[from]! < position - NEAR) from++;
    for (let at = from; at < right.length && right[at]! <= position + NEAR; at++)
      if (right[at] !== position) count++;
  }
  return count;
}

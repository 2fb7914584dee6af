/**
 * Who types a name or how a title begins wants that paper: titles that begin with the query as typed count more, and most
 * where that is the whole title or the name before its colon ("BERT: Pre-training of …").
 */
import { fold } from "../analysis/fold.ts";
import type { TextPlan } from "./plan.ts";
import { PostingCursor } from "./postings.ts";
import { termsOf } from "./proximity.ts";
import type { SegmentScores } from "./rank.ts";

/** Factors of a document's score. Measured: docs/log/2026-11-29-token-matching.md. */
const BEGINS = 1.15;
const IS_NAME = 2;
/** Words of a title before the query's first topical one: "The", "On the". */
const MAX_LEADING_WORDS = 3;

/** Raises the scores of such documents. For short queries of free words; others are left alone. */
export function raiseTitleBeginnings(results: readonly SegmentScores[], plan: TextPlan): void {
  const [first] = plan.words;
  if (first === undefined || plan.required.length > 0 || plan.typed === "") return;
  for (const { live, scores } of results) {
    const { segment } = live;
    // "Learning to learn" has two forms of the word.
    const seen = new Set<number>();
    for (const id of termsOf(segment, first)) {
      for (const cursor = new PostingCursor(segment, id); cursor.doc >= 0; cursor.skip()) {
        if (!cursor.isInTitle || cursor.readPositions()[0]! > MAX_LEADING_WORDS) continue;
        if (seen.has(cursor.doc)) continue;
        seen.add(cursor.doc);
        scores[cursor.doc]! *= titleFactor(segment.titles.get(cursor.doc), plan.typed);
      }
    }
  }
}

/** @param typed folded, as the title is here */
export function titleFactor(title: string, typed: string): number {
  const folded = fold(title);
  if (!folded.startsWith(typed)) return 1;
  const rest = folded.slice(typed.length).trimStart();
  if (rest === "" || rest.startsWith(":")) return IS_NAME;
  return /^[\p{L}\p{N}]/u.test(folded.slice(typed.length)) ? 1 : BEGINS;
}

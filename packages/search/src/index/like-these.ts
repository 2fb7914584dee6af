import { STOP_WORDS } from "../analysis/stop-words.ts";
import type { SearchDocument } from "../search-engine.ts";
import { AUTHOR_MARK, analyzeDocument, termOf } from "./analyze-document.ts";
import type { Group } from "./plan.ts";
import { inverseDocFreq, type RankOptions, scoreText } from "./rank.ts";
import { FormFinder } from "./reasons.ts";
import { Scratch } from "./scratch.ts";
import { selectTop } from "./select-top.ts";
import type { Snapshot } from "./snapshot.ts";
import type { DocRef } from "./text-search.ts";

/** The most telling terms of the documents make the query. */
const QUERY_TERMS = 30;

/** Documents that share rare terms with the given ones ("more like this"), best first, with the shared words. */
export function likeThese(
  snapshot: Snapshot,
  documents: readonly SearchDocument[],
  rank: RankOptions,
  isOther: (ref: DocRef) => boolean,
  limit: number,
): (DocRef & { readonly score: number; readonly terms: readonly string[] })[] {
  const words = tellingTerms(snapshot, documents, rank).map(groupOf);
  if (words.length === 0) return [];
  const plan = { words, required: [], excluded: [], isQuestion: false, typed: "" };
  const refs: (DocRef & { score: number })[] = [];
  const scratch = new Scratch();
  scoreText(snapshot, plan, rank, 0, scratch).forEach(({ scores }, segment) => {
    for (let doc = 0; doc < scores.length; doc++) {
      const score = scores[doc]!;
      if (score > 0 && isOther({ segment, doc })) refs.push({ segment, doc, score });
    }
  });
  scratch.release();
  const segmentOf = (ref: DocRef) => snapshot.segments[ref.segment]!.segment;
  const top = selectTop(
    Float64Array.from(refs, (ref) => ref.score),
    limit,
    (place) => {
      const ref = refs[place]!;
      return segmentOf(ref).keys.get(ref.doc);
    },
  );
  const forms = new FormFinder(plan);
  return top.map((place) => {
    const ref = refs[place]!;
    return { ...ref, terms: forms.matchedForms(segmentOf(ref), ref.doc) };
  });
}

function tellingTerms(snapshot: Snapshot, documents: readonly SearchDocument[], rank: RankOptions): string[] {
  const weights = new Map<string, number>();
  for (const document of documents) {
    analyzeDocument(document, (form, field) => {
      if (form.startsWith(AUTHOR_MARK) || STOP_WORDS.has(form) || /^[\d.]+$/.test(form)) return;
      const term = termOf(form);
      weights.set(term, (weights.get(term) ?? 0) + (field === "title" ? rank.title + 1 : 1));
    });
  }
  return [...weights]
    .map(([term, weight]) => ({ term, score: (weight / (weight + 1)) * idfOf(snapshot, term) }))
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score || (left.term < right.term ? -1 : 1))
    .slice(0, QUERY_TERMS)
    .map(({ term }) => term);
}

/** 0 for terms that only the documents themselves have. */
function idfOf(snapshot: Snapshot, term: string): number {
  const docFreq = snapshot.segments.reduce((sum, { segment }) => sum + segment.docFreq(term), 0);
  return docFreq < 2 ? 0 : inverseDocFreq(snapshot.liveCount, docFreq);
}

const groupOf = (term: string): Group => ({
  text: term,
  field: null,
  alternatives: [{ terms: [term], how: "phrase", weight: 1 }],
  parts: [],
  spellable: null,
  isStopWord: false,
});

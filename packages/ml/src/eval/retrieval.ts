import { documentText } from "../data/papers.ts";
import { Bm25 } from "./bm25.ts";
import type { Encoder } from "./encoder.ts";
import { ndcgAtK, recallAtK, reciprocalRank, topK } from "./metrics.ts";
import type { RetrievalSet } from "./retrieval-set.ts";

const DEPTH = 100;

/** Means over the queries. */
export interface RetrievalMetrics {
  readonly queries: number;
  readonly recallAt1: number;
  readonly recallAt5: number;
  readonly recallAt20: number;
  readonly mrr: number;
  readonly ndcgAt10: number;
}

/** Scores of all documents for one query, [documents]. */
export type QueryScorer = (query: number) => Float32Array;

/** Text of a document as models embed it. An empty title leaves the abstract alone. */
export const embeddedText = (paper: { title: string; abstract: string }) =>
  paper.title === "" ? paper.abstract : documentText(paper, 2000);

/** Cosines of a model. */
export async function modelScorer(set: RetrievalSet, encoder: Encoder): Promise<QueryScorer> {
  const queries = await encoder.embed(set.queries, "query");
  const documents = await encoder.embed(set.documents.map(embeddedText), "document");
  const dimensions = queries[0]?.length ?? 0;
  const matrix = new Float32Array(documents.length * dimensions);
  documents.forEach((vector, i) => {
    matrix.set(vector, i * dimensions);
  });
  return (query) => {
    const vector = queries[query]!;
    const scores = new Float32Array(documents.length);
    for (let i = 0, at = 0; i < scores.length; i++) {
      let sum = 0;
      for (let d = 0; d < dimensions; d++) sum += vector[d]! * matrix[at++]!;
      scores[i] = sum;
    }
    return scores;
  };
}

export function bm25Scorer(set: RetrievalSet): QueryScorer {
  const index = new Bm25(set.documents.map(({ title, abstract }) => `${title} ${abstract}`));
  return (query) => index.scores(set.queries[query]!);
}

/**
 * Mixes two scorers: each query's scores are brought to [0, 1] (minimum to 0, maximum to 1), then weighted.
 *
 * @param weight of the second scorer, 0 … 1
 */
export function mixedScorer(first: QueryScorer, second: QueryScorer, weight: number): QueryScorer {
  return (query) => {
    const a = toUnitRange(first(query));
    const b = toUnitRange(second(query));
    for (let i = 0; i < a.length; i++) a[i] = (1 - weight) * a[i]! + weight * b[i]!;
    return a;
  };
}

/** Reciprocal rank fusion (Cormack et al. 2009): Σ 1/(rrfK + rank), over the first 1,000 of each list. */
export function fusedScorer(first: QueryScorer, second: QueryScorer, rrfK: number): QueryScorer {
  return (query) => {
    const fused = new Float32Array(first(query).length);
    for (const scores of [first(query), second(query)]) {
      topK(scores, Math.min(1000, scores.length)).forEach((document, rank) => {
        if (scores[document]! > 0) fused[document] = fused[document]! + 1 / (rrfK + rank + 1);
      });
    }
    return fused;
  };
}

function toUnitRange(scores: Float32Array): Float32Array {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const score of scores) {
    if (score < low) low = score;
    if (score > high) high = score;
  }
  const scale = high > low ? 1 / (high - low) : 0;
  return scores.map((score) => (score - low) * scale);
}

export function measureRetrieval(set: RetrievalSet, scorer: QueryScorer): RetrievalMetrics {
  const sums = { recallAt1: 0, recallAt5: 0, recallAt20: 0, mrr: 0, ndcgAt10: 0 };
  set.relevant.forEach((relevant, query) => {
    const ranking = topK(scorer(query), DEPTH);
    sums.recallAt1 += recallAtK(ranking, relevant, 1);
    sums.recallAt5 += recallAtK(ranking, relevant, 5);
    sums.recallAt20 += recallAtK(ranking, relevant, 20);
    sums.mrr += reciprocalRank(ranking, relevant);
    sums.ndcgAt10 += ndcgAtK(ranking, relevant, 10);
  });
  const queries = set.relevant.length;
  const means = Object.entries(sums).map(([name, sum]) => [name, sum / queries]);
  return { queries, ...(Object.fromEntries(means) as typeof sums) };
}

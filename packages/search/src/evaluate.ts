/** Retrieval measures, and running a set of questions through an engine as a reader would type them. */
import { NO_FILTERS, type SearchQuery } from "@cool-papers/core";
import type { SearchEngine, SearchMode } from "./search-engine.ts";

/** A question with the keys of the documents that answer it and their grades (above 0). */
export interface JudgedQuestion {
  readonly text: string;
  readonly relevant: ReadonlyMap<string, number>;
}

export interface RetrievalScores {
  readonly questions: number;
  readonly recallAt1: number;
  readonly recallAt5: number;
  readonly recallAt20: number;
  readonly ndcgAt10: number;
}

/** Share of the relevant documents among the first k. */
export function recallAtK(
  ranked: readonly string[],
  relevant: ReadonlyMap<string, number>,
  k: number,
): number {
  if (relevant.size === 0) return 0;
  return ranked.slice(0, k).filter((key) => relevant.has(key)).length / relevant.size;
}

/** Normalised discounted cumulative gain, gain = grade, discount = log2(rank + 1) (Järvelin, Kekäläinen 2002). */
export function ndcgAtK(ranked: readonly string[], relevant: ReadonlyMap<string, number>, k: number): number {
  const gainOf = (grades: readonly number[]): number =>
    grades.slice(0, k).reduce((sum, grade, at) => sum + grade / Math.log2(at + 2), 0);
  const ideal = gainOf([...relevant.values()].sort((left, right) => right - left));
  return ideal === 0 ? 0 : gainOf(ranked.map((key) => relevant.get(key) ?? 0)) / ideal;
}

/** The question as plain words: nothing in it is an operator. */
export function plainQuery(text: string): SearchQuery {
  return {
    clauses: text
      .split(/\s+/)
      .filter((word) => word !== "")
      .map((word) => ({ kind: "term", text: word, field: null, excluded: false })),
    filters: NO_FILTERS,
    notices: [],
  };
}

/** What a model tells of a question. */
export interface QuestionReader {
  /** Unit vector of a question. */
  readonly embed: (text: string) => Promise<Float32Array>;
  /** Scores of how much of a question each text says, as SearchRequest.rerank. */
  readonly rerank?: (text: string, texts: readonly string[]) => Promise<ArrayLike<number> | null>;
}

/** Mean scores over the questions that have a relevant document. */
export async function evaluate(
  engine: SearchEngine,
  questions: readonly JudgedQuestion[],
  mode: SearchMode = "keyword",
  reader?: QuestionReader,
): Promise<RetrievalScores> {
  const judged = questions.filter((question) => question.relevant.size > 0);
  const sums = { recallAt1: 0, recallAt5: 0, recallAt20: 0, ndcgAt10: 0 };
  for (const { text, relevant } of judged) {
    const { hits } = await engine.search({
      query: plainQuery(text),
      mode,
      sort: "relevance",
      skip: 0,
      limit: 20,
      facets: false,
      ...(reader && { queryVector: await reader.embed(text) }),
      ...(reader?.rerank && { rerank: (texts) => reader.rerank!(text, texts) }),
    });
    const ranked = hits.map((hit) => hit.key);
    sums.recallAt1 += recallAtK(ranked, relevant, 1);
    sums.recallAt5 += recallAtK(ranked, relevant, 5);
    sums.recallAt20 += recallAtK(ranked, relevant, 20);
    sums.ndcgAt10 += ndcgAtK(ranked, relevant, 10);
  }
  const count = Math.max(1, judged.length);
  return {
    questions: judged.length,
    recallAt1: sums.recallAt1 / count,
    recallAt5: sums.recallAt5 / count,
    recallAt20: sums.recallAt20 / count,
    ndcgAt10: sums.ndcgAt10 / count,
  };
}

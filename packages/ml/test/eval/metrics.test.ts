import { describe, expect, test } from "vitest";
import { Bm25, searchTerms } from "../../src/eval/bm25.ts";
import {
  alignment,
  ndcgAtK,
  recallAtK,
  reciprocalRank,
  spearman,
  topK,
  uniformity,
} from "../../src/eval/metrics.ts";
import { fusedScorer, measureRetrieval, mixedScorer } from "../../src/eval/retrieval.ts";
import type { RetrievalSet } from "../../src/eval/retrieval-set.ts";

const relevant = new Map([
  [3, 1],
  [5, 2],
  [9, 0],
]);

describe("ranking", () => {
  test("recall counts relevant documents among the first k, grade 0 not", () => {
    expect(recallAtK([9, 3, 1, 5], relevant, 2)).toBe(0.5);
    expect(recallAtK([9, 3, 1, 5], relevant, 4)).toBe(1);
    expect(recallAtK([1], new Map([[9, 0]]), 1)).toBeNaN();
  });

  test("reciprocal rank of the first relevant one", () => {
    expect(reciprocalRank([9, 1, 5, 3], relevant)).toBeCloseTo(1 / 3, 12);
    expect(reciprocalRank([9, 1], relevant)).toBe(0);
  });

  test("nDCG by hand", () => {
    // Gains 1 and 3: found at ranks 2 and 4; ideal 3 then 1.
    const dcg = 1 / Math.log2(3) + 3 / Math.log2(5);
    expect(ndcgAtK([9, 3, 1, 5], relevant, 10)).toBeCloseTo(dcg / (3 + 1 / Math.log2(3)), 12);
    expect(ndcgAtK([5, 3], relevant, 10)).toBe(1);
    expect(ndcgAtK([9, 3, 1, 5], relevant, 3)).toBeCloseTo(1 / Math.log2(3) / (3 + 1 / Math.log2(3)), 12);
  });

  test("the k best of a list, ties to the lower index", () => {
    expect(topK([1, 5, 3, 5, 0], 3)).toEqual([1, 3, 2]);
    expect(topK([2, 1], 5)).toEqual([0, 1]);
  });
});

describe("correlation", () => {
  test("Spearman: monotone is 1, reversed −1, ties share their rank", () => {
    expect(spearman([1, 2, 3, 4], [10, 20, 25, 1000])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    // Ranks (0.5, 0.5, 2) and (0, 1, 2): cov 1.5, variances 1.5 and 2.
    expect(spearman([7, 7, 9], [1, 2, 3])).toBeCloseTo(1.5 / Math.sqrt(3), 12);
    expect(() => spearman([1, 2], [1])).toThrow(/not 2 and 1/);
  });

  test("alignment and uniformity by hand", () => {
    const [x, y, z] = [Float32Array.of(1, 0), Float32Array.of(0, 1), Float32Array.of(-1, 0)];
    expect(
      alignment([
        [x, y],
        [x, z],
      ]),
    ).toBeCloseTo(3, 6);
    expect(uniformity([x, y, z])).toBeCloseTo(Math.log((2 * Math.exp(-4) + Math.exp(-8)) / 3), 6);
  });
});

describe("BM25", () => {
  test("by hand on three documents", () => {
    const index = new Bm25(["apple banana", "apple apple cherry", "durian"], { k1: 1.2, b: 0.75 });
    const idf = Math.log(1 + (3 - 2 + 0.5) / 2.5);
    const norm = (length: number) => 1.2 * (0.25 + (0.75 * length) / 2);
    const scores = index.scores("Apple!");
    expect(scores[0]).toBeCloseTo((idf * 2.2) / (1 + norm(2)), 6);
    expect(scores[1]).toBeCloseTo((idf * 2 * 2.2) / (2 + norm(3)), 6);
    expect(scores[2]).toBe(0);
  });

  test("ideographs are searched in overlapping pairs", () => {
    expect(searchTerms("用BERT做文本分类 Café-2")).toEqual([
      "bert",
      "做文",
      "文本",
      "本分",
      "分类",
      "cafe",
      "2",
    ]);
  });
});

describe("hybrid", () => {
  const set: RetrievalSet = {
    name: "tiny",
    queries: ["q"],
    documents: Array.from({ length: 4 }, () => ({ title: "", abstract: "" })),
    relevant: [new Map([[2, 1]])],
  };
  const keywords = () => Float32Array.of(10, 0, 5, 0);
  const model = () => Float32Array.of(-0.5, 0.5, 0.4, 0);

  test("a mixture weighs both scores after bringing each to [0, 1]", () => {
    const expected = [0.5, 0.5, 0.25 + 0.45, 0.25];
    const scores = mixedScorer(keywords, model, 0.5)(0);
    for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(expected[i]!, 6);
    expect(measureRetrieval(set, mixedScorer(keywords, model, 0.5)).recallAt1).toBe(1);
    expect(measureRetrieval(set, keywords).recallAt1).toBe(0);
  });

  test("reciprocal rank fusion adds 1/(k + rank) of each list in which a score is positive", () => {
    const fused = fusedScorer(keywords, model, 60)(0);
    expect(fused[2]).toBeCloseTo(2 / 62, 6);
    expect(fused[0]).toBeCloseTo(1 / 61, 6);
    expect(fused[3]).toBe(0);
  });
});

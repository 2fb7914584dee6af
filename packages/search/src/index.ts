export {
  type ChineseDictionary,
  type ChineseWord,
  expandChinese,
  parseChineseTerms,
  shippedChineseTerms,
} from "./chinese.ts";
export {
  evaluate,
  type JudgedQuestion,
  ndcgAtK,
  plainQuery,
  type RetrievalScores,
  recallAtK,
} from "./evaluate.ts";
export { type Fused, fuseByRank, fuseByScore, type RankedList } from "./fusion.ts";
export { SearchIndexConflictError, SearchIndexError, VectorDimensionError } from "./lance/errors.ts";
export { type LanceEngineOptions, openLanceEngine } from "./lance/lance-engine.ts";
export * from "./search-engine.ts";

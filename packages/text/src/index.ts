export { isIdeograph } from "./characters.ts";
export { SPECIAL_TOKENS, type SpecialToken, type SpecialTokenIds } from "./special-tokens.ts";
export { type NormalizerOptions, normalizeText, splitWords, UNCASED } from "./split-words.ts";
export { TokenizerError } from "./tokenizer-error.ts";
export { readTokenizerJson, writeTokenizerJson } from "./tokenizer-json.ts";
export { trainVocabulary, type VocabularyTrainingOptions, WordCounter } from "./train-vocabulary.ts";
export { readVocabularyFile, writeVocabularyFile } from "./vocabulary-file.ts";
export { type MaskedTokens, maskWholeWords, type WordMaskingOptions } from "./whole-word-masking.ts";
export { type EncodeOptions, type Encoding, WordPieceTokenizer } from "./word-piece-tokenizer.ts";

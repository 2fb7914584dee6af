import type { WordPieceTokenizer } from "@cool-papers/text";

const CHINESE_PIECE = /^(##)?[\p{Script=Han}\u3000-\u303f\uff00-\uffef]+$/u;

/** Ids of the pieces of Chinese characters and of the punctuation of their width, ascending. */
export function chineseTokens({ vocabulary }: WordPieceTokenizer): Int32Array {
  return Int32Array.from(vocabulary.keys()).filter((id) => CHINESE_PIECE.test(vocabulary[id]!));
}

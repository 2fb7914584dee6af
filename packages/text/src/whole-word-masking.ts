/**
 * Whole-word masking (BERT's later release; Cui et al. 2019 for Chinese): words are chosen, then each of their
 * tokens becomes [MASK] (80 %), a random piece (10 %) or stays (10 %).
 */
import { isIdeograph } from "./characters.ts";
import { CONTINUATION_PREFIX, type WordPieceTokenizer } from "./word-piece-tokenizer.ts";

export interface WordMaskingOptions {
  /** Share of words that are chosen. Default 0.15. */
  readonly rate?: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Cuts a run of ideographs into words; without it each ideograph is a word. */
  readonly segment?: (ideographs: string) => readonly string[];
}

export interface MaskedTokens {
  /** [length] tokens after corruption */
  readonly ids: Int32Array;
  /** [length] the token to predict, or -1 where nothing was chosen */
  readonly labels: Int32Array;
}

/** Corrupts whole words of a token sequence; special tokens are never touched. */
export function maskWholeWords(
  tokenizer: WordPieceTokenizer,
  ids: Int32Array,
  options: WordMaskingOptions,
): MaskedTokens {
  const rate = options.rate ?? 0.15;
  const words = wordOfEachToken(tokenizer, ids, options.segment);
  const corrupted = ids.slice();
  const labels = new Int32Array(ids.length).fill(-1);
  let chosenWord = -1;
  let chosen = false;
  for (let i = 0; i < ids.length; i++) {
    if (words[i] === -1) continue;
    if (words[i] !== chosenWord) {
      chosenWord = words[i]!;
      chosen = options.random() < rate;
    }
    if (!chosen) continue;
    labels[i] = ids[i]!;
    const fate = options.random();
    if (fate < 0.8) corrupted[i] = tokenizer.special.mask;
    else if (fate < 0.9) corrupted[i] = Math.floor(options.random() * tokenizer.vocabSize);
  }
  return { ids: corrupted, labels };
}

/** Running number of the word each token belongs to, -1 for special tokens. */
export function wordOfEachToken(
  tokenizer: WordPieceTokenizer,
  ids: Int32Array,
  segment?: (ideographs: string) => readonly string[],
): Int32Array {
  const words = new Int32Array(ids.length).fill(-1);
  const { pad, cls, sep, mask } = tokenizer.special;
  let word = -1;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (id === pad || id === cls || id === sep || id === mask) continue;
    const run = segment === undefined ? 0 : ideographRun(tokenizer, ids, i);
    if (run > 1) {
      for (const length of wordLengths(tokenizer, ids, i, run, segment!)) {
        word++;
        words.fill(word, i, i + length);
        i += length;
      }
      i--;
      continue;
    }
    const continues = tokenizer.vocabulary[id]!.startsWith(CONTINUATION_PREFIX);
    if (!continues || i === 0 || words[i - 1] === -1) word++;
    words[i] = word;
  }
  return words;
}

function ideographRun(tokenizer: WordPieceTokenizer, ids: Int32Array, from: number): number {
  let end = from;
  while (end < ids.length && isSingleIdeograph(tokenizer.vocabulary[ids[end]!]!)) end++;
  return end - from;
}

function isSingleIdeograph(piece: string): boolean {
  const codePoint = piece.codePointAt(0);
  return codePoint !== undefined && isIdeograph(codePoint) && piece.length === (codePoint > 0xffff ? 2 : 1);
}

function wordLengths(
  tokenizer: WordPieceTokenizer,
  ids: Int32Array,
  from: number,
  run: number,
  segment: (ideographs: string) => readonly string[],
): number[] {
  let text = "";
  for (let i = from; i < from + run; i++) text += tokenizer.vocabulary[ids[i]!]!;
  const lengths = segment(text).map((word) => [...word].length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total !== run) {
    throw new RangeError(
      `The segmenter returned ${total} characters for a run of ${run}: ${JSON.stringify(text)}.`,
    );
  }
  return lengths;
}

/**
 * Trains a WordPiece vocabulary by merging the most frequent pair of neighbouring pieces again and again
 * (byte-pair merging over characters, as Hugging Face's WordPieceTrainer does; BERT's original trainer was never
 * published). Ideographs are words of one character, so they enter as single pieces and never merge.
 *
 * Pair counts are kept incrementally and the best pair comes from a heap with lazy deletion; ties go to the pair
 * whose pieces come first in the alphabet of code units, so the same counts always give the same vocabulary.
 */
import { isIdeograph } from "./characters.ts";
import { SPECIAL_TOKENS } from "./special-tokens.ts";
import { type NormalizerOptions, splitWords, UNCASED } from "./split-words.ts";
import { CONTINUATION_PREFIX } from "./word-piece-tokenizer.ts";

export interface VocabularyTrainingOptions {
  /** Pieces in the result, special tokens included. */
  readonly vocabSize: number;
  /** Characters seen less often get no piece; words holding one become [UNK]. Default 5. */
  readonly minCharacterCount?: number;
  /** Merges stop below this pair count, so the result may be smaller than asked. Default 5. */
  readonly minPairCount?: number;
  /** At most this many ideographs, the most frequent ones. Default 6,000. */
  readonly maxIdeographs?: number;
  /** At most this many other characters (each gives up to two pieces). Default 400. */
  readonly maxOtherCharacters?: number;
}

/** Counts normalised words of a stream of texts. Longer words than 40 characters are ignored. */
export class WordCounter {
  readonly counts = new Map<string, number>();
  readonly #normalizer: NormalizerOptions;

  constructor(normalizer: NormalizerOptions = UNCASED) {
    this.#normalizer = normalizer;
  }

  add(text: string): void {
    for (const word of splitWords(text, this.#normalizer)) {
      if (word.length <= 40) this.counts.set(word, (this.counts.get(word) ?? 0) + 1);
    }
  }
}

/** Pair of piece ids as one map key; ids stay far below 2^20. */
const pairKey = (left: number, right: number) => left * 0x100000 + right;

/**
 * Vocabulary in id order: special tokens, single characters (sorted), then merged pieces in the order of merging.
 *
 * @param wordCounts normalised words with their counts, as WordCounter gives
 * @throws RangeError when vocabSize leaves no room for the characters kept
 */
export function trainVocabulary(
  wordCounts: ReadonlyMap<string, number>,
  options: VocabularyTrainingOptions,
): string[] {
  const alphabet = keptCharacters(wordCounts, options);
  const pieces: string[] = [...SPECIAL_TOKENS];
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const idOf = (piece: string) => {
    let id = ids.get(piece);
    if (id === undefined) {
      id = pieces.length;
      pieces.push(piece);
      ids.set(piece, id);
    }
    return id;
  };
  for (const piece of [...initialPieces(wordCounts, alphabet)].sort()) idOf(piece);
  if (pieces.length > options.vocabSize) {
    throw new RangeError(
      `vocabSize ${options.vocabSize} is too small: special tokens and single characters alone are ${pieces.length}.`,
    );
  }
  const merger = new PairMerger(pieces);
  for (const word of [...wordCounts.keys()].sort()) {
    const characters = [...word];
    if (characters.length < 2 || !characters.every((char) => alphabet.has(char))) continue;
    const spelling = characters.map((char, i) => idOf(i === 0 ? char : CONTINUATION_PREFIX + char));
    merger.addWord(spelling, wordCounts.get(word)!);
  }
  const minPairCount = options.minPairCount ?? 5;
  merger.start();
  while (pieces.length < options.vocabSize) {
    const best = merger.best();
    if (best === null || best.count < minPairCount) break;
    const right = pieces[best.right]!.slice(CONTINUATION_PREFIX.length);
    merger.merge(best.left, best.right, idOf(pieces[best.left]! + right));
  }
  return pieces;
}

function keptCharacters(
  wordCounts: ReadonlyMap<string, number>,
  options: VocabularyTrainingOptions,
): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const [word, count] of wordCounts) {
    for (const char of word) counts.set(char, (counts.get(char) ?? 0) + count);
  }
  const min = options.minCharacterCount ?? 5;
  const byCount = [...counts]
    .filter(([, count]) => count >= min)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([char]) => char);
  const ideograph = (char: string) => isIdeograph(char.codePointAt(0)!);
  return new Set([
    ...byCount.filter(ideograph).slice(0, options.maxIdeographs ?? 6000),
    ...byCount.filter((char) => !ideograph(char)).slice(0, options.maxOtherCharacters ?? 400),
  ]);
}

function initialPieces(
  wordCounts: ReadonlyMap<string, number>,
  alphabet: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const word of wordCounts.keys()) {
    let first = true;
    for (const char of word) {
      if (alphabet.has(char)) found.add(first ? char : CONTINUATION_PREFIX + char);
      first = false;
    }
  }
  return found;
}

interface Pair {
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

/** Words as piece sequences, with counts of neighbouring pairs that follow every merge. */
class PairMerger {
  readonly #pieces: readonly string[];
  readonly #words: number[][] = [];
  readonly #wordCounts: number[] = [];
  readonly #pairCounts = new Map<number, number>();
  readonly #pairWords = new Map<number, Set<number>>();
  readonly #heap: PairHeap;

  constructor(pieces: readonly string[]) {
    this.#pieces = pieces;
    this.#heap = new PairHeap((a, b) => this.#comesFirst(a, b));
  }

  addWord(spelling: number[], count: number): void {
    const index = this.#words.push(spelling) - 1;
    this.#wordCounts.push(count);
    for (let i = 1; i < spelling.length; i++) this.#change(spelling[i - 1]!, spelling[i]!, count, index);
  }

  /** Call once after the last word. */
  start(): void {
    for (const [key, count] of this.#pairCounts) this.#push(key, count);
  }

  best(): Pair | null {
    for (;;) {
      const top = this.#heap.pop();
      if (top === null) return null;
      const count = this.#pairCounts.get(pairKey(top.left, top.right)) ?? 0;
      if (count === top.count) return top;
      // Counts that rose were pushed when they rose; those that fell are put back at their present height here.
      if (count > 0 && count < top.count) this.#heap.push({ ...top, count });
    }
  }

  merge(left: number, right: number, merged: number): void {
    const key = pairKey(left, right);
    const risen = new Set<number>();
    for (const index of this.#pairWords.get(key) ?? []) this.#mergeWord(index, left, right, merged, risen);
    this.#pairCounts.delete(key);
    this.#pairWords.delete(key);
    for (const each of risen) {
      const count = this.#pairCounts.get(each);
      if (count !== undefined) this.#push(each, count);
    }
  }

  #mergeWord(index: number, left: number, right: number, merged: number, risen: Set<number>): void {
    const word = this.#words[index]!;
    const count = this.#wordCounts[index]!;
    for (let i = 0; i + 1 < word.length; i++) {
      if (word[i] !== left || word[i + 1] !== right) continue;
      if (i > 0) {
        this.#change(word[i - 1]!, left, -count, index);
        this.#change(word[i - 1]!, merged, count, index);
        risen.add(pairKey(word[i - 1]!, merged));
      }
      if (i + 2 < word.length) {
        this.#change(right, word[i + 2]!, -count, index);
        this.#change(merged, word[i + 2]!, count, index);
        risen.add(pairKey(merged, word[i + 2]!));
      }
      word.splice(i, 2, merged);
    }
  }

  #change(left: number, right: number, by: number, index: number): void {
    const key = pairKey(left, right);
    this.#pairCounts.set(key, (this.#pairCounts.get(key) ?? 0) + by);
    if (by < 0) return;
    const words = this.#pairWords.get(key);
    if (words === undefined) this.#pairWords.set(key, new Set([index]));
    else words.add(index);
  }

  #push(key: number, count: number): void {
    if (count > 0) this.#heap.push({ left: Math.floor(key / 0x100000), right: key % 0x100000, count });
  }

  #comesFirst(a: Pair, b: Pair): boolean {
    if (a.count !== b.count) return a.count > b.count;
    if (a.left !== b.left) return this.#pieces[a.left]! < this.#pieces[b.left]!;
    return this.#pieces[a.right]! < this.#pieces[b.right]!;
  }
}

/** Binary heap with the pair that comes first on top. */
class PairHeap {
  readonly #items: Pair[] = [];
  readonly #comesFirst: (a: Pair, b: Pair) => boolean;

  constructor(comesFirst: (a: Pair, b: Pair) => boolean) {
    this.#comesFirst = comesFirst;
  }

  push(pair: Pair): void {
    const items = this.#items;
    let at = items.push(pair) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#comesFirst(pair, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = pair;
  }

  pop(): Pair | null {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined) return null;
    if (items.length > 0) this.#sink(last);
    return top;
  }

  #sink(pair: Pair): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#comesFirst(items[child + 1]!, items[child]!)) child++;
      if (!this.#comesFirst(items[child]!, pair)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = pair;
  }
}

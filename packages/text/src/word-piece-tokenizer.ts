/**
 * WordPiece as in BERT: words are cut greedily into the longest pieces of the vocabulary, pieces inside a word
 * carry the prefix `##`, and a word that cannot be cut becomes [UNK].
 *
 * Differences from a direct transcription: results are cached per whitespace-separated chunk, which is sound since no
 * step looks across a space, and text is cut before it is normalised.
 */
import { isIdeograph } from "./characters.ts";
import { SPECIAL_TOKENS, type SpecialTokenIds } from "./special-tokens.ts";
import { type NormalizerOptions, splitWords, UNCASED } from "./split-words.ts";
import { TokenizerError } from "./tokenizer-error.ts";

export const CONTINUATION_PREFIX = "##";
const MAX_WORD_CHARACTERS = 100;
const MAX_CACHED_CHUNK_LENGTH = 40;
const MAX_CACHED_CHUNKS = 300_000;
const SPECIAL_PATTERN = /(\[PAD\]|\[UNK\]|\[CLS\]|\[SEP\]|\[MASK\])/;
/** The spaces of isSpace: unlike \s without \v, \f and U+FEFF, which cleaning deletes. */
const SPACES = /[\t\n\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

export interface EncodeOptions {
  /** Second text; it gets segment 1. */
  readonly pair?: string;
  /** Longest result in tokens, special tokens included; the longer text of a pair is cut first. Default 512. */
  readonly maxLength?: number;
  /** Wrap as [CLS] a [SEP] (b [SEP]). Default true. */
  readonly addSpecialTokens?: boolean;
}

export interface Encoding {
  /** [length] */
  readonly ids: Int32Array;
  /** [length], 0 for the first text with its [CLS] and [SEP], 1 for the second */
  readonly segmentIds: Int32Array;
}

export class WordPieceTokenizer {
  /** Piece of each id. */
  readonly vocabulary: readonly string[];
  readonly special: SpecialTokenIds;
  readonly normalizer: NormalizerOptions;
  readonly #initial = new Map<string, number>();
  readonly #continuation = new Map<string, number>();
  readonly #chunks = new Map<string, Int32Array>();
  readonly #longestPiece: number;

  /**
   * @param vocabulary pieces in id order, the five special tokens among them
   * @throws TokenizerError when a special token is missing or a piece occurs twice
   */
  constructor(vocabulary: readonly string[], normalizer: NormalizerOptions = UNCASED) {
    this.vocabulary = vocabulary;
    this.normalizer = normalizer;
    const ids = new Map<string, number>();
    let longest = 1;
    vocabulary.forEach((piece, id) => {
      if (ids.has(piece)) {
        throw new TokenizerError(
          `The piece ${JSON.stringify(piece)} occurs twice in the vocabulary (ids ${ids.get(piece)} and ${id}); remove one.`,
        );
      }
      ids.set(piece, id);
      this.#initial.set(piece, id);
      longest = Math.max(longest, piece.length);
      if (piece.startsWith(CONTINUATION_PREFIX)) {
        this.#continuation.set(piece.slice(CONTINUATION_PREFIX.length), id);
      }
    });
    this.#longestPiece = longest;
    const [pad, unk, cls, sep, mask] = SPECIAL_TOKENS.map((token) => {
      const id = ids.get(token);
      if (id === undefined) throw new TokenizerError(`The vocabulary lacks the special token ${token}.`);
      return id;
    }) as [number, number, number, number, number];
    this.special = { pad, unk, cls, sep, mask };
  }

  get vocabSize(): number {
    return this.vocabulary.length;
  }

  /** Id of a piece as written in the vocabulary (`##ing`), or undefined. */
  idOf(piece: string): number | undefined {
    return this.#initial.get(piece);
  }

  /**
   * Ids of a text, or of a pair, ready for the model.
   *
   * @throws RangeError when maxLength has no room for the special tokens
   */
  encode(text: string, options: EncodeOptions = {}): Encoding {
    const { pair, maxLength = 512, addSpecialTokens = true } = options;
    const wrap = addSpecialTokens ? (pair === undefined ? 2 : 3) : 0;
    if (!(maxLength >= wrap)) {
      throw new RangeError(`maxLength is ${maxLength}, but the special tokens alone take ${wrap}.`);
    }
    const budget = maxLength - wrap;
    const second = pair === undefined ? [] : this.#textToIds(pair, budget);
    const first = this.#textToIds(text, budget);
    const [keepFirst, keepSecond] = truncatePair(first.length, second.length, budget);
    const ids = new Int32Array(keepFirst + keepSecond + wrap);
    const segmentIds = new Int32Array(ids.length);
    let at = 0;
    if (addSpecialTokens) ids[at++] = this.special.cls;
    for (let i = 0; i < keepFirst; i++) ids[at++] = first[i]!;
    if (addSpecialTokens) ids[at++] = this.special.sep;
    if (pair !== undefined) {
      segmentIds.fill(1, at);
      for (let i = 0; i < keepSecond; i++) ids[at++] = second[i]!;
      if (addSpecialTokens) ids[at++] = this.special.sep;
    }
    return { ids, segmentIds };
  }

  /** Pieces of a text without special tokens around it. */
  tokenize(text: string): string[] {
    return this.#textToIds(text, Number.POSITIVE_INFINITY).map((id) => this.vocabulary[id]!);
  }

  /** Readable text: pieces of a word are joined, words separated by a space; special tokens are left out. */
  decode(ids: Iterable<number>): string {
    const { pad, cls, sep, mask } = this.special;
    let text = "";
    let afterIdeograph = false;
    for (const id of ids) {
      if (id === pad || id === cls || id === sep || id === mask) continue;
      const piece = this.vocabulary[id];
      if (piece === undefined) {
        throw new RangeError(`Token id ${id} is outside the vocabulary of ${this.vocabSize} pieces.`);
      }
      const ideograph = isIdeograph(piece.codePointAt(0) ?? 0);
      if (piece.startsWith(CONTINUATION_PREFIX) && piece.length > 2) text += piece.slice(2);
      else text += (text === "" || (ideograph && afterIdeograph) ? "" : " ") + piece;
      afterIdeograph = ideograph;
    }
    return text;
  }

  /** Pieces of one normalised word, uncached. */
  encodeWord(word: string): number[] {
    const whole = this.#initial.get(word);
    if (whole !== undefined) return [whole];
    if (word.length > MAX_WORD_CHARACTERS && [...word].length > MAX_WORD_CHARACTERS)
      return [this.special.unk];
    const ids: number[] = [];
    let start = 0;
    while (start < word.length) {
      const pieces = start === 0 ? this.#initial : this.#continuation;
      let end = Math.min(word.length, start + this.#longestPiece);
      let id: number | undefined;
      for (; end > start; end--) {
        // A piece never ends inside a surrogate pair: no vocabulary entry holds half a character.
        id = pieces.get(word.slice(start, end));
        if (id !== undefined) break;
      }
      if (id === undefined) return [this.special.unk];
      ids.push(id);
      start = end;
    }
    return ids;
  }

  #textToIds(text: string, limit: number): number[] {
    const ids: number[] = [];
    const sections = text.includes("[") ? text.split(SPECIAL_PATTERN) : [text];
    for (let i = 0; i < sections.length && ids.length < limit; i++) {
      const section = sections[i]!;
      // split() with one capture group alternates text and separator.
      if (i % 2 === 1) ids.push(this.#initial.get(section)!);
      else this.#sectionToIds(section, limit, ids);
    }
    return ids;
  }

  #sectionToIds(section: string, limit: number, ids: number[]): void {
    const chunks = this.normalizer.cleanText ? section.split(SPACES) : [section];
    for (const chunk of chunks) {
      if (chunk === "") continue;
      if (ids.length >= limit) return;
      const pieces = this.#chunkToIds(chunk);
      for (let i = 0; i < pieces.length; i++) ids.push(pieces[i]!);
    }
  }

  #chunkToIds(chunk: string): ArrayLike<number> {
    if (chunk.length > MAX_CACHED_CHUNK_LENGTH) return this.#encodeChunk(chunk);
    const cached = this.#chunks.get(chunk);
    if (cached !== undefined) return cached;
    const ids = Int32Array.from(this.#encodeChunk(chunk));
    if (this.#chunks.size >= MAX_CACHED_CHUNKS) this.#chunks.clear();
    this.#chunks.set(chunk, ids);
    return ids;
  }

  #encodeChunk(chunk: string): number[] {
    const ids: number[] = [];
    for (const word of splitWords(chunk, this.normalizer)) {
      for (const id of this.encodeWord(word)) ids.push(id);
    }
    return ids;
  }
}

/** How many tokens of each text stay: the longer one gives way first, the first text at a tie keeps one more. */
function truncatePair(first: number, second: number, budget: number): [number, number] {
  if (first + second <= budget) return [first, second];
  const half = Math.floor(budget / 2);
  if (second <= half) return [budget - second, second];
  if (first <= budget - half) return [first, budget - first];
  return [budget - half, half];
}

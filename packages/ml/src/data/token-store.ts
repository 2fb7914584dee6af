import type { WordPieceTokenizer } from "@cool-papers/text";

/** Token sequences of many texts packed into one array: no object per text, so millions fit in memory. */
export class TokenStore {
  #tokens = new Int32Array(1 << 16);
  #used = 0;
  readonly #offsets: number[] = [0];

  get size(): number {
    return this.#offsets.length - 1;
  }

  get totalTokens(): number {
    return this.#used;
  }

  /** Stores a sequence and returns its index. */
  add(ids: Int32Array): number {
    const needed = this.#used + ids.length;
    if (needed > this.#tokens.length) {
      const larger = new Int32Array(Math.max(needed, this.#tokens.length * 2));
      larger.set(this.#tokens);
      this.#tokens = larger;
    }
    this.#tokens.set(ids, this.#used);
    this.#used = needed;
    return this.#offsets.push(needed) - 2;
  }

  /** A view, not a copy. */
  get(index: number): Int32Array {
    const end = this.#offsets[index + 1];
    if (index < 0 || end === undefined) {
      throw new RangeError(`No text ${index} in a token store of ${this.size}.`);
    }
    return this.#tokens.subarray(this.#offsets[index]!, end);
  }
}

/** Rows of tokens padded to one length. */
export interface TokenBlock {
  /** [rows, length], padded on the right */
  readonly ids: Int32Array;
  /** [rows] tokens before the padding */
  readonly lengths: Int32Array;
  readonly rows: number;
  readonly length: number;
}

/**
 * Packs sequences into a padded block. A longer sequence is cut, its last kept token replaced by its own last token
 * ([SEP]) so that it still ends as the model expects.
 */
export function packBlock(sequences: readonly Int32Array[], length: number, padId: number): TokenBlock {
  const ids = new Int32Array(sequences.length * length).fill(padId);
  const lengths = new Int32Array(sequences.length);
  sequences.forEach((sequence, row) => {
    const kept = Math.min(sequence.length, length);
    ids.set(sequence.length > length ? sequence.subarray(0, length) : sequence, row * length);
    if (sequence.length > length) ids[row * length + length - 1] = sequence[sequence.length - 1]!;
    lengths[row] = kept;
  });
  return { ids, lengths, rows: sequences.length, length };
}

/** Tokens of a text as the encoder takes them: [CLS] … [SEP]. */
export function tokensOf(tokenizer: WordPieceTokenizer, text: string, maxLength: number): Int32Array {
  return tokenizer.encode(text, { maxLength }).ids;
}

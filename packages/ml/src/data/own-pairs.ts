/**
 * Your own training data: JSON lines `{"query": "…", "positive": "…", "negatives": ["…"]}`, negatives optional. One
 * line is one question and the text that answers it.
 */
import type { SpecialTokenIds, WordPieceTokenizer } from "@cool-papers/text";
import { type BatchPicker, batchPicker } from "./bucketed-cycle.ts";
import { DataError } from "./data-error.ts";
import { dropTokens, NO_DROPOUT, type TokenDropout } from "./drop-tokens.ts";
import type { HeldOutGuard } from "./held-out.ts";
import { readJsonLines, stringField } from "./json-lines.ts";
import type { PairBatch } from "./pair-batches.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { CyclePosition } from "./shuffled-cycle.ts";
import { packBlock, TokenStore } from "./token-store.ts";

export interface OwnPair {
  /** Indices into the store. */
  readonly query: number;
  readonly positive: number;
  readonly negatives: readonly number[];
}

export interface OwnPairs {
  readonly store: TokenStore;
  readonly pairs: readonly OwnPair[];
}

/** A line of the file. */
export interface OwnRow {
  readonly query: string;
  readonly positive: string;
  readonly negatives: readonly string[];
}

/** The lines that may be trained on, without negatives that may not. @throws DataError naming file and field for one that is no pair */
export async function* readOwnRows(path: string, guard: HeldOutGuard | null): AsyncGenerator<OwnRow> {
  const isAllowed = (text: string) => guard === null || guard.allows({ text });
  for await (const row of readJsonLines(path)) {
    const query = stringField(row, "query", path);
    const positive = stringField(row, "positive", path);
    const negatives = (row.negatives ?? []) as unknown;
    if (!Array.isArray(negatives) || !negatives.every((text) => typeof text === "string")) {
      throw new DataError(`A row of ${path} has "negatives" that are no list of texts.`);
    }
    const allowed = negatives.filter(isAllowed);
    if (!isAllowed(query) || !isAllowed(positive) || (negatives.length > 0 && allowed.length === 0)) continue;
    yield { query, positive, negatives: allowed };
  }
}

/** @throws DataError naming file and field for a row that is no pair, or when there is none */
export async function readOwnPairs(
  path: string,
  tokenizer: WordPieceTokenizer,
  guard: HeldOutGuard | null,
  maxLength: number,
): Promise<OwnPairs> {
  const store = new TokenStore();
  const pairs: OwnPair[] = [];
  const add = (text: string) => store.add(tokenizer.encode(text, { maxLength }).ids);
  for await (const { query, positive, negatives } of readOwnRows(path, guard)) {
    pairs.push({ query: add(query), positive: add(positive), negatives: negatives.map(add) });
  }
  if (pairs.length === 0) throw new DataError(`${path} holds no pair that may be trained on.`);
  return { store, pairs };
}

export interface OwnPairBatchOptions {
  readonly pairs: number;
  readonly queryLength: number;
  readonly documentLength: number;
  /** Shorter lengths for batches of short documents (bucketed-cycle.ts). */
  readonly lengthBuckets?: readonly number[] | undefined;
  /** None when left out; negatives are documents. */
  readonly tokenDropout?: TokenDropout | undefined;
  readonly special: SpecialTokenIds;
  readonly seed: number;
}

/** Where OwnPairBatches stands. */
export interface OwnPairPosition {
  readonly cycle: CyclePosition;
  readonly batches: number;
}

/** Endless batches of own pairs, with one negative of each pair where every pair of the file has one. */
export class OwnPairBatches {
  readonly #data: OwnPairs;
  readonly #options: OwnPairBatchOptions;
  readonly #picker: BatchPicker;
  readonly #hasNegatives: boolean;
  #batches: number;

  constructor(data: OwnPairs, options: OwnPairBatchOptions, position?: OwnPairPosition) {
    this.#data = data;
    this.#options = options;
    const { store, pairs } = data;
    const documents = pairs.map(({ positive, negatives }) =>
      Math.max(...[positive, ...negatives].map((index) => store.get(index).length)),
    );
    const picker = { lengths: documents, count: options.pairs, maxLength: options.documentLength };
    this.#picker = batchPicker(
      { ...picker, buckets: options.lengthBuckets, seed: options.seed },
      position?.cycle,
    );
    this.#hasNegatives = data.pairs.every(({ negatives }) => negatives.length > 0);
    this.#batches = position?.batches ?? 0;
  }

  next(): PairBatch {
    const { queryLength, special, seed, tokenDropout = NO_DROPOUT } = this.#options;
    const random = new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ this.#batches++);
    const { items, length: documentLength } = this.#picker.next();
    const pairs = items.map((item) => this.#data.pairs[item]!);
    const { store } = this.#data;
    const block = (indices: number[], length: number, dropped: number) =>
      packBlock(
        indices.map((index) => dropTokens(store.get(index), dropped, special, random)),
        length,
        special.pad,
      );
    const negatives = this.#hasNegatives
      ? pairs.map(({ negatives: all }) => all[random.nextBelow(all.length)]!)
      : [];
    return {
      queries: block(
        pairs.map(({ query }) => query),
        queryLength,
        tokenDropout.query,
      ),
      documents: block(
        pairs.map(({ positive }) => positive),
        documentLength,
        tokenDropout.document,
      ),
      negatives: block(negatives, documentLength, tokenDropout.document),
    };
  }

  position(): OwnPairPosition {
    return { cycle: this.#picker.position(), batches: this.#batches };
  }
}

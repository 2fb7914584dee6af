/** Chinese sentence pairs with labels, for supervised training (CoSENT). One batch comes from one set. */
import { join } from "node:path";
import type { WordPieceTokenizer } from "@cool-papers/text";
import { type BatchPicker, batchPicker } from "./bucketed-cycle.ts";
import { DataError } from "./data-error.ts";
import type { HeldOutGuard } from "./held-out.ts";
import { readOwnRows } from "./own-pairs.ts";
import type { CyclePosition } from "./shuffled-cycle.ts";
import { packBlock, type TokenBlock, TokenStore } from "./token-store.ts";
import { readTsv } from "./tsv.ts";

/** Training files under zh/. */
export const GRADED_TRAINING_FILES = ["ATEC/train_part", "AFQMC/train", "STS-B/train"] as const;

interface GradedPair {
  readonly left: number;
  readonly right: number;
  readonly label: number;
}

export interface GradedCorpus {
  readonly store: TokenStore;
  readonly sets: readonly (readonly GradedPair[])[];
  /** Of your own file; null: none. */
  readonly paraphrases: readonly GradedPair[] | null;
}

export interface GradedCorpusOptions {
  readonly dataDir: string;
  readonly tokenizer: WordPieceTokenizer;
  readonly guard: HeldOutGuard;
  readonly maxLength: number;
  /**
   * File of lines as own-pairs.ts reads them, a query and its positive being more alike than a query and a negative;
   * null: none
   */
  readonly paraphrasesPath: string | null;
}

/** Pairs whose sentences are both allowed. @throws DataError for a label that is no number, or a file without negatives */
export async function loadGradedPairs(options: GradedCorpusOptions): Promise<GradedCorpus> {
  const { dataDir, tokenizer, guard, maxLength, paraphrasesPath } = options;
  const store = new TokenStore();
  const sets: GradedPair[][] = [];
  const add = (text: string) => {
    guard.assertAllowed({ text });
    return store.add(tokenizer.encode(text, { maxLength }).ids);
  };
  for (const file of GRADED_TRAINING_FILES) {
    const pairs: GradedPair[] = [];
    const path = join(dataDir, "zh", `${file}.tsv.gz`);
    for await (const { a, b, label } of readTsv(path)) {
      if (label === "" || !Number.isFinite(Number(label)))
        throw new DataError(`${path} has the label ${JSON.stringify(label)}, not a number.`);
      if (!guard.allows({ text: a! }) || !guard.allows({ text: b! })) continue;
      pairs.push({ left: add(a!), right: add(b!), label: Number(label) });
    }
    sets.push(pairs);
  }
  const paraphrases = paraphrasesPath === null ? null : await readParaphrases(paraphrasesPath, guard, add);
  return { store, sets, paraphrases };
}

async function readParaphrases(
  path: string,
  guard: HeldOutGuard,
  add: (text: string) => number,
): Promise<GradedPair[]> {
  const pairs: GradedPair[] = [];
  let unlike = 0;
  for await (const { query, positive, negatives } of readOwnRows(path, guard)) {
    const left = add(query);
    pairs.push({ left, right: add(positive), label: 1 });
    for (const text of negatives) {
      pairs.push({ left, right: add(text), label: 0 });
      unlike++;
    }
  }
  if (unlike === 0)
    throw new DataError(
      `${path} has no negatives: pairs can be ordered only where some are less alike than others.`,
    );
  return pairs;
}

export interface GradedBatch {
  readonly left: TokenBlock;
  readonly right: TokenBlock;
  /** [rows] higher is more alike; comparable within the batch only */
  readonly labels: Float32Array;
}

export interface GradedPosition {
  readonly cycles: readonly CyclePosition[];
  readonly batches: number;
}

export interface GradedBatchOptions {
  readonly pairs: number;
  readonly length: number;
  /** Shorter lengths for batches of short sentences (bucketed-cycle.ts). */
  readonly lengthBuckets?: readonly number[] | undefined;
  readonly padId: number;
}

/** Endless batches, the sets taking turns; where there are paraphrases, every other batch is of those. */
export class GradedBatches {
  readonly #corpus: GradedCorpus;
  readonly #options: GradedBatchOptions;
  /** The sets, paraphrases last. */
  readonly #sets: readonly (readonly GradedPair[])[];
  readonly #pickers: readonly BatchPicker[];
  #batches: number;

  constructor(
    corpus: GradedCorpus,
    options: GradedBatchOptions & { readonly seed: number },
    position?: GradedPosition,
  ) {
    this.#corpus = corpus;
    this.#options = options;
    const lengthOf = (index: number) => corpus.store.get(index).length;
    this.#sets = corpus.paraphrases ? [...corpus.sets, corpus.paraphrases] : corpus.sets;
    this.#pickers = this.#sets.map((set, i) => {
      const lengths = set.map(({ left, right }) => Math.max(lengthOf(left), lengthOf(right)));
      const picker = { lengths, count: options.pairs, maxLength: options.length };
      return batchPicker(
        { ...picker, buckets: options.lengthBuckets, seed: options.seed * 31 + i },
        position?.cycles[i],
      );
    });
    this.#batches = position?.batches ?? 0;
  }

  next(): GradedBatch {
    const { padId } = this.#options;
    const turn = this.#turn(this.#batches++);
    const { items, length } = this.#pickers[turn]!.next();
    const pairs = items.map((item) => this.#sets[turn]![item]!);
    const block = (side: "left" | "right") =>
      packBlock(
        pairs.map((pair) => this.#corpus.store.get(pair[side])),
        length,
        padId,
      );
    return {
      left: block("left"),
      right: block("right"),
      labels: Float32Array.from(pairs, ({ label }) => label),
    };
  }

  #turn(batch: number): number {
    const { sets, paraphrases } = this.#corpus;
    if (paraphrases === null) return batch % sets.length;
    return batch % 2 === 0 ? sets.length : ((batch - 1) / 2) % sets.length;
  }

  position(): GradedPosition {
    return { cycles: this.#pickers.map((picker) => picker.position()), batches: this.#batches };
  }
}

/** Chinese sentence pairs with labels, for supervised training (CoSENT). One batch comes from one set. */
import { join } from "node:path";
import type { WordPieceTokenizer } from "@cool-papers/text";
import { DataError } from "./data-error.ts";
import type { HeldOutGuard } from "./held-out.ts";
import { type CyclePosition, ShuffledCycle } from "./shuffled-cycle.ts";
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
}

/** Pairs whose sentences are both allowed. @throws DataError for a label that is no number */
export async function loadGradedPairs(
  dataDir: string,
  tokenizer: WordPieceTokenizer,
  guard: HeldOutGuard,
  maxLength: number,
): Promise<GradedCorpus> {
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
  return { store, sets };
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

/** Endless batches, the sets taking turns. */
export class GradedBatches {
  readonly #corpus: GradedCorpus;
  readonly #options: { readonly pairs: number; readonly length: number; readonly padId: number };
  readonly #cycles: readonly ShuffledCycle[];
  #batches: number;

  constructor(
    corpus: GradedCorpus,
    options: {
      readonly pairs: number;
      readonly length: number;
      readonly padId: number;
      readonly seed: number;
    },
    position?: GradedPosition,
  ) {
    this.#corpus = corpus;
    this.#options = options;
    this.#cycles = corpus.sets.map(
      (set, i) => new ShuffledCycle(set.length, options.seed * 31 + i, position?.cycles[i]),
    );
    this.#batches = position?.batches ?? 0;
  }

  next(): GradedBatch {
    const { pairs: count, length, padId } = this.#options;
    const turn = this.#batches++ % this.#cycles.length;
    const pairs = Array.from({ length: count }, () => this.#corpus.sets[turn]![this.#cycles[turn]!.next()]!);
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

  position(): GradedPosition {
    return { cycles: this.#cycles.map((cycle) => cycle.position()), batches: this.#batches };
  }
}

import type { BatchComposition } from "./data/distillation-batches.ts";
import type { PairBatchOptions } from "./data/pair-batches.ts";
import type { EncoderConfig } from "./models/encoder-config.ts";
import type { DistillationOptions } from "./models/objectives/index.ts";
import type { Optimizer } from "./optim/index.ts";

/** What every recipe says about the run itself. */
export interface RunRecipe {
  /** One sentence for `--help` and the log. */
  readonly description: string;
  readonly optimizer: () => Optimizer;
  readonly learningRate: {
    readonly peak: number;
    readonly warmupSteps: number;
    readonly totalSteps: number;
    /** Rate at totalSteps. */
    readonly floor: number;
  };
  /** Null: no clipping. */
  readonly maxGradientNorm: number | null;
  /** Parameters that stay as they are. */
  readonly frozen: readonly string[];
  readonly seed: number;
}

/** Training against the vectors of two teachers. Files under recipes/ export one of these as default. */
export interface DistillRecipe extends RunRecipe {
  readonly kind: "distill";
  /** What differs from the student's defaults (models/encoder-config.ts). */
  readonly model: Partial<Omit<EncoderConfig, "vocabSize">>;
  readonly loss: Omit<DistillationOptions, "config">;
  readonly batch: {
    readonly composition: BatchComposition;
    /** Tokens of a title or sentence, and of a document, special tokens included. */
    readonly shortLength: number;
    readonly longLength: number;
    /** Share of titles that stand within a question. */
    readonly questionShare: number;
  };
  /** Contrastive training on the pairs within papers, beside the distillation; null: none. */
  readonly contrast: {
    readonly weight: number;
    /** 1 / temperature */
    readonly scale: number;
    readonly batch: Omit<PairBatchOptions, "seed">;
  } | null;
}

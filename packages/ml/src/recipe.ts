import type { BatchComposition } from "./data/distillation-batches.ts";
import type { DistillationOptions } from "./models/distillation-task.ts";
import type { EncoderConfig } from "./models/encoder-config.ts";
import type { Optimizer } from "./optim/index.ts";

/** Training against the vectors of two teachers. Files under recipes/ export one of these as default. */
export interface DistillRecipe {
  readonly kind: "distill";
  /** One sentence for `--help` and the log. */
  readonly description: string;
  /** What differs from the student's defaults (models/encoder-config.ts). */
  readonly model: Partial<Omit<EncoderConfig, "vocabSize">>;
  readonly loss: Omit<DistillationOptions, "config">;
  readonly batch: {
    readonly composition: BatchComposition;
    /** Tokens of a title or sentence, and of a document, special tokens included. */
    readonly shortLength: number;
    readonly longLength: number;
  };
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

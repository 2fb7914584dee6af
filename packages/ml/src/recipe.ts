import type { ClassificationTask } from "./data/classified-pairs.ts";
import type { BatchComposition } from "./data/distillation-batches.ts";
import type { TokenDropout } from "./data/drop-tokens.ts";
import type { PairBatchOptions } from "./data/pair-batches.ts";
import type { SegmentBatchOptions } from "./data/segment-batches.ts";
import type { EncoderConfig } from "./models/encoder-config.ts";
import type {
  DistillationOptions,
  LateInteractionOptions,
  RoFormerSimOptions,
} from "./models/objectives/index.ts";
import type { LoraConfig } from "./nn/index.ts";
import type { Optimizer } from "./optim/index.ts";
import type { EarlyStopOptions } from "./train/index.ts";

/** The commands that train; each runs the recipes made for it. */
export type TrainingVerb = "pretrain" | "distill" | "finetune";

/** Two teachers' vectors. */
export interface DistilPart {
  readonly weight: number;
  readonly loss: Omit<DistillationOptions, "config">;
  readonly composition: BatchComposition;
  /** Tokens of a title or sentence, and of a document, special tokens included. */
  readonly shortLength: number;
  readonly longLength: number;
  /** Share of titles that stand within a question. */
  readonly questionShare: number;
}

/** InfoNCE on the pairs within papers. */
export interface ContrastPart {
  readonly weight: number;
  /** 1 / temperature */
  readonly scale: number;
  /** Default infoNce; see `ContrastiveOptions`. */
  readonly form?: "infoNce" | "flatNce";
  /** Prefixes of the vector that are compared as well (Matryoshka); none when left out. */
  readonly matryoshkaDims?: readonly number[];
  /** Share of the target that is the softmax of `--teacher` over the batch; see `ContrastiveOptions`. None when left out. */
  readonly teacherShare?: number;
  readonly batch: Omit<PairBatchOptions, "seed">;
  /** Batches that are compared as one (gradient caching), 1 when left out: more negatives in the same memory. */
  readonly virtualBatches?: number;
}

/** CoSENT on labelled Chinese sentence pairs. */
export interface GradedPart {
  readonly weight: number;
  readonly scale: number;
  readonly pairs: number;
  readonly length: number;
  /** Lengths below `length` for batches of short sentences: less padding, one more graph each. */
  readonly lengthBuckets?: readonly number[];
  /** Every other batch comes from the file of `--paraphrases` (`ml sentences` writes one). */
  readonly hasParaphrases?: boolean;
}

/** RoFormer-Sim's supervised stage: softmax over [u; v; |u − v|], each row over the classes of its own task. */
export interface ClassifiedPart {
  readonly weight: number;
  readonly pairs: number;
  readonly length: number;
  readonly tasks: readonly ClassificationTask[];
}

/** InfoNCE on a file of one's own (`--pairs`). */
export interface OwnPart {
  readonly weight: number;
  readonly scale: number;
  /** As in `ContrastPart`. */
  readonly form?: "infoNce" | "flatNce";
  /** As in `ContrastPart`. */
  readonly matryoshkaDims?: readonly number[];
  readonly pairs: number;
  readonly queryLength: number;
  readonly documentLength: number;
  /** As in `PairBatchOptions`. */
  readonly tokenDropout?: TokenDropout;
  /** As in `GradedPart`, for documents. */
  readonly lengthBuckets?: readonly number[];
  /** As in `ContrastPart`. */
  readonly virtualBatches?: number;
}

/** RoFormer-Sim's first two stages: seq2seq loss, and contrastive loss or the cosines of a teacher, on one batch. */
export interface SegmentsPart {
  readonly weight: number;
  /** The second stage: `--teacher` in place of the contrastive loss. */
  readonly hasTeacher?: boolean;
  readonly loss: Omit<RoFormerSimOptions, "config">;
  readonly batch: Omit<SegmentBatchOptions, "seed" | "segment">;
}

/** Tokens compared with tokens, for a model that reranks: the pairs within papers, a query among the texts of its chunk. */
export interface LatePart extends Omit<LateInteractionOptions, "config" | "group"> {
  readonly weight: number;
  /** All papers of a chunk have a query; `parallelPairs` make whole chunks as well. */
  readonly batch: Omit<PairBatchOptions, "seed" | "askedPerChunk">;
}

/** What is trained at once; the losses are added with their weights. */
export interface RecipeParts {
  readonly distil?: DistilPart;
  readonly contrast?: ContrastPart;
  readonly graded?: GradedPart;
  readonly classified?: ClassifiedPart;
  readonly own?: OwnPart;
  readonly segments?: SegmentsPart;
  readonly late?: LatePart;
}

/** An adapter and what is trained beside it. */
export interface LoraRecipe extends LoraConfig {
  /** Further parameters that are trained, by name. */
  readonly alsoTrained?: readonly string[];
}

/** A training run. Files under recipes/ export one of these as default. */
export interface Recipe {
  readonly verb: TrainingVerb;
  /** One sentence for `--help` and the log. */
  readonly description: string;
  /** What differs from the student's defaults (models/encoder-config.ts). */
  readonly model: Partial<Omit<EncoderConfig, "vocabSize">>;
  readonly parts: RecipeParts;
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
  /**
   * Only the rows of these tokens move, in the table and in the weights of pooling. The texts of a bag that have none of them,
   * such as English ones, keep their vectors to the last bit. `addedFrom`: the pieces from this id on, which `extend-vocab`
   * added.
   */
  readonly trainedTokens?: "chinese" | { readonly addedFrom: number };
  /** Trains low-rank adapters beside the weights of `--from`, which stay as they are; merged when the model is read. */
  readonly lora?: LoraRecipe;
  /** Batches whose mean gradient makes one step; 1 when left out. */
  readonly gradAccumSteps?: number;
  /** Steps in a row without a number as loss or gradient, after which the run ends; 10 when left out. */
  readonly maxBadSteps?: number;
  /** Ends the run when a metric no longer falls; never when left out. */
  readonly earlyStop?: EarlyStopOptions;
  readonly seed: number;
}

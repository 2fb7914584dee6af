import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";

/** RoFormer-Sim's first stage as published, on pairs within papers, at the tiny size. */
export default {
  verb: "pretrain",
  description: "RoFormer-Sim stage 1 (UniLM seq2seq + contrastive, half of the sources corrupted), tiny size",
  model: {
    hiddenSize: 256,
    numHiddenLayers: 4,
    numAttentionHeads: 4,
    intermediateSize: 1024,
    typeVocabSize: 2,
    pooling: "cls",
    hasZeroInitResidual: false,
    hiddenDropout: 0.1,
    attentionDropout: 0.1,
  },
  parts: {
    segments: {
      weight: 1,
      loss: { contrastiveScale: 20, distillationScale: 100 },
      batch: { pairs: 32, maxTextTokens: 40, predictions: 1024, corruptedShare: 0.5 },
    },
  },
  optimizer: () => new AdamW({ weightDecay: 0.01 }),
  learningRate: { peak: 2e-4, warmupSteps: 1000, totalSteps: 50_000, floor: 0 },
  maxGradientNorm: 1,
  frozen: [],
  seed: 6,
} satisfies Recipe;

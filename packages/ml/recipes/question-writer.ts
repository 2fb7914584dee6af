import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";

/**
 * The generative half of stage e: from a title or a sentence of a paper, the question that rules make of another sentence
 * of it (UniLM), beside the contrastive loss that keeps the encoder half. Begins with the layers of a tiny model
 * (--from); `npm run ml -- questions` has it write (docs/log/2026-11-29-wide.md).
 */
export default {
  verb: "pretrain",
  description: "Learns to write questions about a paper from its title, tiny size; for `questions`",
  model: {
    hiddenSize: 256,
    numHiddenLayers: 4,
    numAttentionHeads: 4,
    intermediateSize: 1024,
    typeVocabSize: 2,
    hasZeroInitResidual: false,
  },
  parts: {
    segments: {
      weight: 1,
      loss: { contrastiveScale: 20, distillationScale: 100 },
      batch: { pairs: 48, maxTextTokens: 36, predictions: 1536, corruptedShare: 0.2, questionShare: 0.9 },
    },
  },
  optimizer: () => new AdamW({ weightDecay: 0.01 }),
  learningRate: { peak: 5e-4, warmupSteps: 100, totalSteps: 1200, floor: 0 },
  maxGradientNorm: 1,
  frozen: [],
  seed: 23,
} satisfies Recipe;

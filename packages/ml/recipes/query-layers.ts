import { AdamW, slowerOutsideLayers } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import wide from "./bag-wide.ts";

/**
 * RoFormer layers for queries alone, on top of the wide bag that goes on reading documents (`hasBagDocuments`): a step sees
 * 576 queries among 2,016 documents, some half of which the bag finds near each other (docs/log/2026-11-29-wide.md).
 */
export default {
  ...wide,
  description:
    "Two RoFormer layers (H384 A6) that read queries; documents stay a bag's (--from, --near-model: the wide bag)",
  model: {
    hiddenSize: 384,
    numHiddenLayers: 2,
    numAttentionHeads: 6,
    intermediateSize: 1536,
    hasLocalHeads: true,
    hasBagDocuments: true,
    initializerStd: 0.051,
  },
  parts: {
    distil: {
      ...wide.parts.distil,
      composition: { papers: 16, titles: 40, parallel: 8, chinese: 64 },
      shortLength: 24,
    },
    contrast: {
      ...wide.parts.contrast,
      batch: {
        ...wide.parts.contrast.batch,
        parallelPairs: 96,
        askedPerChunk: 16,
        queryLength: 40,
        mixture: { title: 0.25, question: 0.1, sentence: 0.25, sentenceQuestion: 0.35, codeSwitched: 0.05 },
      },
    },
  },
  optimizer: () => new AdamW({ weightDecay: 0.01, policy: slowerOutsideLayers(0.1) }),
  learningRate: { peak: 6e-4, warmupSteps: 40, totalSteps: 560, floor: 0 },
  maxGradientNorm: 1,
  frozen: [],
  seed: 24,
} satisfies Recipe;

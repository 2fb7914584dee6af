import { AdamW, slowerOutsideLayers } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";

/**
 * Stage 3a: the first two RoFormer layers, beginning as the identity, on short texts, where a step is cheap and word order
 * counts. Teachers alone: the gradient of labelled pairs is so noisy that beside it the layers did not learn (docs/log/2026-11-28-layers.md).
 */
export default {
  verb: "distill",
  description: "Two RoFormer layers (H256 A4) on top of the trained bag: titles and Chinese sentences first",
  model: {
    hiddenSize: 256,
    numHiddenLayers: 2,
    numAttentionHeads: 4,
    intermediateSize: 1024,
    hasLocalHeads: true,
    initializerStd: 0.0625,
  },
  parts: {
    distil: {
      weight: 1,
      loss: {
        headWeightM: 1,
        headWeightE: 2,
        similarityScale: 100,
        teacherShareM: 0.35,
        matryoshkaDims: [64, 128],
      },
      composition: { papers: 12, titles: 112, parallel: 6, chinese: 128 },
      shortLength: 20,
      longLength: 96,
      questionShare: 0.2,
    },
  },
  optimizer: () => new AdamW({ weightDecay: 0.01, policy: slowerOutsideLayers(0.1) }),
  learningRate: { peak: 1e-3, warmupSteps: 200, totalSteps: 3600, floor: 1e-6 },
  maxGradientNorm: 1,
  frozen: [],
  seed: 3,
} satisfies Recipe;

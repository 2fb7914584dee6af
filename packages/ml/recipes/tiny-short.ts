import { AdamW, DEFAULT_POLICY } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";

/** Stage 3a: four RoFormer layers that begin as the identity, on short texts, where a step is cheap and word order counts. */
export default {
  verb: "distill",
  description: "RoFormer-Sim tiny (L4 H256 A4) on top of the trained bag: titles and Chinese sentences first",
  model: { hiddenSize: 256, numHiddenLayers: 4, numAttentionHeads: 4, intermediateSize: 1024 },
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
      shortLength: 24,
      longLength: 96,
      questionShare: 0.2,
    },
    graded: { weight: 0.1, scale: 20, pairs: 64, length: 24 },
  },
  optimizer: () =>
    new AdamW({
      weightDecay: 0.01,
      // The bag is trained already: its embeddings, and the rare ones first of all, would be shaken by the layers' rate.
      policy: { ...DEFAULT_POLICY, rateScale: (name) => (name.startsWith("layers.") ? 1 : 0.1) },
    }),
  learningRate: { peak: 6e-4, warmupSteps: 150, totalSteps: 1800, floor: 1.5e-4 },
  maxGradientNorm: 1,
  frozen: [],
  seed: 3,
} satisfies Recipe;

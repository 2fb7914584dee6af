import { EMBEDDING_NORM_PARAMETERS } from "../src/models/encoder-config.ts";
import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";

/** Stage 1: a weighted bag of normalised token embeddings learns the teachers' vectors and their similarities. */
export default {
  verb: "distill",
  description:
    "Bag of token embeddings, width 256, distilled from both teachers; the start of every deeper model",
  model: { hiddenSize: 256, numHiddenLayers: 0, numAttentionHeads: 4, initializerStd: 0.05 },
  parts: {
    distil: {
      weight: 1,
      loss: { headWeightM: 1, headWeightE: 1, similarityScale: 100, teacherShareM: 0.4 },
      composition: { papers: 64, titles: 40, parallel: 24, chinese: 40 },
      shortLength: 28,
      longLength: 112,
      questionShare: 0.2,
    },
  },
  optimizer: () => new AdamW({ weightDecay: 0 }),
  learningRate: { peak: 2e-3, warmupSteps: 100, totalSteps: 3000, floor: 1e-4 },
  maxGradientNorm: null,
  frozen: [...EMBEDDING_NORM_PARAMETERS],
  seed: 1,
} satisfies Recipe;

import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";

/** Stage 3: four RoFormer layers that begin as the identity on top of the trained bag. */
export default {
  verb: "distill",
  description: "RoFormer-Sim tiny (L4 H256 A4) on top of the trained bag, teachers and pairs together",
  model: {
    hiddenSize: 256,
    numHiddenLayers: 4,
    numAttentionHeads: 4,
    intermediateSize: 1024,
  },
  parts: {
    distil: {
      weight: 1,
      loss: {
        headWeightM: 1,
        headWeightE: 1,
        similarityScale: 100,
        teacherShareM: 0.4,
        matryoshkaDims: [128],
      },
      composition: { papers: 16, titles: 12, parallel: 8, chinese: 20 },
      shortLength: 28,
      longLength: 96,
      questionShare: 0.3,
    },
    contrast: {
      weight: 0.2,
      scale: 20,
      batch: {
        pairs: 48,
        parallelPairs: 8,
        chunk: 8,
        queryLength: 28,
        documentLength: 96,
        mixture: { title: 0.25, question: 0.3, sentence: 0.3, codeSwitched: 0.15 },
      },
    },
    graded: { weight: 0.05, scale: 20, pairs: 24, length: 28 },
  },
  optimizer: () => new AdamW({ weightDecay: 0.01 }),
  learningRate: { peak: 2e-4, warmupSteps: 200, totalSteps: 12_000, floor: 1e-5 },
  maxGradientNorm: 1,
  frozen: [],
  seed: 3,
} satisfies Recipe;

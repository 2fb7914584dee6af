import { EMBEDDING_NORM_PARAMETERS } from "../src/models/encoder-config.ts";
import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";

/** Stage 2: from the distilled bag; the pairs within 260,000 papers are added to the teachers. */
export default {
  verb: "distill",
  description:
    "The distilled bag goes on with pairs within papers (titles, questions, sentences, two languages) and labelled Chinese",
  model: { hiddenSize: 256, numHiddenLayers: 0, numAttentionHeads: 4, initializerStd: 0.05 },
  parts: {
    distil: {
      weight: 1,
      loss: { headWeightM: 1, headWeightE: 1, similarityScale: 100, teacherShareM: 0.4 },
      composition: { papers: 48, titles: 24, parallel: 20, chinese: 40 },
      shortLength: 28,
      longLength: 112,
      questionShare: 0.3,
    },
    contrast: {
      weight: 0.2,
      scale: 20,
      batch: {
        pairs: 96,
        parallelPairs: 16,
        chunk: 8,
        queryLength: 28,
        documentLength: 112,
        mixture: { title: 0.25, question: 0.3, sentence: 0.3, codeSwitched: 0.15 },
      },
    },
    graded: { weight: 0.05, scale: 20, pairs: 32, length: 28 },
  },
  optimizer: () => new AdamW({ weightDecay: 0 }),
  learningRate: { peak: 1e-3, warmupSteps: 100, totalSteps: 2400, floor: 5e-5 },
  maxGradientNorm: null,
  frozen: [...EMBEDDING_NORM_PARAMETERS],
  seed: 2,
} satisfies Recipe;

import { AdamW, slowerOutsideLayers } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import short from "./tiny-short.ts";

/** Stage 3b: four layers, the last two beginning as the identity, on documents and pairs as well. */
export default {
  ...short,
  description:
    "RoFormer-Sim tiny (L4 H256 A4) from two trained layers: teachers, documents and pairs together",
  model: { ...short.model, numHiddenLayers: 4 },
  parts: {
    distil: {
      ...short.parts.distil,
      composition: { papers: 20, titles: 52, parallel: 6, chinese: 72 },
      longLength: 112,
      questionShare: 0.3,
    },
    contrast: {
      weight: 0.5,
      scale: 25,
      matryoshkaDims: [64, 128],
      batch: {
        pairs: 128,
        parallelPairs: 16,
        chunk: 16,
        queryLength: 28,
        documentLength: 144,
        mixture: { title: 0.45, question: 0.2, sentence: 0.25, codeSwitched: 0.1 },
      },
    },
  },
  optimizer: () => new AdamW({ weightDecay: 0.01, policy: slowerOutsideLayers(0.2) }),
  learningRate: { peak: 6e-4, warmupSteps: 100, totalSteps: 1860, floor: 1e-6 },
  seed: 12,
} satisfies Recipe;

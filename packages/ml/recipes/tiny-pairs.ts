import { AdamW, slowerOutsideLayers } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import distill from "./tiny-distill.ts";

/** Stage 3c: the four-layer model on 512 pairs a batch, 64 papers of a field side by side. */
export default {
  ...distill,
  description: "RoFormer-Sim tiny goes on with batches of 512 pairs, 64 papers of a field side by side",
  parts: {
    distil: distill.parts.distil,
    contrast: {
      ...distill.parts.contrast,
      weight: 1,
      batch: {
        ...distill.parts.contrast.batch,
        pairs: 512,
        parallelPairs: 64,
        chunk: 64,
        queryLength: 24,
        documentLength: 128,
        mixture: { title: 0.5, question: 0.2, sentence: 0.2, codeSwitched: 0.1 },
      },
    },
  },
  optimizer: () => new AdamW({ weightDecay: 0.01, policy: slowerOutsideLayers(0.5) }),
  learningRate: { peak: 4e-4, warmupSteps: 60, totalSteps: 1000, floor: 1e-6 },
  seed: 13,
} satisfies Recipe;

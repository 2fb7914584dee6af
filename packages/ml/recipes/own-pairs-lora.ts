import { AdamW } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import ownPairs from "./own-pairs.ts";

/** As own-pairs, for few pairs: the model stays as it is, adapters of rank 8 learn, against four batches' documents. */
export default {
  ...ownPairs,
  description: "Your own pairs (--pairs) by low-rank adapters beside --from, in virtual batches of 128 pairs",
  parts: {
    own: { weight: 1, scale: 20, pairs: 32, queryLength: 32, documentLength: 128, virtualBatches: 4 },
  },
  lora: { rank: 8, alpha: 16, layers: "^layers\\..*\\.(query|value)$" },
  earlyStop: { metric: "own/loss", windowSteps: 50, patience: 3, minImprovement: 0.001 },
  optimizer: () => new AdamW({ weightDecay: 0 }),
  learningRate: { peak: 1e-3, warmupSteps: 50, totalSteps: 1000, floor: 0 },
} satisfies Recipe;

import { AdamW, slowerOutsideLayers } from "../src/optim/index.ts";
import type { Recipe } from "../src/recipe.ts";
import match from "./token-match.ts";

/** A query's tokens are read by two layers before they are compared, those of documents as they are. */
export default {
  ...match,
  description:
    "Two RoFormer layers (H128 A4) read the tokens of queries for reranking (--from token-match, --near-model)",
  model: {
    hiddenSize: 128,
    numHiddenLayers: 2,
    numAttentionHeads: 4,
    intermediateSize: 512,
    hasLocalHeads: true,
    hasBagDocuments: true,
    initializerStd: 0.088,
  },
  parts: {
    late: {
      ...match.parts.late,
      batch: { ...match.parts.late.batch, tokenDropout: { query: 0.05, document: 0.3 } },
    },
  },
  optimizer: () => new AdamW({ weightDecay: 0.01, policy: slowerOutsideLayers(0.2) }),
  learningRate: { peak: 1e-3, warmupSteps: 100, totalSteps: 2400, floor: 0 },
  maxGradientNorm: 1,
  frozen: [],
  seed: 33,
} satisfies Recipe;

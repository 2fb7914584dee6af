import type { Recipe } from "../src/recipe.ts";
import pairs from "./tiny-pairs.ts";

/** Stage 3d: most of the pairs stand beside papers that the bag confuses them with (--near-model). */
export default {
  ...pairs,
  description:
    "RoFormer-Sim tiny goes on with 512 pairs a batch, most of them among papers that a bag finds near (--near-model)",
  parts: {
    ...pairs.parts,
    contrast: {
      ...pairs.parts.contrast,
      batch: { ...pairs.parts.contrast.batch, nearShare: 0.7 },
    },
  },
  learningRate: { peak: 4e-4, warmupSteps: 30, totalSteps: 760, floor: 1e-6 },
  seed: 14,
} satisfies Recipe;

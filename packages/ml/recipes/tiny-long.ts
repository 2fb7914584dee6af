import type { Recipe } from "../src/recipe.ts";
import near from "./tiny-near.ts";

/** Stage 3e: whole abstracts, which the stages before cut at 128 tokens; fewer pairs, so that a step costs the same. */
export default {
  ...near,
  description: "RoFormer-Sim tiny goes on with documents of 224 tokens, 320 pairs a batch (--near-model)",
  parts: {
    ...near.parts,
    contrast: {
      ...near.parts.contrast,
      batch: {
        ...near.parts.contrast.batch,
        pairs: 320,
        parallelPairs: 32,
        chunk: 48,
        documentLength: 224,
        mixture: { title: 0.55, question: 0.2, sentence: 0.15, codeSwitched: 0.1 },
      },
    },
  },
  learningRate: { peak: 3e-4, warmupSteps: 20, totalSteps: 440, floor: 1e-6 },
  seed: 15,
} satisfies Recipe;

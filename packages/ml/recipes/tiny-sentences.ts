import type { Recipe } from "../src/recipe.ts";
import long from "./tiny-long.ts";

/**
 * Stage 3f: half of the queries are sentences, of up to 48 tokens. With few of them the layers learned titles and fell
 * behind on what is put in other words, questions included (docs/log/2026-11-28-near-pairs.md).
 */
export default {
  ...long,
  description: "RoFormer-Sim tiny goes on with sentences as half of its queries (--near-model)",
  parts: {
    ...long.parts,
    contrast: {
      ...long.parts.contrast,
      batch: {
        ...long.parts.contrast.batch,
        queryLength: 48,
        documentLength: 192,
        nearShare: 0.5,
        mixture: { title: 0.25, question: 0.2, sentence: 0.5, codeSwitched: 0.05 },
      },
    },
  },
  learningRate: { peak: 3e-4, warmupSteps: 10, totalSteps: 100, floor: 1e-6 },
  seed: 16,
} satisfies Recipe;

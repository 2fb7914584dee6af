import type { Recipe } from "../src/recipe.ts";
import most from "./bag-most-dropout.ts";

/** Stage e with questions that the generative half wrote (`npm run ml -- questions`), given as --pairs. */
export default {
  ...most,
  description: "The wide bag goes on, with questions that the generative half wrote (--pairs, --near-model)",
  parts: {
    ...most.parts,
    own: {
      weight: 0.3,
      scale: 25,
      matryoshkaDims: [64, 128],
      pairs: 512,
      queryLength: 48,
      documentLength: 208,
      tokenDropout: { query: 0.3, document: 0.6 },
    },
  },
} satisfies Recipe;

import type { Recipe } from "../src/recipe.ts";
import wide from "./bag-wide.ts";

/** The wide bag on texts that lose some of their words in each step (docs/log/2026-11-29-dropout.md). */
export default {
  ...wide,
  description:
    "A bag of width 384 that begins with the one of 256, on texts that lose some words (--near-model)",
  parts: {
    ...wide.parts,
    contrast: {
      ...wide.parts.contrast,
      batch: { ...wide.parts.contrast.batch, tokenDropout: { query: 0.15, document: 0.3 } },
    },
  },
} satisfies Recipe;

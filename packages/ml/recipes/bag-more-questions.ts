import type { Recipe } from "../src/recipe.ts";
import questions from "./bag-questions.ts";

/** The same again for longer: known items still rose. */
export default {
  ...questions,
  description: "The bag goes on as in bag-questions (--near-model)",
  learningRate: { ...questions.learningRate, totalSteps: 300 },
  seed: 21,
} satisfies Recipe;

import { expect, test } from "vitest";
import { titleFactor } from "./title-beginnings.ts";

test("a title counts by whether it is, names, or begins with what was typed", () => {
  const name = titleFactor("BERT: Pre-training of Deep Bidirectional Transformers", "bert");
  const begins = titleFactor("BERT for coreference resolution", "bert");
  expect(name).toBeGreaterThan(begins);
  expect(begins).toBeGreaterThan(1);
  expect(titleFactor("BERT", "bert")).toBe(name);
  expect(titleFactor("Attention Is All You Need", "attention is all you need")).toBe(name);
  expect(titleFactor("Bertrand's paradox", "bert")).toBe(1);
  expect(titleFactor("Passage Re-ranking with BERT", "bert")).toBe(1);
  expect(titleFactor("Schölkopf's trick", "scholkopf")).toBe(begins);
});

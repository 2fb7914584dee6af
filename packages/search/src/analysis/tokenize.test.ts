import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tokenize } from "./tokenize.ts";

interface Token {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  readonly position: number;
  readonly joined: boolean;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  tokenize(text, (word, start, end, position, joined) => tokens.push({ word, start, end, position, joined }));
  return tokens;
}
const words = (text: string): string[] => tokensOf(text).map((token) => token.word);

describe("tokenize", () => {
  test.each([
    ["Deep Learning, today!", ["deep", "learning", "today"]],
    ["GPT-4", ["gpt", "gpt4", "4"]],
    ["pre-training", ["pre", "pretraining", "training"]],
    ["$k$-means", ["k", "kmeans", "means"]],
    ["state-of-the-art", ["state", "of", "the", "art"]],
    ["GPT-3.5-turbo", ["gpt", "gpt3.5", "3.5", "3.5turbo", "turbo"]],
    ["C++ and C# or c", ["c++", "and", "c#", "or", "c"]],
    ["3D $H_2O$", ["3d", "h", "2o"]],
    ["Schölkopf Łukasz straße naïve", ["scholkopf", "lukasz", "strasse", "naive"]],
    ["the model's users' O'Neil don’t", ["the", "model", "users", "oneil", "dont"]],
    ["深度学习 model", ["深", "度", "学", "习", "model"]],
    ["\\alpha-helix of $\\mathcal{O}(n)$", ["alpha", "helix", "of", "o", "n"]],
    ["\\emph{bold} \\textbf{words}", ["bold", "words"]],
    ["ﬁne 𝐀 ½", ["fine", "a", "1⁄2"]],
    ["2104.09864v5.", ["2104.09864v5"]],
    ["a--b - c", ["a", "b", "c"]],
    ["trailing- -leading", ["trailing", "leading"]],
    ["$", []],
    ["", []],
  ])("%s", (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  test("joined forms stand at the position of their first part and span both", () => {
    expect(tokensOf("a GPT-4 b").map(({ word, position, joined }) => [word, position, joined])).toEqual([
      ["a", 0, false],
      ["gpt", 1, false],
      ["gpt4", 1, true],
      ["4", 2, false],
      ["b", 3, false],
    ]);
    const joined = tokensOf("a GPT-4 b").find((token) => token.joined)!;
    expect("a GPT-4 b".slice(joined.start, joined.end)).toBe("GPT-4");
  });

  test("any text: offsets lie inside it, positions never fall, words are folded and not empty", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({
        unit: fc.constantFrom("a", "B", "-", "$", "\\", "{", "'", ".", "3", "深", "é", "+", " ", "\ud83e"),
      }),
    );
    fc.assert(
      fc.property(text, (source) => {
        let last = 0;
        for (const { word, start, end, position } of tokensOf(source)) {
          expect(word).not.toBe("");
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(source.length);
          expect(position).toBeGreaterThanOrEqual(last);
          last = position;
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

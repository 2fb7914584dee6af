import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { markTerms } from "./mark.ts";

const marked = (text: string, terms: readonly string[]): string[] =>
  markTerms(text, terms)
    .filter((segment) => segment.marked)
    .map((segment) => segment.text);

describe("markTerms", () => {
  test("marks every form of a word, whatever its case and accents", () => {
    expect(marked("Images of an image; Imaging.", ["images"])).toEqual(["Images", "image", "Imaging"]);
    expect(marked("Bernhard Schölkopf", ["scholkopf"])).toEqual(["Schölkopf"]);
    expect(marked("imagination", ["image"])).toEqual([]);
  });

  test("never cuts a formula: it is marked whole or not at all", () => {
    expect(marked("fast $k$-means here", ["kmeans"])).toEqual(["$k$-means"]);
    expect(marked("the $\\text{loss} = x$ term", ["loss"])).toEqual(["$\\text{loss} = x$"]);
    expect(marked("cost \\$5 loss and $unclosed loss", ["loss"])).toEqual(["loss", "loss"]);
    expect(marked("$$a$$ loss $$b$$", ["loss"])).toEqual(["loss"]);
  });

  test("marks Chinese words character by character, joined", () => {
    expect(marked("我们的深度学习方法", ["深", "度", "学", "习"])).toEqual(["深度学习"]);
  });

  test("without terms or matches the text comes back unmarked, and nothing gives nothing", () => {
    expect(markTerms("plain", [])).toEqual([{ text: "plain", marked: false }]);
    expect(markTerms("plain", ["other"])).toEqual([{ text: "plain", marked: false }]);
    expect(markTerms("", ["other"])).toEqual([]);
  });

  test("the segments of any text join to it again and alternate", () => {
    const text = fc.string({ unit: fc.constantFrom("loss", "$", " ", "\\", "-", "x", "深", "{", "é") });
    fc.assert(
      fc.property(text, fc.array(fc.constantFrom("loss", "x", "深", "$")), (source, terms) => {
        const segments = markTerms(source, terms);
        expect(segments.map((segment) => segment.text).join("")).toBe(source);
        expect(segments.every((segment) => segment.text !== "")).toBe(true);
        segments.forEach((segment, at) => {
          if (at > 0) expect(segment.marked).not.toBe(segments[at - 1]!.marked);
        });
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("what it is made of runs in a browser: nothing of Node is imported or used, also not indirectly", () => {
    const seen = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const source = readFileSync(file, "utf8");
      expect(source).not.toMatch(/\b(Buffer|process)\b/);
      for (const [, specifier = ""] of source.matchAll(/from\s"([^"]+)"/g)) {
        expect(specifier).toMatch(/^\.\.?\//);
        visit(join(dirname(file), specifier));
      }
    };
    visit(join(import.meta.dirname, "mark.ts"));
    expect(seen.size).toBeGreaterThan(2);
  });
});

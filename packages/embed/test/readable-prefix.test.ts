import fc from "fast-check";
import { expect, test } from "vitest";
import { readablePrefix } from "../src/inference/readable-prefix.ts";
import { TOKENIZER } from "./random-bundle.ts";

const PIECES = ["图", "神", "豈", "𠀀", "graphs", " ", "́", "。", "[MASK]", "ΑΣ", "か", "\u0000"];

test("the prefix of a text has the same first tokens as the whole", () => {
  const texts = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 12 }), (text, tokens) => {
      const maxLength = tokens + 2;
      const prefix = readablePrefix(text, tokens);
      expect(TOKENIZER.encode(prefix, { maxLength }).ids).toEqual(TOKENIZER.encode(text, { maxLength }).ids);
    }),
  );
});

test("of a megabyte of ideographs only as many are kept as tokens are asked for", () => {
  expect(readablePrefix("图".repeat(350_000), 30)).toBe("图".repeat(30));
});

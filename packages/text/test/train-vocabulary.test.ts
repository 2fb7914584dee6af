import { describe, expect, test } from "vitest";
import { SPECIAL_TOKENS, splitWords, trainVocabulary, WordCounter } from "../src/index.ts";

const options = { minCharacterCount: 1, minPairCount: 2 };

describe("vocabulary training", () => {
  test("merges by hand: the most frequent pair first, counts follow each merge", () => {
    // ab ×5, abc ×3, bc ×4. Pairs: a+##b 8, b+##c 4, ##b+##c 3. After merging a+##b, ab+##c has 3.
    const counts = new Map([
      ["ab", 5],
      ["abc", 3],
      ["bc", 4],
    ]);
    const pieces = trainVocabulary(counts, { ...options, vocabSize: 100 });
    expect(pieces).toEqual([...SPECIAL_TOKENS, "##b", "##c", "a", "b", "ab", "bc", "abc"]);
  });

  test("repeated characters merge without overlap", () => {
    const pieces = trainVocabulary(new Map([["aaaaa", 4]]), { ...options, vocabSize: 100 });
    expect(pieces.slice(5)).toEqual(["##a", "a", "##aa", "##aaaa", "aaaaa"]);
  });

  test("ideographs are single pieces and never merge", () => {
    const counter = new WordCounter();
    for (let i = 0; i < 10; i++) counter.add("神经网络 network");
    const pieces = trainVocabulary(counter.counts, { ...options, vocabSize: 100 });
    expect(pieces).toContain("神");
    expect(pieces).toContain("network");
    expect(pieces.filter((piece) => /\p{sc=Han}{2}/u.test(piece))).toEqual([]);
  });

  test("the order in which words were counted does not matter", () => {
    const words = splitWords(
      "the transformer transforms the transformed forms of the three theories of them all",
    );
    const count = (list: string[]) => {
      const counts = new Map<string, number>();
      for (const word of list) counts.set(word, (counts.get(word) ?? 0) + 1);
      return trainVocabulary(counts, { ...options, vocabSize: 60 });
    };
    expect(count([...words].reverse())).toEqual(count(words));
  });

  test("agrees with a direct recount of all pairs after every merge", () => {
    let state = 7;
    const random = () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
    const counts = new Map<string, number>();
    for (let i = 0; i < 200; i++) {
      const word = Array.from(
        { length: 1 + Math.floor(random() * 8) },
        () => "abcde"[Math.floor(random() * 5)],
      ).join("");
      counts.set(word, 1 + Math.floor(random() * 50));
    }
    expect(trainVocabulary(counts, { ...options, vocabSize: 120 })).toEqual(recountingTrainer(counts, 120));
  });

  test("refuses a size without room for the characters", () => {
    expect(() => trainVocabulary(new Map([["abc", 9]]), { ...options, vocabSize: 6 })).toThrow(/vocabSize 6/);
  });
});

/** The algorithm without any bookkeeping. */
function recountingTrainer(counts: Map<string, number>, vocabSize: number): string[] {
  const words = [...counts].map(([word, count]) => ({
    pieces: [...word].map((char, i) => (i === 0 ? char : `##${char}`)),
    count,
  }));
  const vocabulary = [...SPECIAL_TOKENS, ...[...new Set(words.flatMap((word) => word.pieces))].sort()];
  while (vocabulary.length < vocabSize) {
    const pairs = new Map<string, number>();
    for (const { pieces, count } of words) {
      for (let i = 1; i < pieces.length; i++) {
        const pair = `${pieces[i - 1]} ${pieces[i]}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + count);
      }
    }
    const ranked = [...pairs].sort(([a, m], [b, n]) => {
      const [al, ar] = a.split(" ") as [string, string];
      const [bl, br] = b.split(" ") as [string, string];
      return n - m || (al < bl ? -1 : al > bl ? 1 : ar < br ? -1 : 1);
    });
    const best = ranked[0];
    if (best === undefined || best[1] < 2) break;
    const [left, right] = best[0].split(" ") as [string, string];
    const merged = left + right.slice(2);
    if (!vocabulary.includes(merged)) vocabulary.push(merged);
    for (const word of words) {
      for (let i = 0; i + 1 < word.pieces.length; i++) {
        if (word.pieces[i] === left && word.pieces[i + 1] === right) word.pieces.splice(i, 2, merged);
      }
    }
  }
  return vocabulary;
}

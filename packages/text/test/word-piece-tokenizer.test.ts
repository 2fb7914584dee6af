import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { describe, expect, test } from "vitest";
import {
  readTokenizerJson,
  readVocabularyFile,
  SPECIAL_TOKENS,
  TokenizerError,
  trainVocabulary,
  WordCounter,
  WordPieceTokenizer,
  writeTokenizerJson,
  writeVocabularyFile,
} from "../src/index.ts";
import { HARD_LINES } from "./hard-lines.ts";

const vocabulary = [
  ...SPECIAL_TOKENS,
  ..."rotary position em ##bed ##ding ##s cafe , . ! 神 经 网 络 a ##a b (".split(" "),
];
const tokenizer = new WordPieceTokenizer(vocabulary);
const { cls, sep, unk } = tokenizer.special;

function trainedOn(lines: readonly string[], vocabSize: number): WordPieceTokenizer {
  const counter = new WordCounter();
  for (const line of lines) counter.add(line);
  return new WordPieceTokenizer(
    trainVocabulary(counter.counts, { vocabSize, minCharacterCount: 1, minPairCount: 2 }),
  );
}

function huggingFace(own: WordPieceTokenizer): HuggingFaceTokenizer {
  return new HuggingFaceTokenizer(JSON.parse(writeTokenizerJson(own)), {});
}

describe("encoding", () => {
  test("cuts words into the longest pieces from the left", () => {
    expect(tokenizer.tokenize("Rotary position embeddings.")).toEqual([
      ..."rotary position em ##bed ##ding ##s .".split(" "),
    ]);
  });

  test("strips accents, lower-cases, splits punctuation and ideographs", () => {
    expect(tokenizer.tokenize("CAFÉ,神经!")).toEqual(["cafe", ",", "神", "经", "!"]);
  });

  test("a word that cannot be cut is one [UNK]", () => {
    expect(tokenizer.tokenize("rotaryx a")).toEqual(["[UNK]", "a"]);
    expect(tokenizer.encodeWord("x".repeat(101))).toEqual([unk]);
  });

  test("wraps a text and a pair in special tokens with segments 0 and 1", () => {
    const { ids, segmentIds } = tokenizer.encode("a", { pair: "b b" });
    const [a, b] = [tokenizer.idOf("a")!, tokenizer.idOf("b")!];
    expect([...ids]).toEqual([cls, a, sep, b, b, sep]);
    expect([...segmentIds]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...tokenizer.encode("a", { addSpecialTokens: false }).ids]).toEqual([a]);
  });

  test.each([
    [4, "a a a a", undefined, 2, 0],
    [9, "a a a a", "b b b b", 3, 3],
    [8, "a a a a", "b b b b", 3, 2],
    [8, "a", "b b b b b b", 1, 4],
    [8, "a a a a a a", "b", 4, 1],
  ])("maxLength %i of %j and %j keeps %i and %i tokens", (maxLength, text, pair, first, second) => {
    const { ids } = tokenizer.encode(text, { maxLength, ...(pair === undefined ? {} : { pair }) });
    expect([...ids].filter((id) => id === tokenizer.idOf("a"))).toHaveLength(first);
    expect([...ids].filter((id) => id === tokenizer.idOf("b"))).toHaveLength(second);
    expect(ids.length).toBeLessThanOrEqual(maxLength);
  });

  test("refuses a maxLength without room for the special tokens", () => {
    expect(() => tokenizer.encode("a", { maxLength: 1 })).toThrow(/maxLength is 1/);
  });

  test("encodes the same when the chunk comes from the cache", () => {
    const fresh = new WordPieceTokenizer(vocabulary);
    for (const line of HARD_LINES) {
      const first = fresh.tokenize(line);
      expect(fresh.tokenize(line)).toEqual(first);
      expect(fresh.tokenize(`${line} ${line}`)).toEqual([...first, ...first]);
    }
  });

  test("decodes to readable text without special tokens", () => {
    const { ids } = tokenizer.encode("Rotary embeddings, 神经网络 a");
    expect(tokenizer.decode(ids)).toBe("rotary embeddings , 神经网络 a");
    expect(() => tokenizer.decode([9999])).toThrow(/9999/);
  });
});

describe("files", () => {
  test("tokenizer.json and vocab.txt come back as written", () => {
    const json = readTokenizerJson(writeTokenizerJson(tokenizer));
    expect(json.vocabulary).toEqual(vocabulary);
    expect(json.normalizer).toEqual(tokenizer.normalizer);
    expect(readVocabularyFile(writeVocabularyFile(vocabulary))).toEqual(vocabulary);
    expect(readVocabularyFile("a\r\nb\u2028c\r\n")).toEqual(["a", "b\u2028c"]);
  });

  test("what a file lacks or repeats is named", () => {
    expect(() => new WordPieceTokenizer(["[PAD]"])).toThrow(/lacks the special token \[UNK\]/);
    expect(() => new WordPieceTokenizer([...vocabulary, "a"])).toThrow(/"a" occurs twice/);
    expect(() => readTokenizerJson("{")).toThrow(TokenizerError);
    const file = JSON.parse(writeTokenizerJson(tokenizer));
    expect(() => readTokenizerJson({ ...file, model: { ...file.model, type: "BPE" } })).toThrow(/"BPE"/);
    const gap = { ...file, model: { ...file.model, vocab: { ...file.model.vocab, far: 99 } } };
    expect(() => readTokenizerJson(gap)).toThrow(/no piece with id/);
  });
});

describe("parity with @huggingface/tokenizers", () => {
  test("on hard lines: accents, CJK, emoji, control characters, separators, very long words", () => {
    const own = trainedOn(HARD_LINES, 600);
    const peer = huggingFace(own);
    for (const line of HARD_LINES) {
      expect([...own.encode(line).ids], JSON.stringify(line)).toEqual(peer.encode(line).ids);
    }
  });

  test("on pairs, with segments", () => {
    const own = trainedOn(HARD_LINES, 600);
    const result = own.encode("Hello, world!", { pair: "神经 café" });
    const peer = huggingFace(own).encode("Hello, world!", {
      text_pair: "神经 café",
      return_token_type_ids: true,
    });
    expect([...result.ids]).toEqual(peer.ids);
    expect([...result.segmentIds]).toEqual(peer.token_type_ids);
  });

  const data = new URL("../../../../shared/data/zh/arxiv_en_zh_parallel.jsonl.gz", import.meta.url);
  test("on 10,000 lines of English and Chinese", ({ skip }) => {
    if (!existsSync(data)) skip("skipped: no ../shared/data");
    const rows = gunzipSync(readFileSync(data)).toString("utf8").split("\n").filter(Boolean).slice(0, 2500);
    const lines = rows.flatMap((row) => {
      const { title_en, title_zh, abstract_en, abstract_zh } = JSON.parse(row) as Record<string, string>;
      return [title_en!, title_zh!, abstract_en!, abstract_zh!];
    });
    expect(lines).toHaveLength(10_000);
    const own = trainedOn(lines, 12_000);
    const peer = huggingFace(own);
    const different = lines.filter((line) => {
      const ids = own.encode(line, { maxLength: 1 << 20 }).ids;
      const expected: number[] = peer.encode(line).ids;
      return ids.length !== expected.length || !expected.every((id, i) => id === ids[i]);
    });
    expect(different).toEqual([]);
  });
});

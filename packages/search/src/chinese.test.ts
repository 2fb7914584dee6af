import { describe, expect, test } from "vitest";
import {
  ChineseTermsError,
  expandChinese,
  innerWords,
  parseChineseTerms,
  shippedChineseTerms,
} from "./chinese.ts";

const dictionary = parseChineseTerms(
  "en\tzh\nneural network\t神经网络\ngraph neural network\t图神经网络\ndeep learning\t深度学习|深层学习\nimage\t图像\npicture\t图像\n",
);

describe("expandChinese", () => {
  test("the longest dictionary word wins", () => {
    expect(expandChinese("图神经网络", dictionary)).toEqual([
      { zh: "图神经网络", english: ["graph neural network"] },
    ]);
  });

  test("a run is cut into words, each with all of its English terms; glue words are dropped", () => {
    expect(expandChinese("基于深层学习的图像", dictionary)).toEqual([
      { zh: "深层学习", english: ["deep learning"] },
      { zh: "图像", english: ["image", "picture"] },
    ]);
  });

  test("words that only make a question are dropped wherever they stand, unless there is nothing else", () => {
    const words = (text: string) => expandChinese(text, dictionary).map((word) => word.zh);
    expect(words("有哪些用图神经网络做图像的方法？")).toEqual(["图神经网络", "图像"]);
    expect(words("怎么提高图像的质量")).toEqual(["图像", "质量"]);
    expect(words("方法")).toEqual(["方法"]);
  });

  test("the shorter words inside a word", () => {
    expect(innerWords("图神经网络", dictionary).map((word) => word.zh)).toEqual(["神经网络"]);
    expect(innerWords("图像深度学习", dictionary).map((word) => word.zh)).toEqual(["图像", "深度学习"]);
    expect(innerWords("图像", dictionary)).toEqual([]);
  });

  test("what the dictionary lacks is still cut into words", () => {
    const words = expandChinese("北京天气图像", dictionary).map((word) => word.zh);
    expect(words.join("")).toBe("北京天气图像");
    expect(words.at(-1)).toBe("图像");
    expect(words.length).toBeGreaterThan(1);
  });

  test("other scripts are left out", () => {
    expect(expandChinese("BERT 图像 and more", dictionary).map((word) => word.zh)).toEqual(["图像"]);
    expect(expandChinese("no Chinese", dictionary)).toEqual([]);
  });

  test("a line that is no pair is refused with its number", () => {
    expect(() => parseChineseTerms("image\t图像\nbroken line\n")).toThrow(ChineseTermsError);
    expect(() => parseChineseTerms("image\t图像\nbroken line\n")).toThrow(/line 2/);
  });

  test("the shipped dictionary is read and knows everyday terms", () => {
    expect(shippedChineseTerms().size).toBeGreaterThan(1500);
    expect(shippedChineseTerms().get("注意力机制") ?? shippedChineseTerms().get("注意力")).toBeDefined();
  });
});

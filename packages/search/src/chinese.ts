import { readFileSync } from "node:fs";
import { tokenize } from "./analysis/tokenize.ts";

/** Chinese words with their English terms; made by parseChineseTerms. */
export interface ChineseDictionary {
  /** English terms of a Chinese word, or undefined. */
  get(zh: string): readonly string[] | undefined;
  /** Length of the longest word, in UTF-16 units. */
  readonly longest: number;
  readonly size: number;
}

/** A stretch of a Chinese text and the English terms that mean the same. */
export interface ChineseWord {
  readonly zh: string;
  readonly english: readonly string[];
}

export class ChineseTermsError extends Error {
  override readonly name = "ChineseTermsError";
}

/**
 * Reads the dictionary's text: one pair a line, `english<TAB>chinese[|chinese…]`; empty lines and lines that start
 * with `#` are skipped.
 */
export function parseChineseTerms(tsv: string): ChineseDictionary {
  const pairs = new Map<string, string[]>();
  let longest = 0;
  tsv.split("\n").forEach((line, index) => {
    const text = line.replace(/\r$/, "");
    if (text.trim() === "" || text.startsWith("#")) return;
    const [english, chinese] = text.split("\t");
    if (!english?.trim() || !chinese?.trim()) {
      throw new ChineseTermsError(
        `line ${index + 1} is not "english<TAB>chinese": ${JSON.stringify(line.slice(0, 80))}`,
      );
    }
    for (const word of chinese.split("|")) {
      const zh = normalizeChinese(word);
      if (zh === "") continue;
      const terms = pairs.get(zh) ?? [];
      if (!terms.includes(english.trim())) terms.push(english.trim());
      pairs.set(zh, terms);
      longest = Math.max(longest, zh.length);
    }
  });
  return { get: (zh) => pairs.get(zh), longest, size: pairs.size };
}

export const EMPTY_DICTIONARY: ChineseDictionary = { get: () => undefined, longest: 0, size: 0 };

let shipped: ChineseDictionary | null = null;

/** The dictionary of this package (`data/terms-en-zh.tsv`); empty when the file is not there. Read once. */
export function shippedChineseTerms(): ChineseDictionary {
  shipped ??= readShipped();
  return shipped;
}

function readShipped(): ChineseDictionary {
  try {
    return parseChineseTerms(readFileSync(new URL("../data/terms-en-zh.tsv", import.meta.url), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return EMPTY_DICTIONARY;
    throw error;
  }
}

const normalizeChinese = (text: string): string => text.normalize("NFKC").trim().toLowerCase();

export const HAS_CHINESE = /\p{Script=Han}/u;

/** Words that only glue a question together: they say nothing about its subject. */
const GLUE = new Set(
  [
    "的 了 和 与 及 或 在 是 有 中 对 从 到 为 以 于 把 被 将 用 做 使 让 能 会 要 想 吗 呢 吧 啊 个 些 这 那 哪 几 请 找 帮 给 我 你 它 其 之 里 上 下",
    "什么 怎么 如何 怎样 为什么 为何 哪些 有哪些 哪个 哪种 有没有 是否 能否 可以 多少 请问 推荐 介绍 帮我 给我 我们 它们",
    "关于 有关 相关 基于 用于 应用 应用于 通过 进行 利用 使用 以及 一种 一个 一些 几种 不同 中的 方面 领域",
    "论文 研究 文章 方法 方式 问题 提高 提升 改进 改善 解决 实现 最新 最近 近期 目前 现有 主要",
  ].flatMap((line) => line.split(" ")),
);

/**
 * Cuts the Chinese stretches of a text into words, the longest dictionary word first; what the dictionary lacks is cut
 * by Intl.Segmenter, and glue words are dropped unless there is nothing else. Other scripts are skipped.
 */
export function expandChinese(text: string, dictionary: ChineseDictionary): readonly ChineseWord[] {
  const words: ChineseWord[] = [];
  for (const run of text
    .normalize("NFKC")
    .toLowerCase()
    .match(/[\p{Script=Han}々〆]+/gu) ?? []) {
    words.push(...cutRun(run, dictionary));
  }
  const telling = words.filter((word) => !GLUE.has(word.zh));
  return telling.length > 0 ? telling : words;
}

function cutRun(run: string, dictionary: ChineseDictionary): ChineseWord[] {
  const words: ChineseWord[] = [];
  let unknown = "";
  const flush = (): void => {
    for (const piece of segmentUnknown(unknown)) words.push({ zh: piece, english: [] });
    unknown = "";
  };
  let at = 0;
  while (at < run.length) {
    const match = longestMatch(run, at, dictionary);
    if (match) {
      flush();
      words.push(match);
      at += match.zh.length;
      continue;
    }
    const char = String.fromCodePoint(run.codePointAt(at)!);
    unknown += char;
    at += char.length;
  }
  flush();
  return words;
}

/** Dictionary words of two characters or more inside a word, from the left the longest that is not the word itself. */
export function innerWords(zh: string, dictionary: ChineseDictionary): ChineseWord[] {
  const words: ChineseWord[] = [];
  for (let at = 0; at < zh.length; ) {
    const match = longestMatch(zh, at, dictionary, zh.length - 1);
    const isTelling = match !== null && match.zh.length > 1 && !GLUE.has(match.zh);
    if (isTelling) words.push(match);
    at += isTelling ? match.zh.length : 1;
  }
  return words;
}

function longestMatch(
  run: string,
  at: number,
  dictionary: ChineseDictionary,
  longest = dictionary.longest,
): ChineseWord | null {
  for (let length = Math.min(longest, run.length - at); length > 0; length--) {
    const zh = run.slice(at, at + length);
    const english = dictionary.get(zh);
    if (english) return { zh, english };
  }
  return null;
}

const segmenter = new Intl.Segmenter("zh", { granularity: "word" });

function segmentUnknown(text: string): string[] {
  if (text === "") return [];
  return [...segmenter.segment(text)]
    .filter((piece) => piece.isWordLike !== false)
    .map((piece) => piece.segment);
}

/** The English words of a term, folded, in order, without joined forms. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  tokenize(text, (word, _start, _end, _position, joined) => {
    if (!joined) words.push(word);
  });
  return words;
}

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

/**
 * Words that only glue a question together; they match nothing in English papers and would make every query fail.
 */
const GLUE = new Set(
  "的 了 和 与 及 或 在 是 有 中 对 从 到 为 以 于 把 被 将 用 吗 呢 吧 啊 个 些 这 那 哪 几 什么 怎么 如何 怎样 为什么 哪些 有哪些 关于 基于 论文 研究 文章 方法 问题 请 请问 找 相关 进行 利用 使用 以及 其 之 一种 一个".split(
    " ",
  ),
);

/**
 * Cuts the Chinese stretches of a text into words, the longest dictionary word first; what the dictionary lacks is cut
 * by Intl.Segmenter, and glue words are dropped. Other scripts are skipped.
 */
export function expandChinese(text: string, dictionary: ChineseDictionary): readonly ChineseWord[] {
  const words: ChineseWord[] = [];
  for (const run of text
    .normalize("NFKC")
    .toLowerCase()
    .match(/[\p{Script=Han}々〆]+/gu) ?? []) {
    words.push(...cutRun(run, dictionary));
  }
  return words;
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

function longestMatch(run: string, at: number, dictionary: ChineseDictionary): ChineseWord | null {
  for (let length = Math.min(dictionary.longest, run.length - at); length > 0; length--) {
    const zh = run.slice(at, at + length);
    const english = dictionary.get(zh);
    if (english) return { zh, english };
  }
  return null;
}

const segmenter = new Intl.Segmenter("zh", { granularity: "word" });

function segmentUnknown(text: string): string[] {
  if (text === "" || GLUE.has(text)) return [];
  return [...segmenter.segment(text)]
    .filter((piece) => piece.isWordLike !== false && !GLUE.has(piece.segment))
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

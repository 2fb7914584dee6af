/** Chinese word segmentation for masking; Node only (a native addon), hence its own entry `@cool-papers/text/jieba`. */
import { Jieba } from "@node-rs/jieba";
import { dict } from "@node-rs/jieba/dict.js";

let jieba: Jieba | null = null;

/** Words of a run of Chinese characters; joined they give the input back. The dictionary loads on first use. */
export function segmentChinese(text: string): string[] {
  jieba ??= Jieba.withDict(dict);
  return jieba.cut(text, false);
}

/** A line of jieba's dictionary. */
export interface DictionaryWord {
  readonly word: string;
  /** How often the dictionary's corpus has it. */
  readonly frequency: number;
  /** Part of speech: n, v, a, ns (places), nr (people), i (idioms) … */
  readonly tag: string;
}

/** The words that segmentation knows, in the dictionary's order. */
export function chineseDictionary(): DictionaryWord[] {
  return new TextDecoder()
    .decode(dict)
    .split("\n")
    .flatMap((line) => {
      const [word, frequency, tag] = line.trim().split(" ");
      return word && frequency && tag ? [{ word, frequency: Number(frequency), tag }] : [];
    });
}

/**
 * Everyday Chinese by rules: templates whose gaps are filled with words of jieba's dictionary, frequent ones more often.
 * What comes out is grammatical and mostly nonsense; a teacher says what it means all the same, and so a student
 * meets the words that papers and the public pair sets lack (docs/log/2026-11-29-everyday-chinese.md).
 */
import { chineseDictionary, type DictionaryWord } from "@cool-papers/text/jieba";
import { EVERYDAY_TEMPLATES } from "./everyday-templates.ts";
import { SeededRandom } from "./seeded-random.ts";

/** What a gap takes: jieba's parts of speech, how many of the most frequent words, and their length in characters. */
const GAPS: Readonly<
  Record<string, { tags: readonly string[]; words: number; least: number; most: number }>
> = {
  noun: { tags: ["n", "nz", "vn", "an"], words: 9000, least: 2, most: 4 },
  place: { tags: ["ns"], words: 700, least: 2, most: 4 },
  person: { tags: ["nr", "nrt"], words: 900, least: 2, most: 4 },
  verb: { tags: ["v"], words: 3500, least: 2, most: 2 },
  adjective: { tags: ["a"], words: 900, least: 2, most: 2 },
  idiom: { tags: ["i", "l"], words: 1500, least: 3, most: 5 },
};
/** A word is drawn in proportion to this power of its frequency. */
const FREQUENCY_POWER = 0.4;
const CHINESE = /^\p{Script=Han}+$/u;
const QUESTION = /[么吗哪谁求何样]/u;
const QUESTION_ENDINGS = ["", "", "？", "?", "啊", "呢？"];

let dictionary: DictionaryWord[] | null = null;

/** Words of Chinese characters alone, the most frequent first. */
function readDictionary(): readonly DictionaryWord[] {
  dictionary ??= chineseDictionary()
    .filter(({ word }) => CHINESE.test(word))
    .sort((a, b) => b.frequency - a.frequency);
  return dictionary;
}

/** The most frequent words of two characters or more. */
export function frequentWords(count: number): string[] {
  return readDictionary()
    .filter(({ word }) => word.length >= 2)
    .slice(0, count)
    .map(({ word }) => word);
}

class WordUrn {
  readonly #words: readonly DictionaryWord[];
  readonly #sums: Float64Array;

  constructor(words: readonly DictionaryWord[]) {
    this.#words = words;
    this.#sums = new Float64Array(words.length);
    let sum = 0;
    words.forEach(({ frequency }, i) => {
      sum += (frequency + 1) ** FREQUENCY_POWER;
      this.#sums[i] = sum;
    });
  }

  draw(random: SeededRandom): string {
    const at = random.next() * this.#sums[this.#sums.length - 1]!;
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sums[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return this.#words[low]!.word;
  }
}

/** Different sentences, `wanted` of them; one seed gives one list. */
export function everydaySentences(wanted: number, seed: number): string[] {
  const words = readDictionary();
  const urns = new Map(
    Object.entries(GAPS).map(([gap, { tags, words: count, least, most }]) => {
      const fitting = words.filter(
        ({ word, tag }) => tags.includes(tag) && word.length >= least && word.length <= most,
      );
      return [gap, new WordUrn(fitting.slice(0, count))];
    }),
  );
  const random = new SeededRandom(seed);
  const sentences = new Set<string>();
  while (sentences.size < wanted) {
    const template = EVERYDAY_TEMPLATES[random.nextBelow(EVERYDAY_TEMPLATES.length)]!;
    const sentence = template.replace(/\{(\w+)\}/g, (_, gap: string) => urns.get(gap)!.draw(random));
    const ending = QUESTION.test(template)
      ? QUESTION_ENDINGS[random.nextBelow(QUESTION_ENDINGS.length)]!
      : "";
    sentences.add(sentence + ending);
  }
  return [...sentences];
}

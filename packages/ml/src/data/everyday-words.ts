/** Words of jieba's dictionary by kind, frequent ones more often, for the gaps of templates. */
import { chineseDictionary, type DictionaryWord } from "@cool-papers/text/jieba";
import type { SeededRandom } from "./seeded-random.ts";

export type WordKind = "noun" | "place" | "person" | "verb" | "adjective" | "idiom";

/** What a gap takes: jieba's parts of speech, how many of the most frequent words, and their length in characters. */
const KINDS: Readonly<
  Record<WordKind, { tags: readonly string[]; words: number; least: number; most: number }>
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
const LONGEST_WORD = 4;
const GAP = /\{(\w+)\}/g;

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

type WordsByCharacter = ReadonlyMap<string, readonly DictionaryWord[]>;

/** All words by the characters they hold, the most frequent first. */
export const wordsByCharacter = (): WordsByCharacter => byCharacter(readDictionary());

function byCharacter(words: readonly DictionaryWord[]): WordsByCharacter {
  const found = new Map<string, DictionaryWord[]>();
  for (const word of words) {
    for (const character of new Set(word.word)) {
      const others = found.get(character);
      if (others) others.push(word);
      else found.set(character, [word]);
    }
  }
  return found;
}

/** Kind of gap that takes a word of a part of speech of jieba's; null: none does. */
export function kindOfTag(tag: string): WordKind | null {
  const found = Object.entries(KINDS).find(([, { tags }]) => tags.includes(tag));
  return found === undefined ? null : (found[0] as WordKind);
}

/** Names of the gaps of a template, `{noun}的{noun2}`, in their order. */
export const gapsOf = (template: string): string[] => [...template.matchAll(GAP)].map(([, gap]) => gap!);

/** Kind of a gap: `noun2` is a second noun. */
export const kindOf = (gap: string): WordKind => gap.replace(/\d$/, "") as WordKind;

/** The template with what `wordOf` gives for each gap. */
export const fillGaps = (template: string, wordOf: (gap: string) => string): string =>
  template.replace(GAP, (_, gap: string) => wordOf(gap));

/** Draws words at random. */
export class EverydayWords {
  readonly #random: SeededRandom;
  readonly #urns = new Map<WordKind, WordUrn>();

  constructor(random: SeededRandom) {
    this.#random = random;
    const words = readDictionary();
    for (const [kind, { tags, words: count, least, most }] of Object.entries(KINDS)) {
      const fitting = words.filter(
        ({ word, tag }) => tags.includes(tag) && word.length >= least && word.length <= most,
      );
      this.#urns.set(kind as WordKind, new WordUrn(fitting.slice(0, count)));
    }
  }

  /** A word for a gap. */
  draw(gap: string): string {
    return this.#urns.get(kindOf(gap))!.draw(this.#random);
  }

  /** The text with one of its words replaced by another of its kind that has a character of it; any word when it holds none. */
  drawNear(gap: string, text: string): string {
    const urn = this.#urns.get(kindOf(gap))!;
    const found = urn.wordsOf(text);
    if (found.length === 0) return urn.draw(this.#random);
    const word = this.#random.pick(found);
    const others = urn.sharing(this.#random.pick([...word])).filter((other) => other !== word);
    return text.replace(word, others.length > 0 ? this.#random.pick(others) : urn.draw(this.#random));
  }
}

class WordUrn {
  readonly #words: readonly DictionaryWord[];
  readonly #sums: Float64Array;
  readonly #known: ReadonlySet<string>;
  readonly #byCharacter: WordsByCharacter;

  constructor(words: readonly DictionaryWord[]) {
    this.#words = words;
    this.#known = new Set(words.map(({ word }) => word));
    this.#sums = new Float64Array(words.length);
    let sum = 0;
    this.#byCharacter = byCharacter(words);
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

  /** Words with a character. */
  sharing(character: string): readonly string[] {
    return (this.#byCharacter.get(character) ?? []).map(({ word }) => word);
  }

  /** Words that a text is made of, the longest at each place. */
  wordsOf(text: string): string[] {
    const found: string[] = [];
    for (let start = 0; start < text.length; ) {
      let length = Math.min(LONGEST_WORD, text.length - start);
      while (length > 1 && !this.#known.has(text.slice(start, start + length))) length--;
      if (length > 1) found.push(text.slice(start, start + length));
      start += length;
    }
    return found;
  }
}

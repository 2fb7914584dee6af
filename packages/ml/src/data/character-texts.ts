/**
 * Texts that hold given Chinese characters, for characters that neither papers nor the public pair sets have often
 * enough to learn what they mean.
 */
import type { DictionaryWord } from "@cool-papers/text/jieba";
import { EVERYDAY_TEMPLATES } from "./everyday-templates.ts";
import {
  EverydayWords,
  fillGaps,
  gapsOf,
  kindOf,
  kindOfTag,
  type WordKind,
  wordsByCharacter,
} from "./everyday-words.ts";
import { SeededRandom } from "./seeded-random.ts";

/** Rows of GB 2312 that hold characters, as first bytes of its encoding: level 1 to 0xd7, level 2 from there. */
const FIRST_ROW = 0xb0;
const LAST_ROW = 0xf7;
const FIRST_CELL = 0xa1;
const LAST_CELL = 0xfe;

/** The 6,763 characters of GB 2312, those of daily use (level 1, 3,755) first. */
export function gb2312Characters(): string[] {
  const decoder = new TextDecoder("gb2312");
  const characters: string[] = [];
  for (let row = FIRST_ROW; row <= LAST_ROW; row++) {
    for (let cell = FIRST_CELL; cell <= LAST_CELL; cell++) {
      const character = decoder.decode(Uint8Array.of(row, cell));
      if (/^\p{Script=Han}$/u.test(character)) characters.push(character);
    }
  }
  return characters;
}

/** What is asked about any word. */
const ABOUT_WORDS = [
  "{word}是什么意思",
  "{word}是什么",
  "什么是{word}",
  "{word}怎么样",
  "关于{word}",
  "{word}的意思",
  "{word}用英语怎么说",
  "{word}有哪些",
  "为什么{word}",
];
/** What is asked about a character. */
const ABOUT_CHARACTERS = ["{word}", "{word}字怎么读", "{word}字是什么意思", "{word}字怎么写", "{word}字组词"];
/** Words of a character that its texts are made of, and how often one of them stands in a text of daily life. */
const MOST_WORDS = 12;
const IN_TEMPLATE = 0.6;

/**
 * `perCharacter` texts (fewer where jieba's dictionary has no words of it) for each character: its most frequent words
 * alone, then within questions; the character itself where no word has it. One seed gives one list.
 */
export function textsOfCharacters(
  characters: readonly string[],
  perCharacter: number,
  seed: number,
): string[] {
  const random = new SeededRandom(seed);
  const fillers = new EverydayWords(random);
  const dictionary = wordsByCharacter();
  const templates = templatesByKind();
  const texts = new Set<string>();
  for (const character of characters) {
    const words = (dictionary.get(character) ?? []).slice(0, MOST_WORDS);
    const own = new Set(words.slice(0, Math.ceil(perCharacter / 2)).map(({ word }) => word));
    if (words.length < 2) for (const frame of ABOUT_CHARACTERS) own.add(fillGaps(frame, () => character));
    for (
      let attempt = 0;
      words.length > 0 && own.size < perCharacter && attempt < 3 * perCharacter;
      attempt++
    )
      own.add(textWith(random.pick(words), fillers, templates, random));
    for (const text of [...own].slice(0, perCharacter)) texts.add(text);
  }
  return [...texts];
}

function templatesByKind(): ReadonlyMap<WordKind, readonly string[]> {
  const templates = new Map<WordKind, string[]>();
  for (const template of EVERYDAY_TEMPLATES) {
    for (const kind of new Set(gapsOf(template).map(kindOf)))
      templates.set(kind, [...(templates.get(kind) ?? []), template]);
  }
  return templates;
}

/** A text with the word, in a gap of its kind where there is one. */
function textWith(
  { word, tag }: DictionaryWord,
  fillers: EverydayWords,
  templates: ReadonlyMap<WordKind, readonly string[]>,
  random: SeededRandom,
): string {
  const kind = word.length >= 2 ? kindOfTag(tag) : null;
  if (kind === null || random.next() >= IN_TEMPLATE) return fillGaps(random.pick(ABOUT_WORDS), () => word);
  let isPlaced = false;
  return fillGaps(random.pick(templates.get(kind)!), (gap) => {
    if (isPlaced || kindOf(gap) !== kind) return fillers.draw(gap);
    isPlaced = true;
    return word;
  });
}

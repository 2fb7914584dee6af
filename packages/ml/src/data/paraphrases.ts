/**
 * Chinese questions by rules, each with a wording that asks the same and with two that do not, though most of their characters
 * are the same: what a student learns from is which characters carry the meaning (docs/log/2026-11-30-paraphrases.md).
 */
import { EVERYDAY_SYNONYMS, EVERYDAY_WORDS } from "./everyday-synonyms.ts";
import { EverydayWords, fillGaps, gapsOf, kindOf } from "./everyday-words.ts";
import type { OwnRow } from "./own-pairs.ts";
import { PARAPHRASE_TEMPLATES } from "./paraphrase-templates.ts";
import { SeededRandom } from "./seeded-random.ts";

const OPENINGS = ["", "", "", "", "", "请问", "我想知道", "谁知道", "想问一下", "大家知道"];
const ENDINGS = ["", "", "", "？", "？", "?", "呢", "呢？", "啊", "！", "，谢谢", "。"];
/** A thing is a word, or as often made of two. */
const THINGS = [
  "{noun}",
  "{noun}",
  "{noun}",
  "{noun}{noun}",
  "{noun}{noun}",
  "{noun}的{noun}",
  "{adjective}的{noun}",
  "{place}{noun}",
  "手机{noun}",
  "电脑{noun}",
  "微信{noun}",
];
/** Share of the negatives that ask another thing about the same; the others ask the same about another thing. */
const OTHER_QUESTION_SHARE = 0.5;
/** Share of the words, where there are such, that have another which says the same and which the positive takes. */
const SYNONYM_SHARE = 0.3;
/** Share of the others that are everyday ones. */
const EVERYDAY_SHARE = 0.5;

type Group = readonly string[];
type Gaps = ReadonlyMap<string, string>;

/** A word, and one that says the same: itself, unless it is known to have one. */
type Word = readonly [word: string, same: string];

const signatureOf = (group: Group): string => gapsOf(group[0]!).sort().join(" ");

/** `wanted` questions; one seed gives one list. */
export function paraphrases(wanted: number, seed: number): OwnRow[] {
  const maker = new ParaphraseMaker(new SeededRandom(seed));
  return Array.from({ length: wanted }, () => maker.next());
}

class ParaphraseMaker {
  readonly #random: SeededRandom;
  readonly #words: EverydayWords;
  /** Groups by their gaps: those with the same ask other things about the same. */
  readonly #groups = new Map<string, Group[]>();

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#words = new EverydayWords(random);
    for (const group of PARAPHRASE_TEMPLATES) {
      const signature = signatureOf(group);
      this.#groups.set(signature, [...(this.#groups.get(signature) ?? []), group]);
    }
  }

  next(): OwnRow {
    const group = this.#random.pick(PARAPHRASE_TEMPLATES);
    const words = gapsOf(group[0]!).map((gap) => [gap, this.#content(gap)] as const);
    const gaps = new Map(words.map(([gap, [word]]) => [gap, word]));
    const sameGaps = new Map(words.map(([gap, [, same]]) => [gap, same]));
    const wording = this.#random.pick(group);
    const other = this.#random.pick(group.filter((each) => each !== wording));
    return {
      query: this.#asked(wording, gaps),
      positive: this.#asked(other, sameGaps),
      negatives: [this.#negative(group, gaps), this.#negative(group, gaps)],
    };
  }

  #negative(group: Group, gaps: Gaps): string {
    const others = this.#groups.get(signatureOf(group))!.filter((other) => other !== group);
    if (others.length > 0 && this.#random.next() < OTHER_QUESTION_SHARE)
      return this.#asked(this.#random.pick(this.#random.pick(others)), gaps);
    const gap = this.#random.pick([...gaps.keys()]);
    const near = this.#words.drawNear(gap, gaps.get(gap)!);
    return this.#asked(this.#random.pick(group), new Map(gaps).set(gap, near));
  }

  #content(gap: string): Word {
    if (gap !== "noun") return this.#word(gap);
    const thing = this.#random.pick(THINGS);
    const words = gapsOf(thing).map((part) => this.#word(part));
    const filled = (side: 0 | 1): string => {
      let at = 0;
      return fillGaps(thing, () => words[at++]![side]);
    };
    return [filled(0), filled(1)];
  }

  #word(gap: string): Word {
    const kind = kindOf(gap);
    const synonyms = EVERYDAY_SYNONYMS[kind] ?? [];
    if (synonyms.length > 0 && this.#random.next() < SYNONYM_SHARE) {
      const group = this.#random.pick(synonyms);
      return [this.#random.pick(group), this.#random.pick(group)];
    }
    const everyday = EVERYDAY_WORDS[kind] ?? [];
    const isEveryday = everyday.length > 0 && this.#random.next() < EVERYDAY_SHARE;
    const word = isEveryday ? this.#random.pick(everyday) : this.#words.draw(gap);
    return [word, word];
  }

  #asked(wording: string, gaps: Gaps): string {
    const question = fillGaps(wording, (gap) => gaps.get(gap)!);
    return this.#random.pick(OPENINGS) + question + this.#random.pick(ENDINGS);
  }
}

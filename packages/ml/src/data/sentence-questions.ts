/**
 * Questions made of sentences of abstracts by rules, knowing no test question: "we propose Foo, a cache for graphs that
 * ..." becomes "which papers propose a cache for graphs?". What a paper says of itself, asked in the third person,
 * without the name that its authors gave to it, and in short.
 */
import { joinTokens } from "./join-tokens.ts";
import { type TokenTemplate, tokenTemplates } from "./question-templates.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** Frames for what a paper does; `*` begins with a verb. */
const DEEDS: readonly string[] = [
  "which papers *?",
  "which works *?",
  "what studies *?",
  "what research *?",
  "which paper was the first to *?",
  "could you provide me works that *?",
  "could you list papers that *?",
  "can you name some studies which *?",
  "can you recommend research that *?",
  "are there any works that *?",
  "is there research in which the authors *?",
  "I am looking for papers that *",
  "papers that *",
];

/** Frames for what a paper says; `*` is a statement or a part of one. */
const STATEMENTS: readonly string[] = [
  "which papers mention that *?",
  "which works discuss *?",
  "what studies are about *?",
  "what research says that *?",
  "could you provide me studies about *?",
  "can you suggest papers that consider *?",
  "are there any papers where *?",
  "I am looking for work on *",
  "papers about *",
];

const CHINESE_DEEDS: readonly string[] = [
  "哪些论文*？",
  "有没有文章*？",
  "有哪些工作*？",
  "请推荐*的研究",
  "我想找*的论文",
];
const CHINESE_STATEMENTS: readonly string[] = [
  "哪些论文提到*？",
  "有没有关于*的文章？",
  "有哪些工作讨论*？",
  "我想找关于*的论文",
];

/** A subject further inside than this belongs to a subordinate clause. */
const MAX_SUBJECT_PLACE = 12;
/** A part of a sentence that is shorter says too little to find a paper by. */
const MIN_PART_TOKENS = 8;
const MAX_PART_TOKENS = 28;
/** A name that authors give to what they present is at most so long. */
const MAX_NAME_TOKENS = 8;
const NAME_DROPPED = 0.75;
const CUT_AT_A_BREAK = 0.6;

interface Frames {
  readonly deeds: readonly TokenTemplate[];
  readonly statements: readonly TokenTemplate[];
}

/** A frame and what stands in it. */
export interface SentenceQuestion {
  readonly template: TokenTemplate;
  /** Tokens without special ones. */
  readonly subject: Int32Array;
}

/** Makes questions of sentences given as tokens. */
export class SentenceQuestions {
  readonly #english: Frames;
  readonly #chinese: Frames;
  /** "we", and the nouns that stand for a paper after "this". */
  readonly #we: number | undefined;
  readonly #this: number | undefined;
  readonly #works: ReadonlySet<number>;
  readonly #chineseSubjects: readonly Int32Array[];
  readonly #adverbs: ReadonlySet<number>;
  readonly #articles: ReadonlySet<number>;
  readonly #commas: ReadonlySet<number>;
  readonly #breaks: ReadonlySet<number>;
  readonly #stops: ReadonlySet<number>;
  readonly #opening: ReadonlySet<number>;
  readonly #closing: ReadonlySet<number>;

  /**
   * @param tokens encodes a text without special tokens
   * @param idOf id of a whole piece, undefined where the vocabulary lacks it
   */
  constructor(tokens: (text: string) => Int32Array, idOf: (piece: string) => number | undefined) {
    const ids = (pieces: string): ReadonlySet<number> =>
      new Set(pieces.split(" ").flatMap((piece) => idOf(piece) ?? []));
    const frames = (deeds: readonly string[], statements: readonly string[]): Frames => ({
      deeds: tokenTemplates(deeds, tokens),
      statements: tokenTemplates(statements, tokens),
    });
    this.#english = frames(DEEDS, STATEMENTS);
    this.#chinese = frames(CHINESE_DEEDS, CHINESE_STATEMENTS);
    this.#we = idOf("we");
    this.#this = idOf("this");
    this.#works = ids("paper work article study letter thesis survey");
    this.#chineseSubjects = ["我们", "本文", "该文", "文章"].map(tokens);
    this.#adverbs = ids(
      "also first then further furthermore additionally finally thus therefore hence here next now subsequently",
    );
    this.#articles = ids("a an the");
    this.#commas = ids(", ，");
    this.#breaks = ids(", ; : ， ； ： 、");
    this.#stops = ids(". 。 ? ! ？ ！");
    this.#opening = ids("( （");
    this.#closing = ids(") ）");
  }

  /** @param tokens a sentence without special tokens */
  make(tokens: Int32Array, isChinese: boolean, random: SeededRandom): SentenceQuestion {
    const sentence = this.#withoutBrackets(tokens);
    const frames = isChinese ? this.#chinese : this.#english;
    const end = this.#stops.has(sentence.at(-1) ?? -1) ? sentence.length - 1 : sentence.length;
    const start = isChinese ? this.#afterChineseSubject(sentence) : this.#afterSubject(sentence);
    const isDeed = start !== null && end - start >= MIN_PART_TOKENS;
    const whole = sentence.subarray(isDeed ? start : 0, end);
    const part = isDeed
      ? this.#shortened(random.next() < NAME_DROPPED ? this.#withoutName(whole) : whole, random)
      : this.#clause(whole, random);
    const templates = isDeed ? frames.deeds : frames.statements;
    return { template: templates[random.nextBelow(templates.length)]!, subject: part };
  }

  /** Abbreviations and asides say nothing that the sentence does not. An unpaired bracket is taken out alone. */
  #withoutBrackets(sentence: Int32Array): Int32Array {
    const kept: number[] = [];
    const open: number[] = [];
    for (const token of sentence) {
      if (this.#opening.has(token)) open.push(kept.length);
      else if (this.#closing.has(token)) kept.length = open.pop() ?? kept.length;
      else kept.push(token);
    }
    return Int32Array.from(kept);
  }

  /** Where the verb begins in "we further show …" or "this paper shows …"; null without such a subject. */
  #afterSubject(sentence: Int32Array): number | null {
    const last = Math.min(sentence.length, MAX_SUBJECT_PLACE);
    for (let i = 0; i < last; i++) {
      const isThisPaper =
        i > 0 &&
        sentence[i - 1] === this.#this &&
        this.#works.has(sentence[i]!) &&
        !this.#commas.has(sentence[i + 1]!) &&
        sentence[i + 1] !== this.#we;
      if (sentence[i] !== this.#we && !isThisPaper) continue;
      let verb = i + 1;
      while (verb < sentence.length && this.#adverbs.has(sentence[verb]!)) verb++;
      return verb;
    }
    return null;
  }

  #afterChineseSubject(sentence: Int32Array): number | null {
    const last = Math.min(sentence.length, MAX_SUBJECT_PLACE);
    for (let i = 0; i < last; i++) {
      for (const subject of this.#chineseSubjects) {
        if (subject.length > 0 && subject.every((token, k) => sentence[i + k] === token))
          return i + subject.length;
      }
    }
    return null;
  }

  /** "present Foo, a cache for graphs" as "present a cache for graphs": whoever asks does not know the name. */
  #withoutName(deed: Int32Array): Int32Array {
    const last = Math.min(deed.length - 1, 2 + MAX_NAME_TOKENS);
    for (let i = 2; i < last; i++) {
      if (!this.#commas.has(deed[i]!)) continue;
      if (!this.#articles.has(deed[i + 1]!) || this.#articles.has(deed[1]!)) return deed;
      return joinTokens(deed[0]!, deed.subarray(i + 1));
    }
    return deed;
  }

  /** Mostly up to a break, at most 28 tokens. */
  #shortened(deed: Int32Array, random: SeededRandom): Int32Array {
    const breaks = this.#placesOfBreaks(deed, MIN_PART_TOKENS, MAX_PART_TOKENS);
    if (breaks.length > 0 && random.next() < CUT_AT_A_BREAK)
      return deed.subarray(0, breaks[random.nextBelow(breaks.length)]!);
    return deed.subarray(0, MAX_PART_TOKENS);
  }

  /** A part between two breaks, or some of the sentence where there are none. */
  #clause(statement: Int32Array, random: SeededRandom): Int32Array {
    const ends = [-1, ...this.#placesOfBreaks(statement, 0, statement.length), statement.length];
    const clauses: Int32Array[] = [];
    for (let k = 1; k < ends.length; k++) {
      const clause = statement.subarray(ends[k - 1]! + 1, ends[k]!);
      if (clause.length >= MIN_PART_TOKENS) clauses.push(clause);
    }
    const chosen = clauses.length > 0 ? clauses[random.nextBelow(clauses.length)]! : statement;
    return chosen.subarray(0, MAX_PART_TOKENS);
  }

  #placesOfBreaks(tokens: Int32Array, from: number, to: number): number[] {
    const places: number[] = [];
    for (let i = from; i < Math.min(to, tokens.length); i++) if (this.#breaks.has(tokens[i]!)) places.push(i);
    return places;
  }
}

import type { SearchQuery, TextClause, TextField } from "@cool-papers/core";
import { fold } from "../analysis/fold.ts";
import { STOP_WORDS } from "../analysis/stop-words.ts";
import { tokenize } from "../analysis/tokenize.ts";
import {
  type ChineseDictionary,
  type ChineseWord,
  expandChinese,
  HAS_CHINESE,
  innerWords,
  wordsOf,
} from "../chinese.ts";
import { AUTHOR_MARK, termOf } from "./analyze-document.ts";

/** One way to satisfy a group. */
export interface Alternative {
  readonly terms: readonly string[];
  /**
   * "family": its one term, and for less the other words of the stem; "phrase": the terms side by side (one term: just
   * that term); "all": the terms anywhere.
   */
  readonly how: "family" | "phrase" | "all";
  /** What it is worth beside the other alternatives, in (0, 1]. */
  readonly weight: number;
}

/** What is left of a group that hardly any document has: a narrower or wider word, which scores on its own. */
export interface Part {
  readonly alternatives: readonly Alternative[];
  /** In (0, 1]: what it is worth beside a full word. */
  readonly weight: number;
}

/** A word or phrase of the query with everything that counts as it. Ranking treats a group as one term. */
export interface Group {
  /** As typed. */
  readonly text: string;
  readonly field: TextField | null;
  readonly alternatives: readonly Alternative[];
  /** Looked for as well when too few documents satisfy the alternatives; a document with any of them has the group. */
  readonly parts: readonly Part[];
  /** Folded word forms of the query, for spelling; empty when correcting makes no sense. */
  readonly spellable: string | null;
  readonly isStopWord: boolean;
}

/** What a query asks of the text, ready to be matched against segments. */
export interface TextPlan {
  /** Free words: they rank, and how many of them a document needs is decided by the relaxing rule. */
  readonly words: readonly Group[];
  /** Phrases and fielded terms: all of them are needed; they rank too. */
  readonly required: readonly Group[];
  readonly excluded: readonly Group[];
  /** Asked as a question or request in a sentence: wanting every word of it would find nothing. */
  readonly isQuestion: boolean;
  /** The free words as typed, stop words among them: folded, a space between two. */
  readonly typed: string;
}

/** Only the first this many different words of each kind are searched: a pasted page must not hang. */
export const MAX_GROUPS = 64;

/** Compiles the text clauses. Total: any query gives a plan; a clause without a word in it asks for nothing. */
export function planText(query: Pick<SearchQuery, "clauses">, dictionary: ChineseDictionary): TextPlan {
  const words: Group[] = [];
  const required: Group[] = [];
  const excluded: Group[] = [];
  for (const clause of query.clauses) {
    if (clause.excluded) excluded.push(...wholeGroups(clause));
    else if (clause.kind === "phrase") required.push(...wholeGroups(clause));
    else if (clause.field !== null) required.push(...wordGroups(clause.text, clause.field, dictionary));
    else words.push(...wordGroups(clause.text, null, dictionary));
  }
  return {
    words: distinct(withoutStopWords(words, required.length > 0)).slice(0, MAX_GROUPS),
    required: distinct(required).slice(0, MAX_GROUPS),
    excluded: distinct(excluded).slice(0, MAX_GROUPS),
    isQuestion: query.clauses.some(isQuestionWord),
    typed: typedWords(query),
  };
}

function typedWords({ clauses }: Pick<SearchQuery, "clauses">): string {
  const words = clauses.filter(({ kind, field, excluded }) => kind === "term" && field === null && !excluded);
  return fold(
    words
      .map(({ text }) => text.slice(0, 200))
      .join(" ")
      .slice(0, 1000),
  )
    .replace(/\s+/g, " ")
    .trim();
}

const CHINESE_QUESTION = /[?？吗呢]$|什么|怎么|怎样|如何|哪些|哪个|哪种|为何|是否|有没有|能否|请问|推荐/;

const QUESTION_WORDS = new Set(
  (
    "what which who whom whose where when why how could can please provide give list tell name find show suggest " +
    "recommend mention any papers studies works articles publications"
  ).split(" "),
);

function isQuestionWord(clause: TextClause): boolean {
  if (clause.kind === "phrase" || clause.field !== null || clause.excluded) return false;
  return CHINESE_QUESTION.test(clause.text) || QUESTION_WORDS.has(clause.text.toLowerCase());
}

function withoutStopWords(groups: readonly Group[], hasOther: boolean): Group[] {
  const topical = groups.filter((group) => !group.isStopWord);
  return topical.length > 0 || hasOther ? topical : [...groups];
}

function distinct(groups: readonly Group[]): Group[] {
  const seen = new Set<string>();
  return groups.filter((group) => {
    const key = JSON.stringify([group.field, group.alternatives]);
    if (group.alternatives.length === 0 || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

interface Word {
  readonly form: string;
  readonly start: number;
  readonly end: number;
}

/** One group for the clause as a whole: its words side by side. Words in quotation marks are meant as they are. */
function wholeGroups(clause: TextClause): Group[] {
  const words: string[] = [];
  const joinedForms: string[] = [];
  tokenize(clause.text.slice(0, 10_000), (word, _start, _end, _position, joined) => {
    (joined ? joinedForms : words).push(word);
  });
  if (words.length === 0) return [];
  const sequences: string[][] = [words.slice(0, 200)];
  if (words.length === 2 && joinedForms.length === 1) sequences.push(joinedForms);
  return [
    {
      text: clause.text,
      field: clause.field,
      alternatives: sequences.flatMap((forms) =>
        inField(forms, clause.field, clause.kind === "phrase" ? "phrase" : "family"),
      ),
      parts: [],
      spellable: null,
      isStopWord: false,
    },
  ];
}

/** The forms as terms of a field; without a field they may also be an author's name. */
function inField(
  forms: readonly string[],
  field: TextField | null,
  single: "family" | "phrase" = "family",
): Alternative[] {
  const authors = { terms: forms.map((form) => AUTHOR_MARK + form), how: "phrase", weight: 1 } as const;
  if (field === "author") return [authors];
  const how = forms.length === 1 ? single : "phrase";
  const words = { terms: forms.map(termOf), how, weight: 1 } as const;
  return field === null ? [words, authors] : [words];
}

function wordGroups(text: string, field: TextField | null, dictionary: ChineseDictionary): Group[] {
  const cut = text.slice(0, 10_000);
  const groups = HAS_CHINESE.test(cut) ? chineseGroups(cut, field, dictionary) : [];
  const words: Word[] = [];
  const pairs: { form: string; first: Word }[] = [];
  tokenize(cut, (form, start, end, _position, joined) => {
    if (HAS_CHINESE.test(form)) return;
    if (!joined) words.push({ form, start, end });
    else pairs.push({ form, first: words.at(-1)! });
  });
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const next = words[at + 1];
    const pair = pairs.find((candidate) => candidate.first === word);
    if (pair && next && isOneWord(word.form, next.form)) {
      groups.push(compoundGroup(cut.slice(word.start, next.end), pair.form, [word.form, next.form], field));
      at++;
      continue;
    }
    groups.push(wordGroup(cut.slice(word.start, word.end), word.form, field));
  }
  return groups;
}

/** `GPT-4`, `k-means`, `X-ray`, `pre-training`: parts that mean little alone are looked for together. */
const isOneWord = (left: string, right: string): boolean =>
  left.length <= 3 || right.length <= 2 || /\d/.test(left) || /\d/.test(right);

function compoundGroup(
  text: string,
  joined: string,
  parts: readonly string[],
  field: TextField | null,
): Group {
  return {
    text,
    field,
    alternatives: [...inField([joined], field), ...inField(parts, field)],
    parts: [],
    spellable: null,
    isStopWord: false,
  };
}

function wordGroup(text: string, form: string, field: TextField | null): Group {
  return {
    text,
    field,
    alternatives: inField([form], field),
    parts: [],
    spellable: /^[a-z]{4,24}$/.test(form) ? form : null,
    isStopWord: field === null && STOP_WORDS.has(form),
  };
}

/** The words of an English term anywhere in a document instead of side by side. */
const SCATTERED = 0.5;
/**
 * Parts of a Chinese word: shorter dictionary words inside it, and English words that no shorter one accounts for. The
 * last is the head of the compound in both languages (机制, mechanism): it says the least, the less the shorter it is.
 */
const INNER_WORD = 0.5;
const LEFT_OVER_WORD = 0.4;
const LEFT_OVER_HEAD = 0.2;

/**
 * Each Chinese word is one group: the word itself, any of its English terms, or for less their words anywhere. When
 * too few papers have one of these, the shorter words inside help: 注意力机制 (attention mechanism) → 注意力 (attention).
 */
function chineseGroups(text: string, field: TextField | null, dictionary: ChineseDictionary): Group[] {
  return expandChinese(text, dictionary).map((word) => ({
    text: word.zh,
    field,
    alternatives: [...inField(wordsOf(word.zh), field), ...word.english.flatMap(englishAlternatives)],
    parts: field === "author" ? [] : partsOf(word, dictionary),
    spellable: null,
    isStopWord: false,
  }));
}

function englishAlternatives(english: string): Alternative[] {
  const terms = wordsOf(english).map(termOf);
  if (terms.length === 0) return [];
  if (terms.length === 1) return [{ terms, how: "family", weight: 1 }];
  return [
    { terms, how: "phrase", weight: 1 },
    { terms, how: "all", weight: SCATTERED },
  ];
}

function partsOf(word: ChineseWord, dictionary: ChineseDictionary): Part[] {
  const inner = innerWords(word.zh, dictionary);
  const parts: Part[] = inner.map(({ zh, english }) => ({
    alternatives: english.flatMap(englishAlternatives),
    weight: word.zh.endsWith(zh) ? (INNER_WORD * zh.length) / word.zh.length : INNER_WORD,
  }));
  const known = new Set(inner.flatMap(({ english }) => english.flatMap(wordsOf)).map(termOf));
  for (const words of word.english.map(wordsOf)) {
    if (words.length < 2) continue;
    words.forEach((form, at) => {
      const term = termOf(form);
      if (known.has(term) || STOP_WORDS.has(form)) return;
      known.add(term);
      const weight = at === words.length - 1 ? LEFT_OVER_HEAD : LEFT_OVER_WORD;
      parts.push({ alternatives: [{ terms: [term], how: "family", weight: 1 }], weight });
    });
  }
  return parts;
}

/** A group with the given spelling in place of its own. */
export function respellGroup(group: Group, form: string): Group {
  return { ...group, alternatives: inField([form], group.field), spellable: null };
}

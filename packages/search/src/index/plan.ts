import type { SearchQuery, TextClause, TextField } from "@cool-papers/core";
import { STOP_WORDS } from "../analysis/stop-words.ts";
import { tokenize } from "../analysis/tokenize.ts";
import { type ChineseDictionary, expandChinese, HAS_CHINESE, wordsOf } from "../chinese.ts";
import { AUTHOR_MARK, termOf } from "./analyze-document.ts";

/** One way to satisfy a group: terms side by side (one term: just that term). */
export type Alternative = readonly string[];

/** A word or phrase of the query with everything that counts as it. Ranking treats a group as one term. */
export interface Group {
  /** As typed. */
  readonly text: string;
  readonly field: TextField | null;
  readonly alternatives: readonly Alternative[];
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
  };
}

const QUESTION_WORDS = new Set(
  (
    "what which who whom whose where when why how could can please provide give list tell name find show suggest " +
    "recommend mention any papers studies works articles publications"
  ).split(" "),
);

function isQuestionWord(clause: TextClause): boolean {
  if (clause.kind === "phrase" || clause.field !== null || clause.excluded) return false;
  return /[?？吗呢]$/.test(clause.text) || QUESTION_WORDS.has(clause.text.toLowerCase());
}

function withoutStopWords(groups: readonly Group[], hasOther: boolean): Group[] {
  const topical = groups.filter((group) => !group.isStopWord);
  return topical.length > 0 || hasOther ? topical : [...groups];
}

function distinct(groups: readonly Group[]): Group[] {
  const seen = new Set<string>();
  return groups.filter((group) => {
    const key = `${group.field}\n${group.alternatives.map((terms) => terms.join(" ")).join("\n")}`;
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

/** One group for the clause as a whole: its words side by side. */
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
      alternatives: sequences.flatMap((forms) => inField(forms, clause.field)),
      spellable: null,
      isStopWord: false,
    },
  ];
}

/** The forms as terms of a field; without a field they may also be an author's name. */
function inField(forms: readonly string[], field: TextField | null): Alternative[] {
  const authors = forms.map((form) => AUTHOR_MARK + form);
  if (field === "author") return [authors];
  const terms = forms.map(termOf);
  return field === null ? [terms, authors] : [terms];
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
    spellable: null,
    isStopWord: false,
  };
}

function wordGroup(text: string, form: string, field: TextField | null): Group {
  return {
    text,
    field,
    alternatives: inField([form], field),
    spellable: /^[a-z]{4,24}$/.test(form) ? form : null,
    isStopWord: field === null && STOP_WORDS.has(form),
  };
}

/** Each Chinese word is one group: the word itself, or any of its English terms. */
function chineseGroups(text: string, field: TextField | null, dictionary: ChineseDictionary): Group[] {
  return expandChinese(text, dictionary).map((word) => ({
    text: word.zh,
    field,
    alternatives: [
      ...inField(wordsOf(word.zh), field),
      ...word.english.map((english) => wordsOf(english).map(termOf)).filter((terms) => terms.length > 0),
    ],
    spellable: null,
    isStopWord: false,
  }));
}

/** A group with the given spelling in place of its own. */
export function respellGroup(group: Group, form: string): Group {
  return { ...group, alternatives: inField([form], group.field), spellable: null };
}

/**
 * The filter of a list (L7), the same in the browser and on the server:
 *
 *     filter = clause ["AND"] clause …       every clause has to hold
 *     clause = term ("OR" | "|") term …      one of its terms has to
 *     term   = ["-" | "NOT"] [field ":"] (word | '"' words '"')
 *     field  = title | abstract | author
 *
 * So OR binds its neighbours: `graph OR molecule -survey` are the papers with one of the two words and without the
 * third. A word matches the beginning of a word (Chinese: anywhere), without regard to case and accents; words in quotes
 * follow each other. Reading is total: every text is a filter, and an empty one lets everything pass.
 */
import { foldText, foldWithPlaces, isWithoutBlanks } from "./fold-text.ts";
import { normalizePunctuation } from "./query-punctuation.ts";

export { foldText } from "./fold-text.ts";

export type FilterField = "title" | "abstract" | "author";

export interface FilterTerm {
  /** Folded, and with the blank that starts a word where the script has blanks: found by `includes`. */
  readonly text: string;
  /** null looks in all three fields. */
  readonly field: FilterField | null;
  readonly excluded: boolean;
}

/** Clauses that all have to hold, each a list of terms of which one has to. */
export type ListFilter = readonly (readonly FilterTerm[])[];

/** The text of a paper that a filter looks at, each folded by `foldText`. */
export type FilterText = Readonly<Record<FilterField, string>>;

/** Characters that are read; what follows is ignored. */
export const MAX_FILTER_LENGTH = 300;

const FIELDS: Readonly<Record<string, FilterField>> = {
  title: "title",
  ti: "title",
  标题: "title",
  abstract: "abstract",
  abs: "abstract",
  摘要: "abstract",
  author: "author",
  au: "author",
  作者: "author",
};

/** A sign, a field, and words in quotes (to the end when the quote is not closed yet) or a word; or the sign for OR. */
const TOKEN = /\||(-?)(?:(\p{L}{2,8}):)?(?:"([^"]*)(?:"|$)|([^\s"|]+))/gu;

export function parseListFilter(text: string): ListFilter {
  const clauses: FilterTerm[][] = [];
  let isAlternative = false;
  let isNegated = false;
  const source = normalizePunctuation(text.slice(0, MAX_FILTER_LENGTH).toWellFormed());
  for (const [token, minus, name = "", quoted, word = ""] of source.matchAll(TOKEN)) {
    if (token === "|" || token === "OR") isAlternative = true;
    else if (token === "NOT") isNegated = true;
    else if (token !== "AND" && token !== "&") {
      const field = Object.hasOwn(FIELDS, name.toLowerCase()) ? FIELDS[name.toLowerCase()]! : null;
      const words = field === null && name !== "" ? `${name} ${quoted ?? word}` : (quoted ?? word);
      const folded = foldText(words).trim();
      if (folded === "") continue;
      const term = {
        text: isWithoutBlanks(folded) ? folded : ` ${folded}`,
        field,
        excluded: isNegated || minus === "-",
      };
      const last = clauses.at(-1);
      if (isAlternative && last !== undefined) last.push(term);
      else clauses.push([term]);
      isAlternative = false;
      isNegated = false;
    }
  }
  return clauses;
}

export function matchesFilter(text: FilterText, filter: ListFilter): boolean {
  return filter.every((clause) => clause.some((term) => occurs(text, term) !== term.excluded));
}

function occurs(text: FilterText, { text: words, field }: FilterTerm): boolean {
  if (field !== null) return text[field].includes(words);
  return text.title.includes(words) || text.author.includes(words) || text.abstract.includes(words);
}

/** A part of a text, from one index to before another. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Where the wanted terms of a filter occur in a text of a field; in order, not overlapping. */
export function findFilterMatches(text: string, field: FilterField, filter: ListFilter): TextRange[] {
  const wanted = filter
    .flat()
    .filter((term) => !term.excluded && (term.field === null || term.field === field));
  if (wanted.length === 0) return [];
  const { folded, starts, ends } = foldWithPlaces(text);
  const ranges: TextRange[] = [];
  for (const { text: words } of wanted) {
    const lead = words.startsWith(" ") ? 1 : 0;
    for (let at = folded.indexOf(words); at >= 0; at = folded.indexOf(words, at + 1))
      ranges.push({ start: starts[at + lead]!, end: ends[at + words.length - 1]! });
  }
  return joined(ranges);
}

function joined(ranges: readonly TextRange[]): TextRange[] {
  const out: TextRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = out.at(-1);
    if (last === undefined || range.start >= last.end) out.push(range);
    else if (range.end > last.end) out[out.length - 1] = { start: last.start, end: range.end };
  }
  return out;
}

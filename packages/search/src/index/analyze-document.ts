import { stem, stripInflection } from "../analysis/stem.ts";
import { tokenize } from "../analysis/tokenize.ts";
import type { SearchDocument } from "../search-engine.ts";
import { POSITION_GAP } from "./segment-arrays.ts";

/** Positions are stored in 16 bits; words of absurdly long records beyond this are not indexed. */
export const MAX_POSITION = 65_000;

export type AnalyzedField = "title" | "abstract" | "author";
export type OccurrenceSink = (form: string, field: AnalyzedField, position: number) => void;

/** Author words live beside the other terms under a mark of their own: `Changing` must not find Dr Chang. */
export const AUTHOR_MARK = "@";

/** Between stem and word in a term: sorts before every character of a word, so that a family stands together. */
export const FAMILY_MARK = " ";

const terms = new Map<string, string>();

/**
 * The index term of a folded word form: its stem and, where that says less, the word without inflection:
 * `mechanisms` → `mechan mechanism`, `images` → `imag`. Terms of one stem are a family. Forms with AUTHOR_MARK stay
 * as they are. Cached; the cache is bounded.
 */
export function termOf(form: string): string {
  const known = terms.get(form);
  if (known !== undefined) return known;
  const term = form.startsWith(AUTHOR_MARK) ? form : joinTerm(stem(form), stripInflection(form));
  if (terms.size > 300_000) terms.clear();
  terms.set(form, term);
  return term;
}

const joinTerm = (family: string, word: string): string =>
  family === word ? family : family + FAMILY_MARK + word;

export interface FieldLengths {
  readonly title: number;
  readonly abstract: number;
}

/** Streams a document's word occurrences in order of position. Joined forms do not count towards the lengths. */
export function analyzeDocument(document: SearchDocument, sink: OccurrenceSink): FieldLengths {
  const emit =
    (field: AnalyzedField, base: number, mark: string) =>
    (word: string, _start: number, _end: number, position: number): void => {
      if (base + position < MAX_POSITION) sink(mark + word, field, base + position);
    };
  const title = tokenize(document.title, emit("title", 0, ""));
  let base = title + POSITION_GAP;
  const abstract = tokenize(document.abstract, emit("abstract", base, ""));
  base += abstract + POSITION_GAP;
  for (const author of document.authors) {
    if (base >= MAX_POSITION) break;
    base += tokenize(author, emit("author", base, AUTHOR_MARK)) + POSITION_GAP;
  }
  return { title: Math.min(title, 65_535), abstract: Math.min(abstract, 65_535) };
}

/** arXiv's free-form author strings to authors in order. */
import type { Author } from "./paper.ts";
import { texToUnicode } from "./tex-text.ts";

const NAME_SUFFIX = /^(?:jr|sr|ii|iii|iv|ph\.?d|m\.?d)\.?$/i;
/** Blanks are single by now. */
const SEPARATOR = /[,;，；、]| (?:and|&) /i;
const NO_NAME = /^(?:et\.? al\.?|others|\d+|and)$/i;

/** Drops affiliations: everything inside balanced parentheses, nested ones too. An opening one that never closes stays. */
function withoutParentheses(text: string): string {
  const openAt: number[] = [];
  const spans: [number, number][] = [];
  for (let index = 0; index < text.length; index++) {
    if (text[index] === "(") openAt.push(index);
    const start = text[index] === ")" ? openAt.pop() : undefined;
    if (start === undefined) continue;
    while ((spans.at(-1)?.[0] ?? -1) > start) spans.pop();
    spans.push([start, index + 1]);
  }
  let out = "";
  let from = 0;
  for (const [start, end] of spans) {
    out += `${text.slice(from, start)} `;
    from = end;
  }
  return out + text.slice(from);
}

/**
 * Authors of a string such as `A. One, B. Two, Jr. (Univ. X, Y), and C. Three`: separated by commas, semicolons,
 * `and` or `&`; affiliations in parentheses are dropped, suffixes stay with their name, "for the X Collaboration" is an
 * author by its name. Given and family names are not guessed.
 */
export function parseAuthorList(text: string): Author[] {
  const names: string[] = [];
  const listed = texToUnicode(withoutParentheses(text)).replaceAll(/\b(collaborations?) ?:/gi, "$1,");
  for (const piece of listed.split(SEPARATOR)) {
    const name = piece.trim().replace(/^(?:(?:and|&|on behalf of|for|the) )+/i, "");
    const previous = names.length - 1;
    if (NAME_SUFFIX.test(name) && previous >= 0) names[previous] += `, ${name}`;
    else if (name !== "" && !NO_NAME.test(name)) names.push(name);
  }
  return names.map((name) => ({ name }));
}

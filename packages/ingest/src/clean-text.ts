import { arxivAbstract, normalizeDoi, texToUnicode } from "@cool-papers/core";

// Postgres takes no NUL, and no page shows the others; tabs and line ends are white space and handled after.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed here
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufeff\ufffe\uffff]/gu;
const LINE_END = /[\r\u2028\u2029\u0085\v\f]/u;
const NEEDS_CARE = /[^\x20-\x7e]/u;

/** Text that may be stored and shown: well-formed Unicode in NFC without control characters. */
export function sanitizeText(text: string): string {
  if (!NEEDS_CARE.test(text)) return text.trim();
  return text.toWellFormed().replace(CONTROL, "").normalize("NFC").trim();
}

/** A title, a name, a comment: one line of Unicode, TeX accents resolved, white space runs made one blank. */
export function cleanLine(text: string): string {
  return texToUnicode(sanitizeText(text));
}

/** As cleanLine, with null for nothing. */
export function cleanOptionalLine(text: string | null | undefined): string | null {
  return (text ? cleanLine(text) : "") || null;
}

/**
 * An abstract: paragraphs separated by `\n`. A blank line or an indented one begins a paragraph (arXiv's convention);
 * U+2028, which some sources hold, is a line end, U+2029 a blank line.
 */
export function cleanAbstract(text: string): string {
  const sane = sanitizeText(text);
  return arxivAbstract(
    LINE_END.test(sane) ? sane.replace(/\r\n?|[\u2028\u0085\v\f]/gu, "\n").replace(/\u2029/gu, "\n\n") : sane,
  );
}

/** A link that may be put on a page: http or https, else null. */
export function cleanUrl(text: string | null | undefined): string | null {
  const trimmed = text?.trim();
  if (!trimmed) return null;
  const url = URL.parse(trimmed);
  return url && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
}

/** A bare DOI in lower case without a resolver, or null. Sources repeat DOIs separated by blanks: the first is taken. */
export function cleanDoi(text: string | null | undefined): string | null {
  const first = text
    ?.trim()
    .replace(/^doi:\s*/iu, "")
    .split(/\s/u)[0];
  return first ? normalizeDoi(first) : null;
}

import { texToUnicode } from "@cool-papers/core";

// Postgres takes no NUL, and no page shows the others; tabs and line ends are white space and handled after.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed here
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufeff\ufffe\uffff]/gu;
const NEEDS_CARE = /[^\x20-\x7e]/u;

/** Text that may be stored and shown: well-formed Unicode in NFC without control characters. */
export function sanitizeText(text: string): string {
  if (!NEEDS_CARE.test(text)) return text.trim();
  return text.toWellFormed().replace(CONTROL, "").normalize("NFC").trim();
}

/** A title, a name, a comment: one line of Unicode, TeX accents resolved, white space runs made one blank. */
export function cleanLine(text: string): string {
  return texToUnicode(sanitizeText(text)).replace(/\s+/gu, " ").normalize("NFC").trim();
}

/** As cleanLine, with null for nothing. */
export function cleanOptionalLine(text: string | null | undefined): string | null {
  return (text ? cleanLine(text) : "") || null;
}

/**
 * An abstract: paragraphs separated by `\n`. arXiv breaks lines at 80 columns and starts a paragraph with an indented
 * line; other sources use blank lines. U+2028 counts as a line end, U+2029 as a blank line.
 */
export function cleanAbstract(text: string): string {
  const unified = texToUnicode(sanitizeText(text))
    .replace(/\u2029/gu, "\n\n")
    .replace(/\r\n?|[\u2028\u0085\v\f]/gu, "\n");
  const paragraphs = unified.includes("\n") ? unified.split(/\n(?=[^\S\n])|\n[^\S\n]*\n/u) : [unified];
  return paragraphs
    .map((paragraph) => paragraph.replace(/\s+/gu, " ").normalize("NFC").trim())
    .filter((paragraph) => paragraph !== "")
    .join("\n");
}

/** A link that may be put on a page: http or https, else null. */
export function cleanUrl(text: string | null | undefined): string | null {
  const trimmed = text?.trim();
  if (!trimmed) return null;
  const url = URL.parse(trimmed);
  return url && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
}

/**
 * A bare DOI in lower case without a resolver, or null. Sources repeat DOIs separated by blanks: the first is taken.
 */
export function cleanDoi(text: string | null | undefined): string | null {
  const bare = text
    ?.trim()
    .toLowerCase()
    .replace(/^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:\s*)/u, "");
  return bare?.match(/^10\.\d{4,9}\/\S+/u)?.[0] ?? null;
}

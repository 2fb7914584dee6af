import { isIdeograph, isPunctuation, isRemoved, isSpace } from "./characters.ts";

/** What the normaliser does before words are cut out; the names are those of a Hugging Face BertNormalizer. */
export interface NormalizerOptions {
  /** Delete control characters and turn every space into U+0020. */
  readonly cleanText: boolean;
  /** Give each ideograph a word of its own. */
  readonly splitIdeographs: boolean;
  readonly lowercase: boolean;
  /** Decompose (NFD) and drop combining marks. */
  readonly stripAccents: boolean;
}

/** BERT uncased: everything on. */
export const UNCASED: NormalizerOptions = {
  cleanText: true,
  splitIdeographs: true,
  lowercase: true,
  stripAccents: true,
};

const ASCII = /^[\x20-\x7e]*$/;
const ASCII_WORDS = /[a-z0-9]+|[^a-z0-9 ]/gi;
const MARKS = /\p{Mn}/gu;

/** Cleans, lower-cases and strips accents as BERT does; ideographs come out surrounded by spaces. */
export function normalizeText(text: string, options: NormalizerOptions = UNCASED): string {
  if (ASCII.test(text)) return options.lowercase ? text.toLowerCase() : text;
  let out = "";
  for (const char of text) {
    const codePoint = char.codePointAt(0)!;
    if (options.cleanText && isSpace(codePoint)) out += " ";
    else if (options.cleanText && isRemoved(codePoint)) continue;
    else if (options.splitIdeographs && isIdeograph(codePoint)) out += ` ${char} `;
    else out += char;
  }
  if (options.lowercase) out = out.toLowerCase();
  return options.stripAccents ? out.normalize("NFD").replace(MARKS, "") : out;
}

/**
 * Normalises a text and cuts it into words: runs without space or punctuation, and punctuation marks one by one.
 *
 * @example splitWords("Café, 神经") // ["cafe", ",", "神", "经"]
 */
export function splitWords(text: string, options: NormalizerOptions = UNCASED): string[] {
  const normalized = normalizeText(text, options);
  if (ASCII.test(normalized)) return normalized.match(ASCII_WORDS) ?? [];
  const words: string[] = [];
  let start = -1;
  let at = 0;
  for (const char of normalized) {
    const codePoint = char.codePointAt(0)!;
    // Without cleaning, \v, \f and U+FEFF reach this point, where they separate words.
    const space = isSpace(codePoint) || codePoint === 0x0b || codePoint === 0x0c || codePoint === 0xfeff;
    if (space || isPunctuation(codePoint)) {
      if (start >= 0) words.push(normalized.slice(start, at));
      if (!space) words.push(char);
      start = -1;
    } else if (start < 0) start = at;
    at += char.length;
  }
  if (start >= 0) words.push(normalized.slice(start));
  return words;
}

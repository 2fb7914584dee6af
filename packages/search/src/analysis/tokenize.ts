import { fold } from "./fold.ts";

/**
 * Called for each token, in text order. `word` is folded (lower case, no accents), `[start, end)` are UTF-16 offsets
 * in the text, `position` counts words: a joined form (`gpt4` of `GPT-4`) has the position of its first part.
 */
export type TokenSink = (word: string, start: number, end: number, position: number, joined: boolean) => void;

/** TeX commands that are layout, not words; other commands (`\alpha`) are words. */
const LAYOUT_COMMANDS = new Set(
  (
    "mathcal mathbb mathbf mathrm mathit mathsf mathfrak mathscr mathtt boldsymbol bm rm bf it sf tt em emph textbf textit " +
    "textrm texttt textsc textsf textsuperscript textsubscript text mbox hbox operatorname left right big Big bigg Bigg " +
    "frac tfrac dfrac sqrt overline underline widehat widetilde hat tilde bar vec dot ddot cdot cdots ldots dots times " +
    "quad qquad sim approx leq geq le ge neq ll gg lesssim gtrsim in to rightarrow leftarrow pm mp infty url href cite " +
    "footnote label ref begin end displaystyle textstyle limits nolimits ensuremath xspace unicode"
  ).split(" "),
);

const SEPARATOR = 0;
const WORD = 1;
const IDEOGRAPH = 2;
const HYPHEN = 3;
const TRANSPARENT = 4;
const BACKSLASH = 5;
const APOSTROPHE = 6;

const ASCII_CLASS = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const isWord = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  if (isWord) ASCII_CLASS[code] = WORD;
}
ASCII_CLASS[0x2d] = HYPHEN;
for (const char of ["$", "{", "}"]) ASCII_CLASS[char.charCodeAt(0)] = TRANSPARENT;
ASCII_CLASS[0x5c] = BACKSLASH;
ASCII_CLASS[0x27] = APOSTROPHE;

const IDEOGRAPHIC = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}々〆ー]/u;
const WORD_CHAR = /[\p{L}\p{N}\p{M}]/u;
const classCache = new Map<number, number>();

function classOf(code: number): number {
  if (code < 128) return ASCII_CLASS[code] as number;
  const known = classCache.get(code);
  if (known !== undefined) return known;
  const found = classify(code);
  if (classCache.size < 20_000) classCache.set(code, found);
  return found;
}

function classify(code: number): number {
  if (code === 0x2010 || code === 0x2011 || code === 0x2012 || code === 0x2013 || code === 0x2212)
    return HYPHEN;
  if (code === 0x2019 || code === 0x02bc) return APOSTROPHE;
  const char = String.fromCodePoint(code);
  if (IDEOGRAPHIC.test(char)) return IDEOGRAPH;
  return WORD_CHAR.test(char) ? WORD : SEPARATOR;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isAsciiLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/**
 * Splits text into words for matching. Letters and digits make words; each ideograph, kana or Hangul syllable is a
 * word of its own (a Chinese word is then a phrase, exact whatever the segmentation). `C++`, `C#`, `3D`, `3.5` stay
 * whole; parts of `GPT-4`, `$k$-means`, `pre-training` are words and also give the joined forms `gpt4`, `kmeans`,
 * `pretraining`. TeX layout commands, braces and dollars are dropped. Total and linear in the text's length.
 *
 * @returns the number of positions used.
 */
export function tokenize(text: string, sink: TokenSink): number {
  let at = 0;
  let position = 0;
  const length = text.length;
  const chain: { word: string; start: number; end: number }[] = [];

  const flush = (): void => {
    if (chain.length === 0) return;
    for (let index = 0; index < chain.length; index++) {
      const part = chain[index]!;
      sink(part.word, part.start, part.end, position + index, false);
      const next = chain[index + 1];
      if (next && joins(part.word, next.word, chain.length)) {
        sink(part.word + next.word, part.start, next.end, position + index, true);
      }
    }
    position += chain.length;
    chain.length = 0;
  };

  while (at < length) {
    const code = text.codePointAt(at)!;
    const kind = classOf(code);
    if (kind === WORD) {
      const end = suffixEnd(text, at, wordEnd(text, at));
      const word = foldWord(text.slice(at, end));
      const next = chainEnd(text, end);
      if (next < 0 && chain.length === 0) {
        if (word !== "") sink(word, at, end, position++, false);
      } else {
        if (word !== "") chain.push({ word, start: at, end });
        if (next < 0) flush();
      }
      at = next < 0 ? end : next;
      continue;
    }
    flush();
    if (kind === IDEOGRAPH) {
      const end = at + (code > 0xffff ? 2 : 1);
      sink(fold(text.slice(at, end)), at, end, position, false);
      position++;
      at = end;
      continue;
    }
    if (kind === BACKSLASH) {
      at = afterCommand(text, at, (word, start, end) => {
        sink(word, start, end, position, false);
        position++;
      });
      continue;
    }
    at += code > 0xffff ? 2 : 1;
  }
  flush();
  return position;
}

/** Apostrophes are dropped, a final `'s` with its letter. */
function foldWord(word: string): string {
  const folded = fold(word);
  return /['’ʼ]/.test(folded) ? folded.replace(/['’ʼ](s$)?/g, "") : folded;
}

/** Two-part compounds always join; in longer chains only the pairs that hold a digit or a single letter. */
function joins(left: string, right: string, parts: number): boolean {
  if (left.length + right.length > 24) return false;
  if (parts === 2) return true;
  return left.length === 1 || right.length === 1 || /\d/.test(left) || /\d/.test(right);
}

function wordEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const code = text.codePointAt(at)!;
    const kind = classOf(code);
    if (kind === WORD) at += code > 0xffff ? 2 : 1;
    else if (kind === APOSTROPHE && at > start && classOf(text.codePointAt(at + 1) ?? 32) === WORD) at++;
    else if (code === 0x2e && isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(at + 1))) at++;
    else break;
  }
  return at;
}

/** `C++`, `g++`, `C#`, `F#`: a single letter keeps its signs. */
function suffixEnd(text: string, start: number, end: number): number {
  if (end - start !== 1 || !isAsciiLetter(text.charCodeAt(start))) return end;
  if (text.startsWith("++", end) && text[end + 2] !== "+") return end + 2;
  if (text[end] === "#") return end + 1;
  return end;
}

/** Where the next part of a hyphenated chain begins, or -1. Dollars and braces beside the hyphen do not count. */
function chainEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && classOf(text.charCodeAt(at)) === TRANSPARENT) at++;
  if (at >= text.length || classOf(text.charCodeAt(at)) !== HYPHEN) return -1;
  at++;
  while (at < text.length && classOf(text.charCodeAt(at)) === TRANSPARENT) at++;
  return at < text.length && classOf(text.codePointAt(at)!) === WORD ? at : -1;
}

function afterCommand(
  text: string,
  at: number,
  word: (word: string, start: number, end: number) => void,
): number {
  let end = at + 1;
  while (end < text.length && isAsciiLetter(text.charCodeAt(end))) end++;
  if (end === at + 1) return Math.min(text.length, at + 2);
  const name = text.slice(at + 1, end);
  if (!LAYOUT_COMMANDS.has(name) && name.length > 1) word(name.toLowerCase(), at, end);
  return end;
}

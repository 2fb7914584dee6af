/**
 * Text folded for the filter of lists: small letters without accents, every other run of characters one blank, and a
 * blank where Chinese, Japanese or Korean meets another script, so that "基于BERT的" holds the word "bert". A folded
 * text starts and ends with a blank: a word begins with " word". Full-width and other compatibility forms count as
 * the plain ones.
 */

/** Letters that Unicode does not decompose, and the two forms of sigma. */
const UNDECOMPOSED: Readonly<Record<string, string>> = {
  ø: "o",
  ß: "ss",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  æ: "ae",
  œ: "oe",
  ı: "i",
  ς: "σ",
  ϵ: "ε",
};

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
/** `C++`, `C#`, `Q-learning+`: signs that end a word belong to it. */
const SIGNS_AT_END = /^[+#]+(?![\p{L}\p{N}])/u;

const pieces = new Map<string, string>();

/** What one character becomes: letters and digits, a blank, or nothing (a combining accent). */
function foldCharacter(character: string): string {
  const known = pieces.get(character);
  if (known !== undefined) return known;
  let piece = "";
  for (const part of character.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().normalize("NFC"))
    piece += UNDECOMPOSED[part] ?? (LETTER_OR_DIGIT.test(part) ? part : " ");
  pieces.set(character, piece);
  return piece;
}

export interface FoldedText {
  readonly folded: string;
  /** For each unit of `folded`, where the character that it comes from starts in the text. */
  readonly starts: readonly number[];
  /** And where it ends. */
  readonly ends: readonly number[];
}

type Script = "none" | "cjk" | "other";

function fold(text: string, place: ((start: number, end: number) => void) | null): string {
  let folded = " ";
  let script: Script = "none";
  let index = 0;
  place?.(0, 0);
  const put = (unit: string, start: number, end: number): void => {
    folded += unit;
    for (let count = 0; count < unit.length; count++) place?.(start, end);
  };
  const blank = (at: number): void => {
    if (script !== "none") put(" ", at, at);
    script = "none";
  };
  for (const character of text) {
    const end = index + character.length;
    const isSign: boolean = (character === "+" || character === "#") && script === "other";
    const piece: string =
      isSign && SIGNS_AT_END.test(text.slice(index, index + 8)) ? character : foldCharacter(character);
    for (const unit of piece) {
      if (unit === " ") {
        blank(index);
        continue;
      }
      const itsScript: Script = unit > "\u10ff" && CJK.test(unit) ? "cjk" : "other";
      if (script !== "none" && script !== itsScript) blank(index);
      put(unit, index, end);
      script = itsScript;
    }
    index = end;
  }
  blank(index);
  return folded;
}

/** The folded form of a text, " " for one without letters and digits. Folding it again changes nothing. */
export function foldText(text: string): string {
  return fold(text, null);
}

/** The folded form with the places in the text that it comes from, for marking matches. */
export function foldWithPlaces(text: string): FoldedText {
  const starts: number[] = [];
  const ends: number[] = [];
  const folded = fold(text, (start, end) => {
    starts.push(start);
    ends.push(end);
  });
  return { folded, starts, ends };
}

/** True when a folded word is written in a script without blanks between words. */
export function isWithoutBlanks(word: string): boolean {
  return CJK.test(String.fromCodePoint(word.codePointAt(0) ?? 32));
}

/**
 * TeX in running text to Unicode: accents, letters, quotes, dashes, escapes and the commands that only change the
 * typeface. Mathematics is left to the typesetter. Everything that is not understood stays as it was written.
 */
import { splitMath } from "./math-segments.ts";

/** Accent command → combining character. */
const ACCENTS: Readonly<Record<string, string>> = {
  "`": "\u0300",
  "'": "\u0301",
  "^": "\u0302",
  "~": "\u0303",
  '"': "\u0308",
  "=": "\u0304",
  ".": "\u0307",
  u: "\u0306",
  v: "\u030c",
  H: "\u030b",
  c: "\u0327",
  k: "\u0328",
  r: "\u030a",
  d: "\u0323",
  b: "\u0331",
  t: "\u0361",
};

/** Commands that stand for a character or a name. */
const SYMBOLS: Readonly<Record<string, string>> = {
  ss: "ß",
  o: "ø",
  O: "Ø",
  l: "ł",
  L: "Ł",
  aa: "å",
  AA: "Å",
  ae: "æ",
  AE: "Æ",
  oe: "œ",
  OE: "Œ",
  i: "ı",
  j: "ȷ",
  dh: "ð",
  DH: "Ð",
  th: "þ",
  TH: "Þ",
  dj: "đ",
  DJ: "Đ",
  ng: "ŋ",
  NG: "Ŋ",
  S: "§",
  P: "¶",
  copyright: "©",
  pounds: "£",
  euro: "€",
  dag: "†",
  ddag: "‡",
  ldots: "…",
  dots: "…",
  textendash: "–",
  textemdash: "—",
  textquoteleft: "‘",
  textquoteright: "’",
  textquotedblleft: "“",
  textquotedblright: "”",
  textregistered: "®",
  texttrademark: "™",
  textdegree: "°",
  textasciitilde: "~",
  textasciicircum: "^",
  textbackslash: "\\",
  textunderscore: "_",
  textbraceleft: "{",
  textbraceright: "}",
  TeX: "TeX",
  LaTeX: "LaTeX",
  quad: " ",
  qquad: " ",
}; // prettier table

/** Commands whose argument is the text itself. */
const TYPEFACE_COMMANDS: ReadonlySet<string> = new Set(
  "emph textit textbf texttt textsc textsf textrm textsl textup textmd textnormal text underline mbox hbox url textsuperscript textsubscript uppercase".split(
    " ",
  ),
);
/** Commands that change the typeface of the group they stand in. */
const TYPEFACE_SWITCHES: ReadonlySet<string> = new Set(
  "em it bf tt sc sf rm sl itshape bfseries ttfamily scshape sffamily rmfamily upshape normalfont small large".split(
    " ",
  ),
);

const SPECIAL = /[\\~{}$]|--|``/;
const LETTER = /^\p{L}$/u;

/** Index of each brace's partner, -1 where it has none. Escaped braces are no braces. */
function matchBraces(text: string): Int32Array {
  const partner = new Int32Array(text.length).fill(-1);
  const open: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === "\\") index++;
    else if (character === "{") open.push(index);
    else if (character === "}") {
      const start = open.pop();
      if (start === undefined) continue;
      partner[start] = index;
      partner[index] = start;
    }
  }
  return partner;
}

/** Reads one text run from left to right; every step moves on, so the whole is linear. */
class TexReader {
  readonly #text: string;
  readonly #partner: Int32Array;
  /** Closing braces that go together with their opening ones. */
  readonly #dropped = new Set<number>();
  #index = 0;
  #openQuotes = 0;

  constructor(text: string) {
    this.#text = text;
    this.#partner = text.includes("{") ? matchBraces(text) : new Int32Array(0);
  }

  read(): string {
    let out = "";
    while (this.#index < this.#text.length) out += this.#next();
    return out;
  }

  #next(): string {
    const character = this.#text[this.#index] ?? "";
    if (character === "\\") return this.#command();
    if (character === "{") return this.#openGroup();
    if (character === "}") return this.#take(1, this.#dropped.delete(this.#index) ? "" : "}");
    if (character === "-") return this.#dashes();
    if (character === "~") return this.#take(1, this.#isTie() ? " " : "~");
    if (character === "`" && this.#text[this.#index + 1] === "`") {
      this.#openQuotes++;
      return this.#take(2, "“");
    }
    if (character === "'" && this.#openQuotes > 0 && this.#text[this.#index + 1] === "'") {
      this.#openQuotes--;
      return this.#take(2, "”");
    }
    return this.#take(1, character);
  }

  #take(length: number, result: string): string {
    this.#index += length;
    return result;
  }

  /** A tilde joins what stands on both sides (`Fig.~3`); before a number (`~10 km`) or in an address it is itself. */
  #isTie(): boolean {
    return (
      /[\p{L}\p{N}.,;:)\]}%'’]/u.test(this.#text[this.#index - 1] ?? "") &&
      /\S/.test(this.#text[this.#index + 1] ?? "")
    );
  }

  #dashes(): string {
    let end = this.#index;
    while (this.#text[end] === "-") end++;
    const length = end - this.#index;
    const isOption = !/\S/.test(this.#text[this.#index - 1] ?? "") && /[a-z]/i.test(this.#text[end] ?? "");
    if (length === 3) return this.#take(3, "—");
    return this.#take(length, length === 2 && !isOption ? "–" : "-".repeat(length));
  }

  /** Braces go where they only hold a command or protect capitals; elsewhere they are the author's own. */
  #openGroup(): string {
    const start = this.#index;
    const end = this.#partner[start] ?? -1;
    if (end === -1) return this.#take(1, "{");
    const isCommand = this.#text[start + 1] === "\\" && !/[{}]/.test(this.#text[start + 2] ?? "");
    const isShort = end - start <= 40;
    const isProtection =
      isShort && /^[\p{L}\p{M}\p{N}-]*\p{Lu}[\p{L}\p{M}\p{N}-]*$/u.test(this.#text.slice(start + 1, end));
    if (!isCommand && !isProtection && end !== start + 1) return this.#take(1, "{");
    this.#dropped.add(end);
    return this.#take(1, "");
  }

  #command(): string {
    const name = this.#commandName();
    const first = this.#text[this.#index + 1] ?? "";
    if (name === "") return this.#take(1, "\\");
    if (Object.hasOwn(ACCENTS, name)) return this.#accent(name);
    if ("%&#_{}".includes(first)) return this.#take(2, first);
    if (first === "$") return this.#take(2, "\\$");
    if (first === "-" || first === "/") return this.#take(2, "");
    if (/[\s,;:!\\]/.test(first)) return this.#take(2, " ");
    return this.#namedCommand(name);
  }

  #commandName(): string {
    let end = this.#index + 1;
    while (end < this.#index + 40 && /[A-Za-z]/.test(this.#text[end] ?? "")) end++;
    return this.#text.slice(this.#index + 1, Math.max(end, this.#index + 2));
  }

  #namedCommand(name: string): string {
    const end = this.#index + 1 + name.length;
    const braceAt = this.#text[end] === "{" ? end : -1;
    const partner = braceAt === -1 ? -1 : (this.#partner[braceAt] ?? -1);
    if (Object.hasOwn(SYMBOLS, name)) {
      this.#index = partner === braceAt + 1 ? partner + 1 : this.#skipBlank(end);
      return SYMBOLS[name] ?? "";
    }
    if (TYPEFACE_SWITCHES.has(name) && this.#text[end] !== "{")
      return this.#take(this.#skipBlank(end) - this.#index, "");
    if (!TYPEFACE_COMMANDS.has(name) || partner === -1) return this.#take(name.length + 1, `\\${name}`);
    this.#dropped.add(partner);
    return this.#take(braceAt + 1 - this.#index, "");
  }

  #skipBlank(index: number): number {
    return this.#text[index] === " " ? index + 1 : index;
  }

  /** `\"{o}`, `\"o`, `\v{s}`, `\v s`, `\'{\i}`, `\'\i`; anything else after an accent leaves it as text. */
  #accent(name: string): string {
    const isLetterCommand = /[a-z]/i.test(name);
    let index = this.#index + 2;
    const isBraced = this.#text[index] === "{";
    if (isBraced) index++;
    else if (this.#text[index] === " " && isLetterCommand) index++;
    else if (isLetterCommand && this.#text[index] !== "\\") return this.#take(2, `\\${name}`);
    if (isBraced && this.#text[index] === "}") {
      const literal = name === "~" || name === "^" ? name : `\\${name}{}`;
      return this.#take(4, literal);
    }
    const base = this.#accentBase(index);
    const end = index + base.length;
    if (base.letters === "" || (isBraced && this.#text[end] !== "}")) return this.#take(2, `\\${name}`);
    this.#index = isBraced ? end + 1 : end;
    const [letter = "", ...rest] = base.letters;
    return letter + (ACCENTS[name] ?? "") + rest.join("");
  }

  /** The letter under an accent; dotless i and j carry it in place of their dot. */
  #accentBase(index: number): { readonly letters: string; readonly length: number } {
    const letter = String.fromCodePoint(this.#text.codePointAt(index) ?? 0);
    if (LETTER.test(letter)) return { letters: letter, length: letter.length };
    const next = this.#text[index + 1] ?? "";
    const isDotless =
      letter === "\\" && (next === "i" || next === "j") && !/[a-z]/i.test(this.#text[index + 2] ?? "");
    if (isDotless) return { letters: next, length: this.#text[index + 2] === " " ? 3 : 2 };
    return { letters: "", length: 0 };
  }
}

/**
 * One line of text with TeX accents and commands turned into Unicode (NFC): `Erd\H{o}s` → `Erdős`. Runs of blanks
 * and line breaks become one blank. Mathematics between `$…$`, `$$…$$`, `\(…\)` and `\[…\]` stays, only its line breaks
 * become blanks; a dollar sign stays written `\$`, so that splitting later finds the same mathematics.
 * Broken TeX comes back as text. Linear in the length.
 */
export function texToUnicode(text: string): string {
  const converted = SPECIAL.test(text)
    ? splitMath(text)
        .map((segment) => (segment.kind === "math" ? segment.source : new TexReader(segment.source).read()))
        .join("")
    : text;
  return collapseBlanks(converted).normalize("NFC");
}

function collapseBlanks(text: string): string {
  return text
    .split(/[\s\p{Cc}]+/u)
    .filter((word) => word !== "")
    .join(" ");
}

/**
 * An abstract as arXiv's interfaces give it: lines are broken at a fixed width, a line that begins with a blank
 * begins a paragraph. Returns paragraphs joined by one line break, each converted as `texToUnicode` does.
 */
export function arxivAbstract(text: string): string {
  return text
    .replaceAll("\r", "")
    .split(/\n(?=[ \t\n])/)
    .map(texToUnicode)
    .filter((paragraph) => paragraph !== "")
    .join("\n");
}

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

/** Commands that stand for a character or a name, with the words that arXiv's metadata has outside mathematics. */
const SYMBOLS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "ss ß o ø O Ø l ł L Ł aa å AA Å ae æ AE Æ oe œ OE Œ i ı j ȷ dh ð DH Ð th þ TH Þ dj đ DJ Đ ng ŋ NG Ŋ " +
    "S § P ¶ copyright © pounds £ euro € dag † ddag ‡ ldots … dots … textellipsis … textbullet • " +
    "textendash – textemdash — textquoteleft ‘ textquoteright ’ textquotedblleft “ textquotedblright ” " +
    "textregistered ® texttrademark ™ textdegree ° degree ° deg ° degC °C textmu µ textasciitilde ~ " +
    "textasciicircum ^ textbackslash \\ textunderscore _ textbraceleft { textbraceright } " +
    "TeX TeX LaTeX LaTeX eg e.g. ie i.e. etal et\u00a0al. xspace \u2060 " +
    "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ " +
    "mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ " +
    "Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω ell ℓ hbar ℏ infty ∞ pm ± times × cdot · sim ∼ " +
    "approx ≈ simeq ≃ leq ≤ le ≤ geq ≥ ge ≥ neq ≠ to → rightarrow → leftarrow ← partial ∂ nabla ∇"
  )
    .split(" ")
    .flatMap((word, index, words) => (index % 2 === 0 ? [[word, words[index + 1] ?? ""]] : [])),
);
/** A word joiner stands in the table for "nothing", a no-break space for a blank. */
function symbolText(name: string): string {
  return (SYMBOLS[name] ?? "").replace("\u2060", "").replace("\u00a0", " ");
}

/** Commands whose argument is the text itself. */
const TYPEFACE_COMMANDS: ReadonlySet<string> = new Set(
  (
    "emph textit textbf texttt textsc textsf textrm textsl textup textmd textnormal text underline mbox hbox url " +
    "textsuperscript textsubscript uppercase ce"
  ).split(" "),
);
/** Commands that change the typeface of the group they stand in. */
const TYPEFACE_SWITCHES: ReadonlySet<string> = new Set(
  (
    "em it bf tt sc sf rm sl itshape bfseries ttfamily scshape sffamily rmfamily upshape normalfont small large " +
    "noindent centering newline linebreak quad qquad"
  ).split(" "),
);
/** Commands whose argument is kept between marks, so that no sentence loses its subject. */
const MARKED_ARGUMENTS: Readonly<Record<string, readonly [string, string]>> = {
  cite: ["[", "]"],
  citep: ["[", "]"],
  citet: ["[", "]"],
  citealp: ["[", "]"],
  footnote: [" (", ")"],
};

const SPECIAL = /[\\~{}$]|--|``/;
/** A run of characters that mean themselves. Mathematics begins with a dollar sign or a backslash. */
const PLAIN_RUN = /[^\\${}~`'-]+/y;
const LETTER = /^\p{L}$/u;
/** Braces that only protect capitals, or one accented letter. */
const PROTECTED = /^(?:[\p{L}\p{M}\p{N}-]*\p{Lu}[\p{L}\p{M}\p{N}-]*|[^\p{ASCII}]\p{M}*)$/u;

/** End of the mathematics that starts at an index. */
type MathSpans = ReadonlyMap<number, number>;

function mathSpans(text: string): MathSpans {
  const spans = new Map<number, number>();
  let index = 0;
  for (const { kind, source } of splitMath(text)) {
    if (kind === "math") spans.set(index, index + source.length);
    index += source.length;
  }
  return spans;
}

/** Index of each brace's partner, -1 where it has none. Escaped braces and those of mathematics are left out. */
function matchBraces(text: string, spans: MathSpans): Int32Array {
  const partner = new Int32Array(text.length).fill(-1);
  const open: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const mathEnd = spans.get(index);
    const character = text[index];
    if (mathEnd !== undefined) index = mathEnd - 1;
    else if (character === "\\") index++;
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

/** Reads a text from left to right; every step moves on, so the whole is linear. */
class TexReader {
  readonly #text: string;
  readonly #spans: MathSpans;
  readonly #partner: Int32Array;
  /** What stands for closing braces that lose their opening ones. */
  readonly #closers = new Map<number, string>();
  #index = 0;
  #openQuotes = 0;

  constructor(text: string) {
    this.#text = text;
    this.#spans = mathSpans(text);
    this.#partner = text.includes("{") ? matchBraces(text, this.#spans) : new Int32Array(0);
  }

  read(): string {
    let out = "";
    while (this.#index < this.#text.length) out += this.#next();
    return out;
  }

  #next(): string {
    PLAIN_RUN.lastIndex = this.#index;
    const run = PLAIN_RUN.exec(this.#text)?.[0];
    return run === undefined ? this.#special() : this.#take(run.length, run);
  }

  #special(): string {
    const character = this.#text[this.#index] ?? "";
    const mathEnd = this.#spans.get(this.#index);
    if (mathEnd !== undefined)
      return this.#take(mathEnd - this.#index, this.#text.slice(this.#index, mathEnd));
    if (character === "\\") return this.#command();
    if (character === "{") return this.#openGroup();
    if (character === "}") return this.#take(1, this.#closers.get(this.#index) ?? "}");
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
    const before = this.#text[this.#index - 1] ?? "";
    const after = this.#text[this.#index + 1] ?? "";
    return /[\p{L}\p{N}.,;:)\]}%'’]/u.test(before) && /\S/.test(after);
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
    const isProtection = end - start <= 40 && PROTECTED.test(this.#text.slice(start + 1, end));
    if (!isCommand && !isProtection && end !== start + 1) return this.#take(1, "{");
    this.#closers.set(end, "");
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
    const argumentEnd = this.#text[end] === "{" ? (this.#partner[end] ?? -1) : -1;
    if (Object.hasOwn(SYMBOLS, name)) {
      const symbol = symbolText(name);
      // TeX drops the blank after every command; readers want `0.1 ≤ x`, so only letters of words (`\\o re`) draw together.
      const after = /^\p{Script=Latin}$/u.test(symbol) ? this.#skipBlank(end) : end;
      this.#index = argumentEnd === end + 1 ? argumentEnd + 1 : after;
      return symbol;
    }
    if (TYPEFACE_SWITCHES.has(name) && this.#text[end] !== "{") {
      return this.#take(this.#skipBlank(end) - this.#index, "");
    }
    return (
      (argumentEnd === -1 ? null : this.#argument(name, end, argumentEnd)) ??
      this.#take(name.length + 1, `\\${name}`)
    );
  }

  /** A command with an argument between the braces at `start` and `end`; null when it is not known. */
  #argument(name: string, start: number, end: number): string | null {
    const [opener, closer] = Object.hasOwn(MARKED_ARGUMENTS, name)
      ? (MARKED_ARGUMENTS[name] ?? ["", ""])
      : ["", ""];
    if (TYPEFACE_COMMANDS.has(name) || closer !== "") {
      this.#closers.set(end, closer);
      return this.#take(start + 1 - this.#index, opener);
    }
    if (name === "label") return this.#take(end + 1 - this.#index, "");
    const secondEnd = this.#text[end + 1] === "{" ? (this.#partner[end + 1] ?? -1) : -1;
    if (secondEnd === -1 || (name !== "href" && name !== "textcolor")) return null;
    this.#closers.set(secondEnd, name === "href" ? this.#hrefSuffix(start, end, secondEnd) : "");
    return this.#take(end + 2 - this.#index, "");
  }

  /** A link's address stands in parentheses after its text, unless the text is the address. */
  #hrefSuffix(start: number, end: number, secondEnd: number): string {
    const address = this.#text
      .slice(start + 1, end)
      .replaceAll(/\\([%#_&~])/g, "$1")
      .trim();
    const isAddress = /https?:\/\/|www\./.test(this.#text.slice(end + 2, Math.min(secondEnd, end + 400)));
    return address === "" || isAddress ? "" : ` (${address})`;
  }

  #skipBlank(index: number): number {
    return this.#text[index] === " " ? index + 1 : index;
  }

  /** `\"{o}`, `\"o`, `\v{s}`, `\v s`, `\'{\i}`, `\'\i`; anything else after an accent leaves it as text. */
  #accent(name: string): string {
    const isLetterCommand = /[a-z]/i.test(name);
    let index = this.#index + 2;
    const isBraced = this.#text[index] === "{";
    if (isBraced && this.#text[index + 1] === "}")
      return this.#take(4, /[~^]/.test(name) ? name : `\\${name}{}`);
    const symbol = isBraced && isLetterCommand ? this.#splitSymbol(name) : null;
    if (symbol !== null) return symbol;
    if (isBraced) index++;
    else if (this.#text[index] === " " && isLetterCommand) index++;
    else if (isLetterCommand && this.#text[index] !== "\\") return this.#take(2, `\\${name}`);
    const base = this.#accentBase(index);
    const end = index + base.length;
    if (base.letter === "" || (isBraced && this.#text[end] !== "}")) return this.#take(2, `\\${name}`);
    this.#index = isBraced ? end + 1 : end;
    return base.letter + (ACCENTS[name] ?? "");
  }

  /** arXiv's metadata hold `\b{eta}` and `\r{ho}` where `\beta` and `\rho` were meant. */
  #splitSymbol(name: string): string | null {
    const rest = /\{([a-z]{2,9})\}/y;
    rest.lastIndex = this.#index + 2;
    const letters = rest.exec(this.#text)?.[1];
    if (letters === undefined || !Object.hasOwn(SYMBOLS, name + letters)) return null;
    return this.#take(letters.length + 4, symbolText(name + letters));
  }

  /** The letter under an accent; dotless i and j carry it in place of their dot. */
  #accentBase(index: number): { readonly letter: string; readonly length: number } {
    const letter = String.fromCodePoint(this.#text.codePointAt(index) ?? 0);
    if (LETTER.test(letter)) return { letter, length: letter.length };
    const next = this.#text[index + 1] ?? "";
    const after = this.#text[index + 2] ?? "";
    const isDotless = letter === "\\" && (next === "i" || next === "j") && !/[a-z]/i.test(after);
    return isDotless ? { letter: next, length: after === " " ? 3 : 2 } : { letter: "", length: 0 };
  }
}

/**
 * One line of text with TeX accents and commands turned into Unicode (NFC): `Erd\H{o}s` → `Erdős`. Runs of blanks
 * and line breaks become one blank. Mathematics between `$…$`, `$$…$$`, `\(…\)` and `\[…\]` stays, only its line breaks
 * become blanks; a dollar sign stays written `\$`, so that splitting later finds the same mathematics.
 * Broken TeX comes back as text. Linear in the length.
 */
export function texToUnicode(text: string): string {
  const converted = SPECIAL.test(text) ? new TexReader(text).read() : text;
  return collapseBlanks(converted).normalize("NFC");
}

const UNEVEN_BLANKS = /[^\S ]|[\p{Cc}]|^ | $| {2}/u;

function collapseBlanks(text: string): string {
  if (!UNEVEN_BLANKS.test(text)) return text;
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

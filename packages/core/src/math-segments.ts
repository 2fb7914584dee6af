/** Splitting text into plain runs and TeX mathematics, for typesetting, converting and citing. */

export interface MathSegment {
  readonly kind: "text" | "math";
  /** Source of the segment; for mathematics with its delimiters. */
  readonly source: string;
  /** What is to be shown or typeset: text as it is, mathematics without delimiters. */
  readonly content: string;
  /** True for `$$…$$` and `\[…\]`. */
  readonly isDisplay: boolean;
}

interface Delimiter {
  readonly open: string;
  readonly close: string;
  readonly isDisplay: boolean;
}

const DELIMITERS: readonly Delimiter[] = [
  { open: "$$", close: "$$", isDisplay: true },
  { open: "$", close: "$", isDisplay: false },
  { open: "\\(", close: "\\)", isDisplay: false },
  { open: "\\[", close: "\\]", isDisplay: true },
];

/** A content between two single dollar signs, and the characters on either side of them. */
interface Dollars {
  readonly before: string;
  readonly content: string;
  readonly after: string;
}

/** What may stand before an amount of money or an opening dollar sign, and never before a closing one. */
const OPENS_AFTER = /[\s([~<>≈–+-]$|\b(?:US|AU?|CA?|HK|NT)$/;
/** Bounded, so that a text of nothing but commas is read in linear time. */
const AMOUNT = String.raw`\d[\d,]{0,20}(?:\.\d{1,20})?\s?(?:[kKMBT]|[bm]n|[mb]illion|trillion)?`;
/** `5-`, `2,000/`: before another amount. */
const AMOUNT_AND_SIGN = new RegExp(String.raw`^${AMOUNT}\s?[-–—/~+<>≈]\s?$`);
/** `5, `, `2M; `: before another amount or mathematics. */
const AMOUNT_AND_COMMA = new RegExp(String.raw`^${AMOUNT}[).,;:]{1,3}\s{1,20}$`);
/** Words that stand in sentences and, outside of \text, never in mathematics. */
const SENTENCE_WORD =
  /(?:^|[\s,;.)])(?:and|or|per|for|to|of|in|on|at|by|from|with|than|the|an|is|are|was|were|while|which|each|vs)[\s,;.]/;
const WORDS_IN_MATH = /\\(?:text\w*|mbox|math\w+|operatorname)\s*\{[^{}]*\}/g;

/**
 * True where the dollar signs are those of sums of money: the content starts with a number and is words (`5 and `,
 * `2,000 (about US`) or next to nothing (`5-`, `5, `), and the second sign stands where one opens; or both stand
 * behind their numbers (`5$ and 10$`). Mathematics that happens to start with a number ends without a blank, or has
 * what only mathematics has.
 */
function isMoney(dollars: Dollars): boolean {
  const { before, content, after } = dollars;
  if (/^\d/.test(content)) {
    if (AMOUNT_AND_SIGN.test(content)) return /\d/.test(after);
    if (AMOUNT_AND_COMMA.test(content)) return /[\p{L}\d\\]/u.test(after);
    return OPENS_AFTER.test(content) && isProse(content);
  }
  return /\d/.test(before) && /^\s.*[\d\s]$/s.test(content) && isProse(content);
}

function isProse(text: string): boolean {
  if (SENTENCE_WORD.test(text.replace(WORDS_IN_MATH, ""))) return true;
  return !/[\\^_{}=]/.test(text) && /[a-z]{2}/i.test(text);
}

/** Environments that are mathematics without any dollar sign. */
const ENVIRONMENT =
  /\\begin\{((?:equation|align|gather|multline|eqnarray|displaymath|math|flalign|alignat)\*?)\}/y;

/** Position of `close` from `from` on that no backslash takes away, or -1. Each call is linear in what it passes. */
function findClose(text: string, close: string, from: number): number {
  if (close !== "$" && close !== "$$") return text.indexOf(close, from);
  for (let index = from; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text.startsWith(close, index)) return index;
  }
  return -1;
}

function delimiterAt(text: string, index: number): Delimiter | undefined {
  const fixed = DELIMITERS.find(({ open }) => text.startsWith(open, index));
  if (fixed || !text.startsWith("\\begin{", index)) return fixed;
  ENVIRONMENT.lastIndex = index;
  const [open, name] = ENVIRONMENT.exec(text) ?? [];
  return open === undefined ? undefined : { open, close: `\\end{${name}}`, isDisplay: true };
}

/**
 * Splits text at `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and `\begin{equation}…\end{equation}` (`align` and the like; their
 * content keeps the environment). Mathematics that never closes, empty mathematics and sums of
 * money stay text. `\$` is a dollar sign and opens nothing. Linear in the length; the sources join to the input.
 */
export function splitMath(text: string): MathSegment[] {
  const segments: MathSegment[] = [];
  const unclosed = new Set<string>();
  let textStart = 0;
  const pushText = (end: number) => {
    const source = text.slice(textStart, end);
    if (source !== "")
      segments.push({ kind: "text", source, content: source.replaceAll("\\$", "$"), isDisplay: false });
  };
  let index = 0;
  while (index < text.length) {
    const character = text[index];
    if (character !== "$" && character !== "\\") {
      index++;
      continue;
    }
    const delimiter = delimiterAt(text, index);
    if (delimiter === undefined || unclosed.has(delimiter.open)) {
      index += character === "\\" ? 2 : 1;
      continue;
    }
    const contentStart = index + delimiter.open.length;
    const close = findClose(text, delimiter.close, contentStart);
    // One failed search to the end is enough: a later opening cannot close either.
    if (close === -1) unclosed.add(delimiter.open);
    const content = close === -1 ? "" : text.slice(contentStart, close);
    if (
      content.trim() === "" ||
      (delimiter.open === "$" &&
        isMoney({ before: text.charAt(index - 1), content, after: text.charAt(close + 1) }))
    ) {
      index = contentStart;
      continue;
    }
    pushText(index);
    const source = text.slice(index, close + delimiter.close.length);
    const isEnvironment = delimiter.open.startsWith("\\begin");
    segments.push({
      kind: "math",
      source,
      content: isEnvironment ? source : content,
      isDisplay: delimiter.isDisplay,
    });
    index += source.length;
    textStart = index;
  }
  pushText(text.length);
  return segments;
}

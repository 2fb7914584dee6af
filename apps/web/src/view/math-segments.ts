/** A run of an author's text: plain, or TeX between delimiters. `raw` is the text as written, delimiters included. */
export type TextSegment =
  | { readonly kind: "text"; readonly raw: string }
  | { readonly kind: "math"; readonly raw: string; readonly tex: string; readonly display: boolean };

/** Longest formula looked for: what is longer is an unclosed dollar, not mathematics. Characters. */
const MAX_TEX_LENGTH = 1500;

/**
 * Splits text at `$…$`, `$$…$$`, `\(…\)` and `\[…\]`. An opening dollar is followed by no blank and a closing one is
 * preceded by no blank and followed by no digit, so that "from $5 to $10" stays text. `\$` is a dollar. Total: what
 * never closes is text.
 */
export function splitMath(text: string): TextSegment[] {
  const segments: TextSegment[] = [];
  let plainFrom = 0;
  let at = 0;
  while (at < text.length) {
    const found = formulaAt(text, at);
    if (found === null) {
      at += text[at] === "\\" ? 2 : 1;
      continue;
    }
    if (at > plainFrom) segments.push({ kind: "text", raw: text.slice(plainFrom, at) });
    segments.push({ kind: "math", raw: text.slice(at, found.end), tex: found.tex, display: found.display });
    at = found.end;
    plainFrom = at;
  }
  if (plainFrom < text.length) segments.push({ kind: "text", raw: text.slice(plainFrom) });
  return segments;
}

interface Formula {
  readonly tex: string;
  readonly display: boolean;
  readonly end: number;
}

function formulaAt(text: string, at: number): Formula | null {
  if (text.startsWith("\\(", at)) return closedBy(text, at, "\\(", "\\)", false);
  if (text.startsWith("\\[", at)) return closedBy(text, at, "\\[", "\\]", true);
  if (text.startsWith("$$", at)) return closedBy(text, at, "$$", "$$", true);
  if (text[at] === "$") return dollarFormula(text, at);
  return null;
}

function closedBy(text: string, at: number, open: string, close: string, display: boolean): Formula | null {
  const from = at + open.length;
  const to = text.slice(from, from + MAX_TEX_LENGTH).indexOf(close);
  if (to <= 0) return null;
  const tex = text.slice(from, from + to).trim();
  return tex === "" ? null : { tex, display, end: from + to + close.length };
}

function dollarFormula(text: string, at: number): Formula | null {
  if (/\s/.test(text[at + 1] ?? " ")) return null;
  const limit = Math.min(text.length, at + MAX_TEX_LENGTH);
  for (let index = at + 1; index < limit; index++) {
    const character = text[index];
    if (character === "\\") index++;
    else if (character === "$" && index > at + 1) {
      if (/\s/.test(text[index - 1]!) || /\d/.test(text[index + 1] ?? "")) return null;
      return { tex: text.slice(at + 1, index), display: false, end: index + 1 };
    }
  }
  return null;
}

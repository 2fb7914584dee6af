import { escapeHtml, Markup } from "./html.ts";
import { splitMath } from "./math-segments.ts";
import { typeset } from "./typeset.ts";

/**
 * Marks words in already split plain text. Made once for a list of papers; `null` marks nothing.
 * The pattern's first group is the word.
 */
export type Marker = RegExp | null;

const HAS_CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** A marker for the words of a match; whole words only, but for scripts that write none. */
export function markerFor(terms: readonly string[]): Marker {
  const alternatives = [...new Set(terms.map((term) => term.trim()).filter((term) => term !== ""))]
    .slice(0, 64)
    .sort((a, b) => b.length - a.length)
    .map((term) => {
      const literal = term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");
      return HAS_CJK.test(term) ? literal : `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`;
    });
  return alternatives.length === 0 ? null : new RegExp(`(${alternatives.join("|")})`, "giu");
}

/** Escaped text with the marker's words in <mark>. For names and other text without mathematics. */
export function markText(text: string, marker: Marker): Markup {
  return new Markup(marked(text, marker));
}

/**
 * A title or abstract as HTML: mathematics typeset (or, when it cannot be, shown as written), the few text commands
 * that authors use in abstracts turned into elements, matches marked, and everything else escaped.
 */
export function prose(text: string, marker: Marker): Markup {
  let out = "";
  for (const segment of splitMath(text)) {
    if (segment.kind === "text") out += plainText(segment.raw, marker);
    else {
      const typesetHtml = typeset(segment.tex, segment.display);
      out +=
        typesetHtml === null
          ? `<code class="tex">${escapeHtml(segment.raw)}</code>`
          : segment.display
            ? `<span class="display-math">${typesetHtml}</span>`
            : typesetHtml;
    }
  }
  return new Markup(out);
}

/** Paragraphs of an abstract: a blank line separates them, a single line break is a space. */
export function paragraphs(text: string, marker: Marker): Markup {
  return new Markup(
    text
      .split(/\n\s*\n/)
      .map((paragraph) => paragraph.trim())
      .filter((paragraph) => paragraph !== "")
      .map((paragraph) => `<p>${prose(paragraph, marker).value}</p>`)
      .join(""),
  );
}

const ELEMENT_OF_COMMAND: Record<string, string> = {
  emph: "em",
  textit: "em",
  textsl: "em",
  textbf: "strong",
  texttt: "code",
};

/** `\emph{…}` and its kin, one level deep, or a bare web address. */
const COMMAND_OR_LINK =
  /\\(emph|textit|textsl|textbf|texttt|textsc|textrm|textsf|underline|url)\{([^{}]*)\}|(https?:\/\/[^\s<>"'`{}|\\^]+)/g;

function plainText(text: string, marker: Marker): string {
  let out = "";
  let from = 0;
  for (const match of text.matchAll(COMMAND_OR_LINK)) {
    out += marked(text.slice(from, match.index), marker);
    const [whole, command, argument, address] = match;
    if (address !== undefined) out += link(address);
    else if (command === "url") out += /^https?:/.test(argument!) ? link(argument!) : escapeHtml(argument!);
    else {
      const element = ELEMENT_OF_COMMAND[command!];
      const inner = marked(argument!, marker);
      out += element === undefined ? inner : `<${element}>${inner}</${element}>`;
    }
    from = match.index + whole.length;
  }
  return out + marked(text.slice(from), marker);
}

/** A link to an address that an author wrote; punctuation at its end belongs to the sentence. */
function link(written: string): string {
  const address = written.replace(/[.,;:!?)\]'"*]+$/, "");
  const rest = written.slice(address.length);
  if (!URL.canParse(address)) return escapeHtml(written);
  const href = escapeHtml(new URL(address).href);
  return `<a href="${href}" rel="nofollow ugc noopener">${escapeHtml(address)}</a>${escapeHtml(rest)}`;
}

function marked(text: string, marker: Marker): string {
  if (marker === null) return escapeHtml(text);
  // split with one group gives text, word, text, word, …
  return text
    .split(marker)
    .map((part, index) => (index % 2 === 1 ? `<mark>${escapeHtml(part)}</mark>` : escapeHtml(part)))
    .join("");
}

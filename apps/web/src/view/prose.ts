import { splitMath } from "@cool-papers/core";
import { markTerms } from "@cool-papers/search/mark";
import { escapeHtml, Markup } from "./html.ts";
import { typeset } from "./typeset.ts";

/** Words to mark in a text in any of their forms, or a function that finds what to mark; null marks nothing. */
export type Marker = readonly string[] | MarkFinder | null;

/** Gives the parts of a text to mark, in order and apart. */
export type MarkFinder = (text: string) => readonly { readonly start: number; readonly end: number }[];

/** Escaped text with the marker's words, in any of their forms, in <mark>. For names and other text without mathematics. */
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
    if (segment.kind === "text") out += plainText(segment.content, marker);
    else {
      const typesetHtml = typeset(segment.content, segment.isDisplay);
      out +=
        typesetHtml === null
          ? `<code class="tex">${escapeHtml(segment.source)}</code>`
          : segment.isDisplay
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
  if (typeof marker === "function") return markRanges(text, marker);
  return markTerms(text, marker)
    .map((part) => (part.marked ? `<mark>${escapeHtml(part.text)}</mark>` : escapeHtml(part.text)))
    .join("");
}

function markRanges(text: string, find: MarkFinder): string {
  let out = "";
  let from = 0;
  for (const { start, end } of find(text)) {
    out += `${escapeHtml(text.slice(from, start))}<mark>${escapeHtml(text.slice(start, end))}</mark>`;
    from = end;
  }
  return out + escapeHtml(text.slice(from));
}

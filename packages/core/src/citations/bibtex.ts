/** BibTeX entries that classical BibTeX, biber and Zotero read. Text stays Unicode; mathematics stays TeX. */
import { splitMath } from "../math-segments.ts";
import type { Author, Paper } from "../paper.ts";
import {
  type CitationFields,
  citationFields,
  citationKeys,
  isCollaboration,
  oneLine,
  splitName,
} from "./citation-fields.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\textbraceleft{}",
  "}": "\\textbraceright{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "&": "\\&",
  "%": "\\%",
  $: "\\$",
  "#": "\\#",
  _: "\\_",
};

function escapeTex(text: string): string {
  return text.replaceAll(/[\\{}~^&%$#_]/g, (character) => ESCAPES[character] ?? character);
}

/** BibTeX counts every brace, escaped or not: a group that does not close would end the entry. */
function hasBalancedBraces(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === "{") depth++;
    else if (character === "}" && --depth < 0) return false;
  }
  return depth === 0;
}

function mathOrText(text: string, ofText: (text: string) => string): string {
  return splitMath(text)
    .map((segment) =>
      segment.kind === "math" && hasBalancedBraces(segment.source) && !/(?<!\\)%/.test(segment.source)
        ? segment.source
        : ofText(segment.kind === "math" ? segment.source : segment.content),
    )
    .join("");
}

const BETWEEN_WORDS = /([\s:;,()[\]"“”/–—-]+)/;
/** One capital at the beginning of a longer word is the style's business. */
const ONLY_INITIAL = /^[\p{P}\p{S}]*\p{Lu}[^\p{Lu}]+$|^[AI]$/u;

/** Words with a capital after their first letter keep their case in every style: `{BERT}`, `{RoFormer}`. */
function protectCapitals(word: string): string {
  const isPlain = !/\p{Lu}/u.test(word) || ONLY_INITIAL.test(word);
  return isPlain ? escapeTex(word) : `{${escapeTex(word)}}`;
}

function bibtexTitle(title: string): string {
  return mathOrText(title, (text) => text.split(BETWEEN_WORDS).map(protectCapitals).join(""));
}

function bibtexName(author: Author): string {
  const { given, family, suffix } = splitName(author);
  const name = oneLine(author.name);
  // A group, and a name with a word that separates names, are one unit.
  if (isCollaboration(name) || /\band\b/i.test(name) || given === "") return `{${escapeTex(name || family)}}`;
  const last = /\s/.test(family) && !/^\p{Ll}/u.test(family) ? `{${escapeTex(family)}}` : escapeTex(family);
  return [last, suffix, escapeTex(given)].filter((part) => part !== "").join(", ");
}

/** Addresses and DOIs are read verbatim; only what would unbalance the entry (a lone dollar sign opens mathematics) is encoded. */
function verbatim(text: string): string {
  return text.replaceAll(/[{}\\$\s]/g, encodeURIComponent);
}

type Field = readonly [name: string, value: string | null];

function bibtexFields(fields: CitationFields): Field[] {
  const { kind } = fields;
  const month = fields.date?.slice(5, 7);
  return [
    ["title", bibtexTitle(fields.title)],
    ["author", fields.authors.map(bibtexName).join(" and ") || null],
    ["booktitle", kind === "conference" && fields.venue ? bibtexTitle(fields.venue) : null],
    ["year", fields.year === null ? null : `${fields.year}`],
    ["month", month ? `${Number(month)}` : null],
    ["eprint", fields.arxivId],
    ["archivePrefix", fields.arxivId === null ? null : "arXiv"],
    ["primaryClass", fields.arxivId === null ? null : verbatim(fields.primaryCategory ?? "") || null],
    ["note", kind === "article" && fields.journalRef ? mathOrText(fields.journalRef, escapeTex) : null],
    ["doi", fields.doi === null ? null : verbatim(fields.doi)],
    ["url", verbatim(fields.url)],
  ];
}

const ENTRY_TYPE = { preprint: "misc", conference: "inproceedings", article: "misc" } as const;

function bibtexEntry(fields: CitationFields, key: string): string {
  const lines = bibtexFields(fields).flatMap(([name, value]) =>
    value === null ? [] : [`  ${name} = {${value}}`],
  );
  return `@${ENTRY_TYPE[fields.kind]}{${key},\n${lines.join(",\n")}\n}`;
}

/** One entry for each paper, in order, with a line break at the end. A journal reference is free text and goes to `note`. */
export function toBibtex(papers: readonly Paper[]): string {
  const list = papers.map(citationFields);
  const keys = citationKeys(list);
  return list.map((fields, index) => `${bibtexEntry(fields, keys[index] ?? "")}\n`).join("\n");
}

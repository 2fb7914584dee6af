/** CSL-JSON (https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html), an array of items. */
import type { Paper } from "../paper.ts";
import {
  type CitationFields,
  citationFields,
  citationKeys,
  isCollaboration,
  oneLine,
  plainText,
  splitName,
} from "./citation-fields.ts";

const TYPES = { preprint: "article", conference: "paper-conference", article: "article-journal" } as const;

export interface CslName {
  readonly family?: string;
  readonly given?: string;
  readonly suffix?: string;
  readonly literal?: string;
}

/** The variables of CSL that we write. */
export interface CslItem {
  readonly id: string;
  readonly type: (typeof TYPES)[keyof typeof TYPES];
  readonly title: string;
  readonly author?: readonly CslName[];
  readonly issued?: { readonly "date-parts": readonly (readonly number[])[] };
  readonly "container-title"?: string;
  readonly abstract?: string;
  readonly keyword?: string;
  readonly DOI?: string;
  readonly URL: string;
  readonly number?: string;
  readonly archive?: string;
  readonly publisher?: string;
}

function cslItem(fields: CitationFields, id: string): CslItem {
  const container = fields.venue ?? fields.journalRef;
  return {
    id,
    type: TYPES[fields.kind],
    title: plainText(fields.title),
    ...(fields.authors.length > 0 && {
      author: fields.authors.map((author): CslName => {
        const { given, family, suffix } = splitName(author);
        if (isCollaboration(author.name) || given === "") return { literal: oneLine(author.name) };
        return { family, given, ...(suffix !== "" && { suffix }) };
      }),
    }),
    ...(fields.date !== null && { issued: { "date-parts": [fields.date.split("-").map(Number)] } }),
    ...(container !== null && { "container-title": container }),
    ...(fields.abstract !== null && { abstract: fields.abstract }),
    ...(fields.keywords.length > 0 && { keyword: fields.keywords.join(", ") }),
    ...(fields.doi !== null && { DOI: fields.doi }),
    URL: fields.url,
    ...(fields.arxivId !== null && { number: `arXiv:${fields.arxivId}`, archive: "arXiv" }),
    ...(fields.kind === "preprint" && fields.arxivId !== null && { publisher: "arXiv" }),
  };
}

/** The items as values, for pages that embed them. */
export function toCslItems(papers: readonly Paper[]): CslItem[] {
  const list = papers.map(citationFields);
  const keys = citationKeys(list);
  return list.map((fields, index) => cslItem(fields, keys[index] ?? ""));
}

/** A JSON array with one item for each paper, in order. */
export function toCslJson(papers: readonly Paper[]): string {
  return `${JSON.stringify(toCslItems(papers), null, 2)}\n`;
}

/** A citation as a sentence, for notes and mails, and the same as a Markdown list. */
import type { Paper } from "../paper.ts";
import { type CitationFields, citationFields, oneLine, plainText } from "./citation-fields.ts";

/** Authors that are named before the rest is "et al.". */
const MAX_NAMES = 10;

function nameList(fields: CitationFields): string {
  const names = fields.authors.map((author) => oneLine(author.name));
  if (names.length > MAX_NAMES) return `${names.slice(0, MAX_NAMES).join(", ")}, et al.`;
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")}${names.length > 1 ? "," : ""} and ${last}`;
}

function placeOf(fields: CitationFields): string {
  const arxiv = fields.arxivId === null ? null : `arXiv:${fields.arxivId}`;
  return [fields.venue ?? fields.journalRef, arxiv].filter((part) => part !== null).join("; ");
}

/** A sentence's end, unless it has one. */
function sentence(text: string): string {
  return text === "" ? "" : /[.!?。！？]$/.test(text) ? text : `${text}.`;
}

function plainCitation(fields: CitationFields): string {
  const year = fields.year === null ? "" : `(${fields.year}).`;
  return [
    sentence(nameList(fields)),
    year,
    sentence(plainText(fields.title)),
    sentence(placeOf(fields)),
    fields.url,
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** One line for each paper: authors, year, title, place, address. */
export function toPlainCitation(papers: readonly Paper[]): string {
  return papers.map((paper) => `${plainCitation(citationFields(paper))}\n`).join("");
}

/** Everything that Markdown or HTML inside it could read as markup. */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>()#+!|~&$]/g, "\\$&");
}

function markdownAddress(url: string): string {
  return `<${url.replaceAll(/[<>\s\\]/g, encodeURIComponent)}>`;
}

/** A list with one item for each paper; the title is a link to the source. */
export function toMarkdown(papers: readonly Paper[]): string {
  return papers
    .map((paper) => {
      const fields = citationFields(paper);
      const title = `[${escapeMarkdown(plainText(fields.title))}](${markdownAddress(fields.url)})`;
      const details = [nameList(fields), placeOf(fields), fields.year === null ? "" : `${fields.year}`];
      const text = details.filter((part) => part !== "").map((part) => sentence(escapeMarkdown(part)));
      return `- ${[`${title}.`, ...text].join(" ")}\n`;
    })
    .join("");
}

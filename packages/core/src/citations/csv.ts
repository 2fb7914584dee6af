/** CSV after RFC 4180 with a header line, safe to open in a spreadsheet. */
import type { Paper } from "../paper.ts";
import { printPaperId } from "../paper-id.ts";
import { citationFields, oneLine, plainText } from "./citation-fields.ts";

export const CSV_COLUMNS = [
  "id",
  "title",
  "authors",
  "year",
  "date",
  "venue",
  "categories",
  "doi",
  "url",
  "pdf",
  "abstract",
] as const;

/** A cell that begins like a formula gets an apostrophe before it, which spreadsheets show as text (OWASP, CSV injection). */
function cell(value: string): string {
  const text = oneLine(value.replaceAll("\0", ""));
  const safe = /^[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function row(paper: Paper): Readonly<Record<(typeof CSV_COLUMNS)[number], string>> {
  const fields = citationFields(paper);
  return {
    id: printPaperId(paper.id),
    title: plainText(fields.title),
    authors: fields.authors.map((author) => author.name).join("; "),
    year: fields.year === null ? "" : `${fields.year}`,
    date: fields.date ?? "",
    venue: fields.venue ?? "",
    categories: paper.categories.join(" "),
    doi: fields.doi ?? "",
    url: fields.url,
    pdf: fields.pdfUrl ?? "",
    abstract: fields.abstract ?? "",
  };
}

/** A header line and one line for each paper, in order; UTF-8 without a byte order mark, CR LF. */
export function toCsv(papers: readonly Paper[]): string {
  const lines = papers.map((paper) => {
    const values = row(paper);
    return CSV_COLUMNS.map((column) => cell(values[column])).join(",");
  });
  return [CSV_COLUMNS.join(","), ...lines].map((line) => `${line}\r\n`).join("");
}

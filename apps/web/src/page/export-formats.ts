import {
  type Paper,
  toBibtex,
  toCslJson,
  toCsv,
  toMarkdown,
  toPlainCitation,
  toRis,
} from "@cool-papers/core";

/** Most papers in one export. */
export const EXPORT_LIMIT = 500;

export const FORMAT_NAMES = ["bibtex", "ris", "csl", "markdown", "csv", "text"] as const;
export type ExportFormat = (typeof FORMAT_NAMES)[number];

interface FormatRule {
  readonly print: (papers: readonly Paper[]) => string;
  readonly type: string;
  readonly extension: string;
  readonly name: string;
}

export const FORMATS: Record<ExportFormat, FormatRule> = {
  bibtex: { print: toBibtex, type: "application/x-bibtex", extension: "bib", name: "BibTeX" },
  ris: { print: toRis, type: "application/x-research-info-systems", extension: "ris", name: "RIS" },
  csl: {
    print: toCslJson,
    type: "application/vnd.citationstyles.csl+json",
    extension: "json",
    name: "CSL-JSON",
  },
  markdown: { print: toMarkdown, type: "text/markdown", extension: "md", name: "Markdown" },
  csv: { print: toCsv, type: "text/csv", extension: "csv", name: "CSV" },
  text: { print: toPlainCitation, type: "text/plain", extension: "txt", name: "Text" },
};

/** Offered for lists; the citation of one paper has the first three and plain text. */
export const EXPORT_FORMATS = (["bibtex", "ris", "csl", "markdown", "csv"] as const).map((format) => ({
  format,
  name: FORMATS[format].name,
}));

export function readFormat(text: string | null): ExportFormat | null {
  return FORMAT_NAMES.find((format) => format === text?.toLowerCase()) ?? null;
}

/** A file with the papers' citations. `fileName` without extension, in ASCII. */
export function citationFile(
  papers: readonly Paper[],
  format: ExportFormat,
  fileName: string,
  isDownload: boolean,
): Response {
  const { print, type, extension } = FORMATS[format];
  return new Response(print(papers), {
    headers: {
      "Content-Type": `${type}; charset=utf-8`,
      "Content-Disposition": `${isDownload ? "attachment" : "inline"}; filename="${fileName.replace(/[^\w.-]+/g, "-")}.${extension}"`,
      "X-Robots-Tag": "noindex",
    },
  });
}

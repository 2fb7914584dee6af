/** RIS (tag, two blanks, hyphen, blank, value; CR LF) as reference managers read it. */
import type { Paper } from "../paper.ts";
import {
  type CitationFields,
  citationFields,
  isCollaboration,
  plainText,
  splitName,
} from "./citation-fields.ts";

const TYPES = { preprint: "UNPB", conference: "CPAPER", article: "JOUR" } as const;

type Line = readonly [tag: string, value: string | null];

function risLines(fields: CitationFields): Line[] {
  const authors = fields.authors.map((author): Line => {
    const { given, family, suffix } = splitName(author);
    const name = isCollaboration(author.name)
      ? author.name
      : [family, given, suffix].filter((part) => part !== "").join(", ");
    return ["AU", name];
  });
  return [
    ["TY", TYPES[fields.kind]],
    ["TI", plainText(fields.title)],
    ...authors,
    ["PY", fields.year === null ? null : `${fields.year}`],
    ["DA", fields.date === null ? null : risDate(fields.date)],
    ["T2", fields.venue ?? fields.journalRef],
    ["AB", fields.abstract],
    ...fields.keywords.map((keyword): Line => ["KW", keyword]),
    ["DO", fields.doi],
    ["AN", fields.arxivId === null ? null : `arXiv:${fields.arxivId}`],
    ["UR", fields.url],
    ["L1", fields.pdfUrl],
    ["ER", ""],
  ];
}

/** `YYYY/MM/DD`, unknown parts empty. */
function risDate(date: string): string {
  const [year = "", month = "", day = ""] = date.split("-");
  return `${year}/${month}/${day}`;
}

/** One record for each paper, in order. */
export function toRis(papers: readonly Paper[]): string {
  return papers
    .map((paper) =>
      risLines(citationFields(paper))
        .filter((line): line is readonly [string, string] => line[1] !== null)
        .map(([tag, value]) => `${tag}  - ${value}\r\n`)
        .join(""),
    )
    .join("\r\n");
}

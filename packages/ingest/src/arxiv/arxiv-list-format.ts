import type { Paper } from "@cool-papers/core";
import { z } from "zod";
import { cleanAbstract, cleanDoi, cleanOptionalLine } from "../clean-text.ts";
import { startOfDay } from "../dates.ts";
import {
  computedAnnouncement,
  requireArxivId,
  requireDay,
  requireTitle,
  saysWithdrawn,
  submissionFromDay,
  toAuthors,
  toCategories,
  UNKNOWN_FIELDS,
} from "../paper-fields.ts";
import { definePaperFormat, wire } from "../paper-format.ts";

/** A row of `arxiv.jsonl.gz`: daily listings gathered by crawls. Days are known, hours are not. */
const ArxivListRow = z.object({
  id: wire.short,
  title: wire.title,
  authors: wire.authorNames,
  abstract: wire.abstract,
  categories: z.array(wire.short),
  primary: wire.optionalShort,
  published: wire.optionalShort,
  updated: wire.optionalShort,
  /** First day a crawl saw the paper: often the submission day, sometimes a weekend. */
  listed: wire.optionalShort,
  comment: wire.optionalShort,
  doi: wire.optionalShort,
});
type ArxivListRow = z.infer<typeof ArxivListRow>;

function toPaper(row: ArxivListRow): Paper {
  const id = requireArxivId(row.id);
  const categories = toCategories(row.categories, row.primary ?? null);
  const submission = submissionFromDay(row.published, id.local);
  const comments = cleanOptionalLine(row.comment);
  const abstract = cleanAbstract(row.abstract);
  return {
    ...UNKNOWN_FIELDS,
    ...submission,
    ...announcement(row, submission),
    id,
    title: requireTitle(row.title),
    abstract,
    authors: toAuthors(row.authors),
    categories,
    primaryCategory: categories[0] ?? null,
    updatedAt: row.updated ? startOfDay(requireDay("updated", row.updated)) : null,
    withdrawn: saysWithdrawn(comments, abstract),
    comments,
    doi: cleanDoi(row.doi),
  };
}

function announcement(row: ArxivListRow, submission: ReturnType<typeof submissionFromDay>) {
  if (!row.listed) return computedAnnouncement(submission);
  return { announcedOn: requireDay("listed", row.listed), announcedProvenance: "approximate" as const };
}

/** `arxiv.jsonl.gz` of the shared data. */
export const arxivListFormat = definePaperFormat({
  name: "arxiv-list",
  description:
    "arXiv listings gathered by day: id, title, authors[], abstract, categories[], published, listed",
  recognises: (record) => Array.isArray(record.categories) && "listed" in record && !("id_scheme" in record),
  schema: ArxivListRow,
  toPaper,
});

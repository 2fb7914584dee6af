import type { Author, Paper } from "@cool-papers/core";
import { z } from "zod";
import { cleanAbstract, cleanDoi, cleanLine, cleanOptionalLine } from "../clean-text.ts";
import {
  computedAnnouncement,
  requireArxivId,
  requireInstant,
  requireTitle,
  saysWithdrawn,
  submissionFromId,
  toCategories,
  UNKNOWN_FIELDS,
} from "../paper-fields.ts";
import { definePaperFormat, MAX_AUTHORS, wire } from "../paper-format.ts";

/** A line of the arXiv metadata snapshot on Kaggle: what arXiv itself states, with every version's instant. */
const KaggleRow = z.object({
  id: wire.short,
  title: wire.title,
  abstract: wire.abstract,
  /** Blank-separated, the primary one first. */
  categories: wire.short,
  comments: wire.optionalShort,
  "journal-ref": wire.optionalShort,
  doi: wire.optionalShort,
  license: wire.optionalShort,
  versions: z.array(z.object({ version: wire.short, created: wire.short })),
  /** [family, given, suffix, affiliation…]. */
  authors_parsed: z.array(z.array(z.string())).max(MAX_AUTHORS),
});
type KaggleRow = z.infer<typeof KaggleRow>;

function toPaper(row: KaggleRow): Paper {
  const id = requireArxivId(row.id);
  const categories = toCategories(row.categories.split(/\s+/u).filter(Boolean), null);
  const first = row.versions[0];
  const last = row.versions.at(-1);
  const submission = first
    ? {
        submittedAt: requireInstant("versions.0.created", first.created),
        submittedPrecision: "instant" as const,
      }
    : submissionFromId(id.local);
  const comments = cleanOptionalLine(row.comments);
  const abstract = cleanAbstract(row.abstract);
  return {
    ...UNKNOWN_FIELDS,
    ...submission,
    ...computedAnnouncement(submission),
    id,
    version: last ? versionNumber(last.version) : null,
    title: requireTitle(row.title),
    abstract,
    authors: row.authors_parsed.map(toAuthor).filter((author) => author.name !== ""),
    categories,
    primaryCategory: categories[0] ?? null,
    updatedAt: last ? requireInstant(`versions.${row.versions.length - 1}.created`, last.created) : null,
    withdrawn: saysWithdrawn(comments, abstract),
    comments,
    journalRef: cleanOptionalLine(row["journal-ref"]),
    doi: cleanDoi(row.doi),
    license: cleanOptionalLine(row.license),
  };
}

function toAuthor([familyRaw = "", givenRaw = "", suffixRaw = ""]: readonly string[]): Author {
  const [family, given, suffix] = [cleanLine(familyRaw), cleanLine(givenRaw), cleanLine(suffixRaw)];
  const name = [given, family, suffix].filter((part) => part !== "").join(" ");
  return { name, ...(given ? { given } : {}), ...(family ? { family } : {}) };
}

function versionNumber(text: string): number | null {
  const digits = /^v?(\d{1,4})$/u.exec(text.trim())?.[1];
  return digits && Number(digits) >= 1 ? Number(digits) : null;
}

/** `arxiv-metadata-oai-snapshot.json` from Kaggle (JSON lines). */
export const kaggleFormat = definePaperFormat({
  name: "kaggle",
  description:
    "the arXiv metadata snapshot from Kaggle: id, title, authors_parsed, versions, categories in one string",
  recognises: (record) => "authors_parsed" in record || ("update_date" in record && "versions" in record),
  schema: KaggleRow,
  toPaper,
});

import {
  type Author,
  type DatePrecision,
  PAPER_SCHEMES,
  type Paper,
  type PaperId,
  parseArxivId,
  parsePaperKey,
  printPaperId,
} from "@cool-papers/core";
import { z } from "zod";
import { cleanDoi, cleanUrl, sanitizeText } from "../clean-text.ts";
import { isDay, startOfDay } from "../dates.ts";
import { requireDay, requireInstant, submissionFromId, toCategories } from "../paper-fields.ts";
import { definePaperFormat, MAX_AUTHORS, UnusableRecordError, wire } from "../paper-format.ts";

const DATE_PRECISIONS = ["instant", "day", "month"] as const;
const PROVENANCES = ["stated", "approximate", "computed"] as const;

/** Our own format, described in docs/interchange.md. Strict: a misspelt field is a reject, not a silent loss. */
const InterchangeRow = z.strictObject({
  id: wire.short,
  version: z.int().min(1).nullish(),
  title: wire.title,
  abstract: wire.abstract.default(""),
  abstractKind: z.enum(["abstract", "summary"]).default("abstract"),
  authors: z
    .array(
      z.union([
        wire.short.transform((name): z.infer<typeof InterchangeAuthor> => ({ name })),
        z.lazy(() => InterchangeAuthor),
      ]),
    )
    .max(MAX_AUTHORS)
    .default([]),
  categories: z.array(wire.short).default([]),
  primaryCategory: wire.optionalShort,
  submittedAt: wire.optionalShort,
  submittedPrecision: z.enum(DATE_PRECISIONS).nullish(),
  updatedAt: wire.optionalShort,
  announcedOn: wire.optionalShort,
  announcedProvenance: z.enum(PROVENANCES).nullish(),
  withdrawn: z.boolean().default(false),
  comments: wire.optionalShort,
  journalRef: wire.optionalShort,
  doi: wire.optionalShort,
  license: wire.optionalShort,
  venue: z
    .strictObject({
      venue: wire.short.min(1),
      year: z.int().min(1900).max(2200),
      track: wire.short.default(""),
      decision: wire.short.default(""),
    })
    .nullish(),
  keywords: z.array(wire.short).default([]),
  pdfUrl: wire.optionalShort,
  sourceUrl: wire.optionalShort,
  otherIds: z.array(wire.short).default([]),
});
const InterchangeAuthor = z.strictObject({
  name: wire.short.min(1),
  given: wire.short.optional(),
  family: wire.short.optional(),
});
type InterchangeRow = z.infer<typeof InterchangeRow>;

function toPaper(row: InterchangeRow): Paper {
  const id = requireKey("id", row.id);
  const title = sanitizeText(row.title);
  if (title === "") throw new UnusableRecordError("title: it is empty");
  const categories = toCategories(row.categories, row.primaryCategory ?? null);
  return {
    id,
    version: row.version ?? null,
    title,
    abstract: sanitizeText(row.abstract),
    abstractKind: row.abstractKind,
    authors: row.authors.map(toAuthor),
    categories,
    primaryCategory: categories[0] ?? null,
    ...submission(row, id),
    updatedAt: row.updatedAt ? toInstantOrDay("updatedAt", row.updatedAt) : null,
    announcedOn: row.announcedOn ? requireDay("announcedOn", row.announcedOn) : null,
    announcedProvenance: row.announcedOn ? (row.announcedProvenance ?? "stated") : null,
    withdrawn: row.withdrawn,
    comments: optionalText(row.comments),
    journalRef: optionalText(row.journalRef),
    doi: cleanDoi(row.doi),
    license: optionalText(row.license),
    venue: row.venue ?? null,
    keywords: row.keywords.map(sanitizeText),
    pdfUrl: cleanUrl(row.pdfUrl),
    sourceUrl: cleanUrl(row.sourceUrl),
    otherIds: row.otherIds.map((key) => requireKey("otherIds", key)),
  };
}

function submission(
  row: InterchangeRow,
  id: PaperId,
): { submittedAt: string | null; submittedPrecision: DatePrecision } {
  if (!row.submittedAt) {
    return id.scheme === "arxiv"
      ? submissionFromId(id.local)
      : { submittedAt: null, submittedPrecision: row.submittedPrecision ?? "month" };
  }
  const precision = row.submittedPrecision ?? (isDay(row.submittedAt) ? "day" : "instant");
  return { submittedAt: toInstantOrDay("submittedAt", row.submittedAt), submittedPrecision: precision };
}

function toInstantOrDay(field: string, text: string): string {
  return isDay(text) ? startOfDay(text) : requireInstant(field, text);
}

function toAuthor(author: z.infer<typeof InterchangeAuthor>): Author {
  const { name, given, family } = author;
  return {
    name: sanitizeText(name),
    ...(given ? { given: sanitizeText(given) } : {}),
    ...(family ? { family: sanitizeText(family) } : {}),
  };
}

function optionalText(text: string | null | undefined): string | null {
  return sanitizeText(text ?? "") || null;
}

function requireKey(field: string, key: string): PaperId {
  const id = parsePaperKey(key);
  if (!id)
    throw new UnusableRecordError(
      `${field}: ${JSON.stringify(key.slice(0, 80))} is not scheme:id (arxiv:2104.09864)`,
    );
  return id.scheme === "arxiv" ? requireArxiv(field, id.local) : { scheme: id.scheme, local: id.local };
}

function requireArxiv(field: string, local: string): PaperId {
  const id = parseArxivId(local);
  if (!id)
    throw new UnusableRecordError(`${field}: ${JSON.stringify(local.slice(0, 80))} is not an arXiv id`);
  return { scheme: "arxiv", local: id.local };
}

const HAS_SCHEME = new RegExp(`^(?:${PAPER_SCHEMES.join("|")}):`, "u");

/** The project's own JSON lines. */
export const interchangeFormat = definePaperFormat({
  name: "interchange",
  description:
    'this project\'s own format: id "scheme:local", title, abstract, authors[], … (docs/interchange.md)',
  recognises: (record) => typeof record.id === "string" && HAS_SCHEME.test(record.id),
  schema: InterchangeRow,
  toPaper,
});

/** One line (without `\n`) that interchangeFormat reads back to the same paper. Defaults are left out. */
export function printInterchangeLine(paper: Paper): string {
  const row: Record<string, unknown> = {
    id: printPaperId({ scheme: paper.id.scheme, local: paper.id.local }),
    version: paper.version,
    title: paper.title,
    abstract: paper.abstract,
    abstractKind: paper.abstractKind === "abstract" ? null : paper.abstractKind,
    authors: paper.authors.map((author) => (author.given || author.family ? author : author.name)),
    categories: paper.categories,
    primaryCategory: paper.primaryCategory === paper.categories[0] ? null : paper.primaryCategory,
    submittedAt: paper.submittedAt,
    submittedPrecision: paper.submittedAt ? paper.submittedPrecision : null,
    updatedAt: paper.updatedAt,
    announcedOn: paper.announcedOn,
    announcedProvenance: paper.announcedProvenance,
    withdrawn: paper.withdrawn || null,
    comments: paper.comments,
    journalRef: paper.journalRef,
    doi: paper.doi,
    license: paper.license,
    venue: paper.venue,
    keywords: paper.keywords,
    pdfUrl: paper.pdfUrl,
    sourceUrl: paper.sourceUrl,
    otherIds: paper.otherIds.map((id) => printPaperId(id)),
  };
  const present = Object.entries(row).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  );
  return JSON.stringify(Object.fromEntries(present));
}

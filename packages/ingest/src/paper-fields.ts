import {
  type AnnouncedProvenance,
  type Author,
  announcementDay,
  canonicalCategoryOrArchive,
  type DatePrecision,
  type Paper,
  type PaperId,
  parseArxivId,
} from "@cool-papers/core";
import { cleanLine } from "./clean-text.ts";
import { isDay, monthOfArxivId, startOfDay, toInstant } from "./dates.ts";
import { UnusableRecordError } from "./paper-format.ts";

/** What a source that says nothing else leaves a paper with. */
export const UNKNOWN_FIELDS = {
  version: null,
  abstractKind: "abstract",
  categories: [],
  primaryCategory: null,
  submittedAt: null,
  submittedPrecision: "month",
  updatedAt: null,
  announcedOn: null,
  announcedProvenance: null,
  withdrawn: false,
  comments: null,
  journalRef: null,
  doi: null,
  license: null,
  venue: null,
  keywords: [],
  pdfUrl: null,
  sourceUrl: null,
  otherIds: [],
} as const satisfies Partial<Paper>;

/** Title in one line; a record without one is no use to a reader. */
export function requireTitle(text: string): string {
  const title = cleanLine(text);
  if (title === "") throw new UnusableRecordError("title: it is empty");
  return title;
}

/** An arXiv id in canonical form, without its version. */
export function requireArxivId(text: string): PaperId {
  const id = parseArxivId(text);
  if (!id) throw new UnusableRecordError(`id: ${JSON.stringify(text.slice(0, 80))} is not an arXiv id`);
  return { scheme: id.scheme, local: id.local };
}

/** Names in order, without empty ones. */
export function toAuthors(names: readonly string[]): Author[] {
  return names.map((name) => ({ name: cleanLine(name) })).filter((author) => author.name !== "");
}

/**
 * Canonical ids, the primary one first, each once; what the taxonomy does not know is left out. A bare archive stays:
 * some sources know no more (`cond-mat`).
 */
export function toCategories(ids: readonly string[], primary: string | null): string[] {
  const ordered = primary ? [primary, ...ids] : ids;
  const known = ordered.map(canonicalCategoryOrArchive).filter((id) => id !== null);
  return [...new Set(known)];
}

/** Keywords, split where a source put several into one string, each once. */
export function toKeywords(texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => text.split(";")).map(cleanLine);
  return [...new Set(words.filter((word) => word !== ""))];
}

interface Submission {
  readonly submittedAt: string | null;
  readonly submittedPrecision: DatePrecision;
}

/** From a day, or else the month in the arXiv id. Throws UnusableRecordError for a day that does not exist. */
export function submissionFromDay(day: string | null | undefined, arxivLocal: string): Submission {
  if (day) return { submittedAt: startOfDay(requireDay("published", day)), submittedPrecision: "day" };
  return submissionFromId(arxivLocal);
}

/** The month in the arXiv id. */
export function submissionFromId(arxivLocal: string): Submission {
  return { submittedAt: monthOfArxivId(arxivLocal), submittedPrecision: "month" };
}

/** Throws UnusableRecordError, naming the field, unless the text is an existing day. */
export function requireDay(field: string, text: string): string {
  if (!isDay(text))
    throw new UnusableRecordError(`${field}: ${JSON.stringify(text.slice(0, 40))} is not a date YYYY-MM-DD`);
  return text;
}

/** Throws UnusableRecordError, naming the field, unless the text is an instant. */
export function requireInstant(field: string, text: string): string {
  const instant = toInstant(text);
  if (!instant) throw new UnusableRecordError(`${field}: ${JSON.stringify(text.slice(0, 60))} is not a date`);
  return instant;
}

interface Announcement {
  readonly announcedOn: string | null;
  readonly announcedProvenance: AnnouncedProvenance | null;
}

/**
 * The calendar's listing day for a submission. A day without a time counts from 00:00 UTC, which is the evening before
 * in the US East and so belongs to that day's cut-off. Only the month: nothing can be said.
 */
export function computedAnnouncement(submission: Submission): Announcement {
  if (!submission.submittedAt || submission.submittedPrecision === "month")
    return { announcedOn: null, announcedProvenance: null };
  const announcedOn = announcementDay(submission.submittedAt);
  return { announcedOn, announcedProvenance: announcedOn === null ? null : "computed" };
}

const WITHDRAWN_COMMENT =
  /^\W*(?:withdrawn\b|(?:this|the|our) (?:paper|article|submission|manuscript|work|preprint|note|version)(?: \w+){0,3} (?:has been|have been|had been|is|was|is being) (?:\w+ )?withdrawn)/iu;

/** arXiv has no flag for it in these formats: authors say it at the start of the comments or of the abstract. */
export function saysWithdrawn(...texts: readonly (string | null)[]): boolean {
  return texts.some((text) => text !== null && WITHDRAWN_COMMENT.test(text));
}

/**
 * The last check before the record: text that Postgres cannot hold is repaired, facts that cannot be true are refused
 * with a reason, so that one absurd paper never spoils its batch.
 */
import { type Author, type Paper, type PaperId, printPaperId, type VenueRef } from "@cool-papers/core";
import { isCalendarDay } from "./calendar-day.ts";

/** A paper the record refuses, and why. */
export interface RejectedPaper {
  readonly key: string;
  readonly field: string;
  /** One sentence that names the value. */
  readonly reason: string;
}

/** Longest key, category, venue: far beyond any real one, well below what an index entry can hold. */
const MAX_NAME_LENGTH = 400;
const FIRST_YEAR = 1900;
const LAST_YEAR = 2100;

class Refusal extends Error {
  readonly field: string;

  constructor(field: string, value: unknown, expected: string) {
    const shown = JSON.stringify(value) ?? String(value);
    super(`${field} ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown} is not ${expected}.`);
    this.field = field;
  }
}

/** The paper as the record may hold it, or the reason why it may not. */
export function cleanPaper(paper: Paper): Paper | RejectedPaper {
  try {
    return clean(paper);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { key: printPaperId(paper.id), field: error.field, reason: error.message };
  }
}

export function isRejected(result: Paper | RejectedPaper): result is RejectedPaper {
  return "reason" in result;
}

function clean(paper: Paper): Paper {
  const title = cleanText(paper.title).trim();
  if (title === "") throw new Refusal("title", paper.title, "a title");
  return {
    id: cleanId("id", paper.id),
    version: cleanVersion(paper.version),
    title,
    abstract: cleanText(paper.abstract).trim(),
    abstractKind: paper.abstractKind,
    authors: paper.authors.map(cleanAuthor).filter((author) => author.name !== ""),
    categories: paper.categories.map((category) => cleanName("categories", category)),
    primaryCategory: optional(paper.primaryCategory, (value) => cleanName("primaryCategory", value)),
    submittedAt: optional(paper.submittedAt, (value) => cleanInstant("submittedAt", value)),
    submittedPrecision: paper.submittedPrecision,
    updatedAt: optional(paper.updatedAt, (value) => cleanInstant("updatedAt", value)),
    announcedOn: optional(paper.announcedOn, (value) => cleanDay("announcedOn", value)),
    announcedProvenance: paper.announcedOn === null ? null : (paper.announcedProvenance ?? "computed"),
    withdrawn: paper.withdrawn,
    comments: optionalText(paper.comments),
    journalRef: optionalText(paper.journalRef),
    doi: optional(optionalText(paper.doi)?.toLowerCase() ?? null, (value) => cleanName("doi", value)),
    license: optionalText(paper.license),
    venue: optional(paper.venue, cleanVenue),
    keywords: paper.keywords.map((keyword) => cleanText(keyword).trim()).filter((keyword) => keyword !== ""),
    pdfUrl: optionalText(paper.pdfUrl),
    sourceUrl: optionalText(paper.sourceUrl),
    otherIds: paper.otherIds.map((id) => cleanId("otherIds", id)),
  };
}

/** NUL does not exist in Postgres text, a lone surrogate not in UTF-8. */
function cleanText(text: string): string {
  const withoutNul = text.includes("\0") ? text.replaceAll("\0", "") : text;
  return withoutNul.isWellFormed() ? withoutNul : withoutNul.toWellFormed();
}

function optional<T, U>(value: T | null, map: (value: T) => U): U | null {
  return value === null ? null : map(value);
}

function optionalText(text: string | null): string | null {
  const cleaned = text === null ? "" : cleanText(text).trim();
  return cleaned === "" ? null : cleaned;
}

function cleanName(field: string, value: string): string {
  const name = cleanText(value).trim();
  if (name === "" || name.length > MAX_NAME_LENGTH) {
    throw new Refusal(field, value, `a name of 1 to ${MAX_NAME_LENGTH} characters`);
  }
  return name;
}

function cleanId(field: string, id: PaperId): PaperId {
  return { scheme: id.scheme, local: cleanName(field, id.local) };
}

function cleanAuthor(author: Author): Author {
  const given = optionalText(author.given ?? null);
  const family = optionalText(author.family ?? null);
  return {
    name: cleanText(author.name).trim(),
    ...(given === null ? {} : { given }),
    ...(family === null ? {} : { family }),
  };
}

function cleanVersion(version: number | null): number | null {
  if (version === null) return null;
  if (!Number.isInteger(version) || version < 1 || version > 9999)
    throw new Refusal("version", version, "a version number");
  return version;
}

function cleanVenue(venue: VenueRef): VenueRef {
  return {
    venue: cleanName("venue", venue.venue),
    year: cleanYear("venue year", venue.year),
    track: cleanText(venue.track).trim(),
    decision: cleanText(venue.decision).trim(),
  };
}

function cleanYear(field: string, year: number): number {
  if (!Number.isInteger(year) || year < FIRST_YEAR || year > LAST_YEAR) {
    throw new Refusal(field, year, `a year from ${FIRST_YEAR} to ${LAST_YEAR}`);
  }
  return year;
}

/** `2024-05-01T12:00:00Z`: whole seconds in UTC, so that one instant has one spelling. */
function cleanInstant(field: string, text: string): string {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new Refusal(field, text, "an ISO 8601 instant");
  const instant = new Date(time);
  cleanYear(`${field} year`, instant.getUTCFullYear());
  return `${instant.toISOString().slice(0, 19)}Z`;
}

function cleanDay(field: string, text: string): string {
  if (!isCalendarDay(text)) throw new Refusal(field, text, "a day YYYY-MM-DD");
  cleanYear(`${field} year`, Number(text.slice(0, 4)));
  return text;
}

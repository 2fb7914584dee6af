/**
 * Two descriptions of one paper become one. Nothing better is lost to something poorer, whichever came first:
 * the fuller source leads, dates are taken by how well they are known, and gaps are filled from the other side.
 */
import type { AnnouncedProvenance, Author, DatePrecision, Paper, VenueRef } from "@cool-papers/core";

const PRECISION_RANK: Record<DatePrecision, number> = { month: 1, day: 2, instant: 3 };
const PROVENANCE_RANK: Record<AnnouncedProvenance, number> = { computed: 1, approximate: 2, stated: 3 };

/** `incoming` is the newer arrival: between equals its word counts, as sources correct themselves. */
export function mergePaper(stored: Paper, incoming: Paper): Paper {
  const isIncomingBetter = compareStanding(incoming, stored) >= 0;
  const lead = isIncomingBetter ? incoming : stored;
  const other = isIncomingBetter ? stored : incoming;
  const categories = chooseCategories(lead, other);
  const submitted = bySubmission(lead, other);
  const announced = byAnnouncement(submitted, submitted === lead ? other : lead);
  const text = byAbstract(lead, other);
  return {
    id: stored.id,
    version: lead.version ?? other.version,
    title: lead.title,
    abstract: text.abstract,
    abstractKind: text.abstractKind,
    authors: chooseAuthors(lead.authors, other.authors),
    categories: categories.categories,
    primaryCategory: categories.primaryCategory,
    submittedAt: submitted.submittedAt,
    submittedPrecision: submitted.submittedPrecision,
    updatedAt: lead.updatedAt ?? other.updatedAt,
    announcedOn: announced.announcedOn,
    announcedProvenance: announced.announcedProvenance,
    withdrawn: lead.withdrawn,
    comments: lead.comments ?? other.comments,
    journalRef: lead.journalRef ?? other.journalRef,
    doi: lead.doi ?? other.doi,
    license: lead.license ?? other.license,
    venue: chooseVenue(lead.venue, other.venue),
    keywords: lead.keywords.length > 0 ? lead.keywords : other.keywords,
    pdfUrl: lead.pdfUrl ?? other.pdfUrl,
    sourceUrl: lead.sourceUrl ?? other.sourceUrl,
    otherIds: [...lead.otherIds, ...other.otherIds],
  };
}

/** Who knows better: first by the kind of source, then by the version described, then by its date. */
function compareStanding(a: Paper, b: Paper): number {
  return (
    authority(a) - authority(b) ||
    (a.version ?? 0) - (b.version ?? 0) ||
    Date.parse(a.updatedAt ?? "1900-01-01") - Date.parse(b.updatedAt ?? "1900-01-01")
  );
}

/** 0: a conference's list that names an arXiv id; 1: a record without the authors' abstract; 2: a full one. */
function authority(paper: Paper): 0 | 1 | 2 {
  if (paper.id.scheme === "arxiv" && paper.categories.length === 0) return 0;
  return abstractRank(paper) === 2 ? 2 : 1;
}

/** 0: none; 1: our own summary; 2: the authors' abstract. */
function abstractRank(paper: Paper): 0 | 1 | 2 {
  if (paper.abstract === "") return 0;
  return paper.abstractKind === "summary" ? 1 : 2;
}

function byAbstract(lead: Paper, other: Paper): Paper {
  return abstractRank(other) > abstractRank(lead) ? other : lead;
}

/** Same names: the side that splits given and family says more. */
function chooseAuthors(lead: readonly Author[], other: readonly Author[]): readonly Author[] {
  if (lead.length === 0) return other;
  const isSame = lead.length === other.length && lead.every((author, i) => author.name === other[i]?.name);
  const splits = (authors: readonly Author[]) =>
    authors.filter((author) => author.family !== undefined).length;
  return isSame && splits(other) > splits(lead) ? other : lead;
}

function chooseCategories(lead: Paper, other: Paper): Paper {
  if (lead.categories.length === 0) return other;
  return isCoarser(lead.categories, other.categories) ? other : lead;
}

/** True when `a` says no more than `b` and somewhere only the archive: `cond-mat` beside `cond-mat.str-el`. */
function isCoarser(a: readonly string[], b: readonly string[]): boolean {
  const isArchiveOf = (category: string) => b.some((finer) => finer.startsWith(`${category}.`));
  return (
    a.every((category) => b.includes(category) || isArchiveOf(category)) && a.some((c) => !b.includes(c))
  );
}

function bySubmission(lead: Paper, other: Paper): Paper {
  const rank = (paper: Paper) => (paper.submittedAt === null ? 0 : PRECISION_RANK[paper.submittedPrecision]);
  return rank(other) > rank(lead) ? other : lead;
}

/** Between two sightings of a crawl the earlier one is nearer the truth. */
function byAnnouncement(first: Paper, second: Paper): Paper {
  const rank = (paper: Paper) =>
    paper.announcedProvenance === null ? 0 : PROVENANCE_RANK[paper.announcedProvenance];
  if (rank(first) !== rank(second)) return rank(first) > rank(second) ? first : second;
  const isLaterSighting =
    first.announcedProvenance === "approximate" && first.announcedOn! > second.announcedOn!;
  return isLaterSighting ? second : first;
}

/** One edition: gaps filled. Two editions: the one with a decision, then the later one. */
function chooseVenue(lead: VenueRef | null, other: VenueRef | null): VenueRef | null {
  if (lead === null || other === null) return lead ?? other;
  if (lead.venue === other.venue && lead.year === other.year) {
    return { ...lead, track: lead.track || other.track, decision: lead.decision || other.decision };
  }
  const rank = (venue: VenueRef) => `${venue.decision === "" ? 0 : 1} ${venue.year} ${venue.venue}`;
  return rank(other) > rank(lead) ? other : lead;
}

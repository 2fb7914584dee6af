import { type PaperId, paperPath, sourceLinks } from "@cool-papers/core";
import type { StoredPaper } from "@cool-papers/db";
import type { Metadata } from "next";
import { plainText } from "../view/plain-text.ts";
import { pageTools } from "./page-tools.ts";

/** Title, description, Highwire tags (which Zotero and Scholar read), Open Graph and the canonical address of a paper. */
export function paperMetadata(id: PaperId, paper: StoredPaper | null): Metadata {
  const { t } = pageTools();
  if (paper === null) return { title: t("paper.notStoredTitle", { id: id.local }), robots: { index: false } };
  const title = plainText(paper.title);
  const description = plainText(paper.abstract).slice(0, 300);
  return {
    title,
    description,
    alternates: { canonical: paperPath(paper.id) },
    openGraph: { type: "article", title, description, url: paperPath(paper.id), siteName: t("site.name") },
    other: highwireTags(paper),
  };
}

function highwireTags(paper: StoredPaper): Record<string, string | string[]> {
  const links = sourceLinks(paper.id);
  const pdf = paper.pdfUrl ?? links.pdf;
  const venue = paper.venue;
  const day = paper.submittedAt?.slice(0, paper.submittedPrecision === "month" ? 7 : 10).replaceAll("-", "/");
  const tags: Record<string, string | string[] | null | undefined> = {
    citation_title: plainText(paper.title),
    citation_author: paper.authors.map(({ name, family, given }) =>
      family && given ? `${family}, ${given}` : name,
    ),
    citation_publication_date: venue === null ? day : String(venue.year),
    citation_online_date: day,
    citation_pdf_url: pdf,
    citation_abstract_html_url: links.page,
    citation_abstract: paper.abstractKind === "abstract" ? paper.abstract : null,
    citation_arxiv_id: paper.id.scheme === "arxiv" ? paper.id.local : null,
    citation_doi: paper.doi,
    citation_conference_title: venue === null ? null : `${venue.venue} ${venue.year}`,
    citation_journal_title: paper.journalRef,
    citation_keywords: paper.keywords.length > 0 ? [...paper.keywords] : null,
  };
  return Object.fromEntries(
    Object.entries(tags).filter(
      (entry): entry is [string, string | string[]] =>
        entry[1] !== null && entry[1] !== undefined && entry[1].length > 0,
    ),
  );
}

import { categoryName, paperPath, sourceLinks } from "@cool-papers/core";
import type { StoredPaper } from "@cool-papers/db";
import type { Locale } from "../i18n/locale.ts";
import type { Translate } from "../i18n/translate.ts";
import { editionPath } from "../url/listed-path.ts";
import { type AtomCategory, type AtomEntry, type AtomLink, latest } from "./atom.ts";
import { escapeHtml } from "./html.ts";
import { readableTex } from "./readable-tex.ts";

export interface FeedEntryOptions {
  readonly siteUrl: string;
  readonly locale: Locale;
  readonly t: Translate;
}

/** The vocabulary that arXiv's own feeds name for its categories. */
const ARXIV_CATEGORIES = "http://arxiv.org/schemas/atom";

/** A paper as an entry. Its id is its address here without a version: a replaced paper is the same entry, updated. */
export function feedEntry(paper: StoredPaper, options: FeedEntryOptions): AtomEntry {
  const address = options.siteUrl + encodeURI(paperPath(paper.id));
  const published = publishedAt(paper);
  return {
    id: address,
    title: oneLine(paper.title),
    published,
    updated: latest([published, paper.updatedAt]) ?? paper.storedAt,
    links: entryLinks(paper, address),
    authors:
      paper.authors.length === 0
        ? [options.t("card.noAuthors")]
        : paper.authors.map(({ name }) => oneLine(name)),
    categories: entryCategories(paper, options),
    summaryHtml: summaryHtml(paper, options.t),
  };
}

/**
 * When a reader could first see it: its listing (arXiv's lists of a day come out at about midnight UTC), else its submission;
 * for a paper of a venue's own archive the moment it came here, since conferences state no more than a year.
 */
function publishedAt(paper: StoredPaper): string {
  if (paper.announcedOn !== null) return `${paper.announcedOn}T00:00:00Z`;
  return paper.id.scheme === "arxiv" ? (paper.submittedAt ?? paper.storedAt) : paper.storedAt;
}

function entryLinks(paper: StoredPaper, address: string): AtomLink[] {
  const { page, pdf, label } = sourceLinks(paper.id);
  const links: AtomLink[] = [{ rel: "alternate", href: address, type: "text/html" }];
  const add = (link: string | null, type: string, title: string): void => {
    if (link !== null && /^https?:/i.test(link) && URL.canParse(link))
      links.push({ rel: "related", href: new URL(link).href, type, title });
  };
  add(page, "text/html", label);
  add(paper.pdfUrl ?? pdf, "application/pdf", "PDF");
  return links;
}

function entryCategories(paper: StoredPaper, { siteUrl, locale }: FeedEntryOptions): AtomCategory[] {
  const categories = paper.categories.map((id) => ({
    term: id,
    scheme: ARXIV_CATEGORIES,
    label: categoryName(id, locale),
  }));
  if (paper.venue === null) return categories;
  const { venue, year } = paper.venue;
  const name = `${venue} ${year}`;
  return [...categories, { term: name, scheme: siteUrl + editionPath(venue, year), label: name }];
}

function summaryHtml(paper: StoredPaper, t: Translate): string {
  if (paper.abstract.trim() === "") return `<p>${escapeHtml(t("card.noAbstract"))}</p>`;
  const paragraphs = paper.abstract
    .split(/\n\s*\n/)
    .map((paragraph) => oneLine(paragraph))
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`);
  if (paper.abstractKind === "summary")
    paragraphs.push(`<p><em>${escapeHtml(t("card.summaryNote"))}</em></p>`);
  return paragraphs.join("");
}

/** Text on one line, its simple mathematics readable, the rest of it as written. */
function oneLine(text: string): string {
  return readableTex(text).replace(/\s+/g, " ").trim();
}

import {
  categoryName,
  type PaperId,
  paperPath,
  parsePaperKey,
  sourceLinks,
  type VenueRef,
} from "@cool-papers/core";
import type { FilterField } from "@cool-papers/core/list-filter";
import type { StoredPaper } from "@cool-papers/db";
import { formatDate, formatNumber } from "../i18n/format.ts";
import type { Locale } from "../i18n/locale.ts";
import { type Translate, translatorFor } from "../i18n/translate.ts";
import { editionPath } from "../url/listed-path.ts";
import { searchFor } from "../url/search-url.ts";
import { html, join, type Markup } from "./html.ts";
import { madeOncePerPaper } from "./kept-markup.ts";
import { type Marker, markText, paragraphs, prose } from "./prose.ts";

/** More authors than this fold behind "et al." */
export const AUTHORS_SHOWN = 40;

/** What a list says about one paper beyond the paper itself. */
export interface CardOptions {
  readonly locale: Locale;
  readonly t: Translate;
  /** Place in the list; null on a page of its own. */
  readonly number: number | null;
  readonly marker: Marker;
  /** What to mark in a field, where fields differ; else `marker` is for all of them. */
  readonly markers?: ((field: FilterField) => Marker) | null;
  readonly isCloseInMeaning: boolean;
  /** Version that was asked for, when it is not simply the paper. */
  readonly version: number | null;
  /** Address of the list with a category added, or taken away; null where that makes no sense. */
  readonly withCategory: (category: string) => string | null;
  readonly withoutCategory: (category: string) => string | null;
}

/** One paper in a list: what a reader needs to decide whether to open it. */
export function paperCard(paper: StoredPaper, options: CardOptions): Markup {
  const { t, number } = options;
  const anchor = paper.key.replace(/[^A-Za-z0-9.-]/g, "-");
  return html`<article class="paper" id="${anchor}" data-key="${paper.key}">
<div class="paper-number">${number === null ? "" : html`<a href="#${anchor}" aria-label="${t("card.place", { number })}">${number}</a>`}</div>
<div class="paper-body">
${isPlain(options) ? plainBody(paper, options.locale) : cardBody(paper, options)}
</div>
${hasNudges(paper, options) ? factsColumn(paper, options) : plainFacts(paper, options.locale)}
</article>`;
}

function cardBody(paper: StoredPaper, options: CardOptions): Markup {
  const path = paperPath(versioned(paper.id, options.version));
  return html`<h2 class="paper-title"><a href="${path}" lang="en">${prose(paper.title, markerOf("title", options))}</a></h2>
${authorLine(paper, options)}
${abstractBlock(paper, options)}
${actionRow(paper, options)}`;
}

/** Options of a card that says the same in every list. */
function plainOptions(locale: Locale): CardOptions {
  return {
    locale,
    t: translatorFor(locale),
    number: null,
    marker: null,
    isCloseInMeaning: false,
    version: null,
    withCategory: () => null,
    withoutCategory: () => null,
  };
}

const plainBody = madeOncePerPaper((paper, locale) => cardBody(paper, plainOptions(locale)));
const plainFacts = madeOncePerPaper((paper, locale) => factsColumn(paper, plainOptions(locale)));

function isPlain({ marker, markers, isCloseInMeaning, version }: CardOptions): boolean {
  return marker === null && markers == null && !isCloseInMeaning && version === null;
}

function hasNudges({ categories }: StoredPaper, { withCategory, withoutCategory }: CardOptions): boolean {
  return categories.some((category) => withCategory(category) !== null || withoutCategory(category) !== null);
}

function markerOf(field: FilterField, { marker, markers }: CardOptions): Marker {
  return markers == null ? marker : markers(field);
}

export function versioned(id: PaperId, version: number | null): PaperId {
  return version === null ? id : { ...id, version };
}

/** Authors in order, each a link to a search; a long list folds without script. */
export function authorLine(paper: StoredPaper, options: CardOptions): Markup {
  const { t } = options;
  const marker = markerOf("author", options);
  if (paper.authors.length === 0) return html`<p class="paper-authors muted">${t("card.noAuthors")}</p>`;
  const links = paper.authors.map(
    ({ name }) =>
      html`<a href="${searchFor(`author:"${name.replaceAll('"', "")}"`)}">${markText(name, marker)}</a>`,
  );
  if (links.length <= AUTHORS_SHOWN) return html`<p class="paper-authors">${join(links, ", ")}</p>`;
  const hidden = links.length - AUTHORS_SHOWN;
  return html`<div class="paper-authors">${join(links.slice(0, AUTHORS_SHOWN), ", ")}
<details class="more-authors"><summary>${t("card.moreAuthors", { count: hidden })}</summary>${join(links.slice(AUTHORS_SHOWN), ", ")}</details></div>`;
}

/** The abstract, or our summary with a note that says whose words it is. */
export function abstractBlock(paper: StoredPaper, options: CardOptions): Markup {
  const { t } = options;
  if (paper.abstract.trim() === "") return html`<p class="muted">${t("card.noAbstract")}</p>`;
  const note =
    paper.abstractKind === "summary" ? html`<p class="summary-note">${t("card.summaryNote")}</p>` : null;
  return html`<div class="paper-abstract" lang="en">${paragraphs(paper.abstract, markerOf("abstract", options))}</div>${note}`;
}

/** [PDF] [FAQ] [REL] [Copy] [Cite], with the public counters. */
export function actionRow(paper: StoredPaper, options: CardOptions): Markup {
  const { t, locale } = options;
  const id = versioned(paper.id, options.version);
  const links = sourceLinks(id);
  const pdf = options.version === null ? (paper.pdfUrl ?? links.pdf) : links.pdf;
  const path = paperPath(id);
  const count = (value: number): Markup | null =>
    value > 0 ? html` <span class="count">${formatNumber(locale, value)}</span>` : null;
  const copied = `${paper.title}\n${links.page}`;
  return html`<p class="paper-actions">
${pdf === null ? null : html`<a class="action" href="${pdf}" rel="noopener" data-count="pdf">PDF${count(paper.counters.pdf)}</a>`}
<a class="action" href="${path}#faq" data-count="faq">FAQ${count(paper.counters.faq)}</a>
<a class="action" href="/search?${new URLSearchParams({ like: paper.key }).toString()}" title="${t("card.relatedTitle")}">REL</a>
<button class="action" type="button" hidden data-copy="${copied}" data-done="${t("card.copied")}">${t("card.copy")}</button>
<a class="action" href="${path}#cite">${t("card.cite")}</a>
<button class="action star" type="button" hidden data-star aria-pressed="false">${t("card.star")}</button>
${options.isCloseInMeaning ? html`<span class="tag">${t("card.closeInMeaning")}</span>` : null}
${paper.withdrawn ? html`<span class="tag warning">${t("card.withdrawn")}</span>` : null}
</p>`;
}

/** The column beside the text: subjects, dates, where it appeared, comments. */
export function factsColumn(paper: StoredPaper, options: CardOptions): Markup {
  const { t, locale } = options;
  const rows: Markup[] = [];
  const fact = (label: string, value: Markup | string): void => {
    rows.push(html`<div><dt>${label}</dt><dd>${value}</dd></div>`);
  };
  if (paper.categories.length > 0) {
    fact(
      t("card.subjects"),
      html`<ul class="subjects">${paper.categories.map((category) => subject(category, options))}</ul>`,
    );
  }
  const places = venueLines(paper, options);
  if (places.length > 0) fact(t("card.venue"), join(places, html`<br>`));
  if (paper.submittedAt !== null) {
    const shown = formatDate(locale, paper.submittedAt, paper.submittedPrecision);
    fact(
      t("card.submitted"),
      html`<time datetime="${paper.submittedAt.slice(0, paper.submittedPrecision === "month" ? 7 : 10)}">${shown}</time>`,
    );
  }
  if (paper.announcedOn !== null) {
    const doubt =
      paper.announcedProvenance === "stated"
        ? null
        : html` <span class="muted" title="${t("card.listedDoubt")}">≈</span>`;
    fact(
      t("card.listed"),
      html`<time datetime="${paper.announcedOn}">${formatDate(locale, paper.announcedOn)}</time>${doubt}`,
    );
  }
  if (paper.comments !== null && paper.comments.trim() !== "") {
    fact(t("card.comments"), html`<span lang="en">${prose(paper.comments, null)}</span>`);
  }
  return html`<dl class="paper-facts">${rows}</dl>`;
}

function subject(category: string, { locale, t, withCategory, withoutCategory }: CardOptions): Markup {
  const name = categoryName(category, locale);
  const nudge = (href: string | null, sign: string, label: string): Markup | null =>
    href === null
      ? null
      : html`<a class="nudge" href="${href}" aria-label="${label}" title="${label}">${sign}</a>`;
  const more = nudge(withCategory(category), "+", t("card.addCategory", { category }));
  const less = nudge(withoutCategory(category), "−", t("card.removeCategory", { category }));
  return html`<li><a href="/arxiv/${category}" title="${name}">${category}</a>${more}${less}</li>`;
}

/**
 * Where the work appeared, each place once: the edition, with links to the records of the work there. Records without
 * a venue (a preprint) are named by their source.
 */
function venueLines(paper: StoredPaper, { t }: CardOptions): Markup[] {
  const places = new Map<string, { readonly venue: VenueRef; readonly records: Markup[] }>();
  const lines: Markup[] = [];
  if (paper.venue !== null) places.set(placeOf(paper.venue), { venue: paper.venue, records: [] });
  for (const other of paper.sameWork) {
    const id = parsePaperKey(other.key);
    if (id === null) continue;
    const record = html`<a href="${paperPath(id)}" title="${t("card.sameWork")}">${sourceLinks(id).label}</a>`;
    if (other.venue === null) lines.push(record);
    else {
      const place = places.get(placeOf(other.venue)) ?? { venue: other.venue, records: [] };
      places.set(placeOf(other.venue), place);
      place.records.push(record);
    }
  }
  const editions = [...places.values()].map(({ venue, records }) => {
    const parts = [
      html`<a href="${editionPath(venue.venue, venue.year)}">${venue.venue} ${venue.year}</a>`,
      venue.track,
      venue.decision,
      ...records,
    ];
    return join(
      parts.filter((part) => part !== ""),
      " · ",
    );
  });
  return [...editions, ...lines];
}

function placeOf({ venue, year }: VenueRef): string {
  return `${venue} ${year}`;
}

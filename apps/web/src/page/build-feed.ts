import { type CategoryExpression, expandCategory, isEmptyQuery } from "@cool-papers/core";
import type { CategorySet, StoredPaper } from "@cool-papers/db";
import { isLocale, type Locale } from "../i18n/locale.ts";
import { type Translate, translatorFor } from "../i18n/translate.ts";
import { type FoundPaper, theSite } from "../server/site.ts";
import { readDayUrl } from "../url/day-url.ts";
import { type FollowedList, feedAddress } from "../url/feed-url.ts";
import { changed, readSearchUrl, searchUrl } from "../url/search-url.ts";
import { type AtomFeed, latest } from "../view/atom.ts";
import { feedEntry } from "../view/feed-entry.ts";
import { expressionTitle } from "./expression-title.ts";
import { activeFilters, queryOf } from "./loosen.ts";
import { newestOf } from "./newest-of.ts";

/** Entries of a feed at most, and where no whole day asks for more. */
const MAX_ENTRIES = 2000;
const USUAL_ENTRIES = 100;
/** Days before the newest that a category's feed goes back to, so that who looks in weekly misses nothing of a small one. */
const MAX_EARLIER_DAYS = 6;

/** Nothing is stored: no instant is known. */
const NEVER = "1970-01-01T00:00:00Z";

/** Why there is no feed, in one sentence. */
export interface FeedProblem {
  readonly status: 400 | 404 | 503;
  readonly sentence: string;
}

/** What a kind of list says about its feed. */
interface FeedContent {
  readonly title: string;
  readonly subtitle: string;
  /** Path and query of the page, without language. */
  readonly page: string;
  readonly papers: readonly StoredPaper[];
}

interface FeedRequest {
  readonly parameters: URLSearchParams;
  readonly locale: Locale;
  readonly t: Translate;
  /** Entries asked for; null: as many as usual. */
  readonly show: number | null;
}

/** The feed of a list (F1). Its language is that of the address (`lang=zh`), not the reader's: many readers share it. */
export async function buildFeed(
  followed: FollowedList,
  parameters: URLSearchParams,
  siteUrl: string,
): Promise<AtomFeed | FeedProblem> {
  const language = parameters.get("lang") ?? "en";
  const locale = isLocale(language) ? language : "en";
  const t = translatorFor(locale);
  const show = readShow(parameters.get("show"));
  const content = await contentOf(followed, { parameters, locale, t, show });
  if ("sentence" in content) return content;
  const entries = content.papers.map((paper) => feedEntry(paper, { siteUrl, locale, t }));
  const self = siteUrl + feedAddress(content.page, { show: parameters.has("show") ? show : null, locale });
  return {
    id: self,
    title: `${content.title} · ${t("site.name")}`,
    subtitle: content.subtitle,
    language: locale === "zh" ? "zh-CN" : "en",
    updated: latest(entries.map(({ updated }) => updated)) ?? NEVER,
    links: [
      { rel: "self", href: self, type: "application/atom+xml" },
      { rel: "alternate", href: siteUrl + content.page, type: "text/html" },
    ],
    author: { name: t("site.name"), uri: siteUrl },
    icon: `${siteUrl}/icon.svg`,
    entries,
  };
}

function readShow(text: string | null): number | null {
  const given = text?.trim() ?? "";
  return /^-?\d{1,15}$/.test(given) ? Math.min(MAX_ENTRIES, Math.max(1, Number(given))) : null;
}

function contentOf(followed: FollowedList, request: FeedRequest): Promise<FeedContent | FeedProblem> {
  switch (followed.kind) {
    case "categories":
      return categoryContent(followed, request);
    case "edition":
      return editionContent(followed, request);
    case "latest-venue-papers":
      return latestVenueContent(request);
    case "search":
      return searchContent(followed, request);
  }
}

/** The newest listing day, whole, and days before it until there are enough entries; with `date` that day alone. */
async function categoryContent(
  { expression, path }: { expression: CategoryExpression; path: string },
  { parameters, locale, t, show }: FeedRequest,
): Promise<FeedContent | FeedProblem> {
  const { state, badDate } = readDayUrl(path, parameters);
  if (badDate !== null) return { status: 400, sentence: t("list.badDate", { value: badDate }) };
  const name = expressionTitle(expression, locale);
  const unknown =
    expression.unknown.length === 0
      ? ""
      : ` ${t("list.unknownCategories", { list: expression.unknown.join(", ").slice(0, 300) })}`;
  const content = {
    title: name,
    subtitle: t("feed.category", { name }) + unknown,
    page: state.date === null ? path : `${path}?date=${state.date}`,
  };
  const set = {
    include: expression.include.flatMap(expandCategory),
    exclude: expression.exclude.flatMap(expandCategory),
  };
  if (state.date !== null) return { ...content, papers: (await dayOf(set, state.date, show)).papers };
  const newest = await dayOf(set, null, show);
  if (newest.date === null) {
    const { found } = await newestOf(expression);
    return { ...content, papers: papersOf(found) };
  }
  const papers = [...newest.papers];
  let earlier = newest.previousDate;
  for (let days = 0; earlier !== null && days < MAX_EARLIER_DAYS; days++) {
    const room = (show ?? USUAL_ENTRIES) - papers.length;
    if (room <= 0) break;
    const day = await dayOf(set, earlier, show === null ? null : room);
    papers.push(...day.papers);
    earlier = day.previousDate;
  }
  return { ...content, papers: papers.slice(0, MAX_ENTRIES) };
}

function dayOf(set: CategorySet, date: string | null, show: number | null) {
  return theSite().categoryDay(set, date, { skip: 0, limit: show ?? MAX_ENTRIES, sort: "announced" });
}

/** What came last of an edition; without a year of the newest one. */
async function editionContent(
  { venue, year }: { venue: string; year: number | null },
  { parameters, t, show }: FeedRequest,
): Promise<FeedContent | FeedProblem> {
  const ofVenue = (await theSite().venueEditions()).filter(
    (edition) => edition.venue.toLowerCase() === venue.toLowerCase(),
  );
  const edition = year === null ? ofVenue[0] : ofVenue.find((candidate) => candidate.year === year);
  const name = year === null ? venue : t("venue.edition", { venue, year });
  if (edition === undefined) return { status: 404, sentence: t("feed.unknownVenue", { venue: name }) };
  const group = parameters.get("group")?.trim() || null;
  const page = await theSite().edition({
    venue: edition.venue,
    year: edition.year,
    group,
    skip: 0,
    limit: show ?? USUAL_ENTRIES,
    sort: "stored",
  });
  if (page.total === 0 && group !== null)
    return { status: 404, sentence: t("venue.noneInGroup", { group: group.slice(0, 80) }) };
  const path =
    year === null ? `/venue/${encodeVenue(edition.venue)}` : `/venue/${encodeVenue(edition.venue)}.${year}`;
  const title = t("venue.edition", { venue: edition.venue, year: edition.year });
  return {
    title: group === null ? title : `${title} · ${group}`,
    subtitle: t("feed.edition", { name: title }),
    page: group === null ? path : `${path}?${new URLSearchParams({ group })}`,
    papers: page.papers,
  };
}

function encodeVenue(venue: string): string {
  return encodeURIComponent(venue.replaceAll(" ", "_"));
}

async function latestVenueContent({ t, show }: FeedRequest): Promise<FeedContent> {
  return {
    title: t("feed.latestVenueTitle"),
    subtitle: t("feed.latestVenue"),
    page: "/venue",
    papers: await theSite().latestVenuePapers(show ?? USUAL_ENTRIES),
  };
}

/** A search, the newest first unless the address says otherwise. Papers that have only some of the words are no news. */
async function searchContent(
  { scope }: { scope: "all" | "arxiv" | "venue" },
  { parameters, t, show }: FeedRequest,
): Promise<FeedContent | FeedProblem> {
  const { state: read } = readSearchUrl(scope, parameters);
  const state = changed(read, {
    like: [],
    show: show ?? USUAL_ENTRIES,
    sort: parameters.has("sort") ? read.sort : "newest",
  });
  if (isEmptyQuery(queryOf(state)) && activeFilters(state).length === 0)
    return { status: 400, sentence: t("feed.emptySearch") };
  const page = await theSite()
    .search(state)
    .catch((error: unknown) => {
      console.error("the search of a feed failed:", error);
      return null;
    });
  if (page === null) return { status: 503, sentence: t("search.failed") };
  const { needed, words } = page.response.matchedWords;
  const shown = { ...state, show: readSearchUrl(scope, new URLSearchParams()).state.show };
  return {
    title: state.text === "" ? t("search.title") : t("search.titleFor", { text: state.text.slice(0, 200) }),
    subtitle: t(state.sort === "newest" ? "feed.searchNewest" : "feed.search"),
    page: searchUrl(shown),
    papers: needed < words ? [] : papersOf(page.found),
  };
}

function papersOf(found: readonly FoundPaper[]): StoredPaper[] {
  return found.map(({ paper }) => paper);
}

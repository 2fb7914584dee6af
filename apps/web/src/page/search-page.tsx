import { categoryName, isEmptyQuery, type QueryNotice } from "@cool-papers/core";
import type { FacetCount, SearchMode, SearchSort } from "@cool-papers/search";
import type { ReactElement } from "react";
import { formatNumber } from "../i18n/format.ts";
import type { MessageKey } from "../i18n/translate.ts";
import { setStatus } from "../server/request-context.ts";
import { type FoundPaper, type SearchPage, theSite } from "../server/site.ts";
import { MAX_SKIP } from "../url/limits.ts";
import {
  type AddressNotice,
  changed,
  followedSearch,
  readSearchUrl,
  SEARCH_MODES,
  SEARCH_SORTS,
  type SearchScope,
  type SearchState,
  searchParameters,
  searchUrl,
} from "../url/search-url.ts";
import { html, join } from "../view/html.ts";
import { paperCard } from "../view/paper-card.ts";
import { prose } from "../view/prose.ts";
import { EXPORT_FORMATS, EXPORT_LIMIT } from "./export-formats.ts";
import { FeedLink } from "./feed-link.tsx";
import { HtmlBlock, HtmlSpan } from "./html-block.tsx";
import { type ActiveFilter, activeFilters, loosen, queryOf, withoutAllFilters } from "./loosen.ts";
import { pageTools } from "./page-tools.ts";
import { Pager } from "./pager.tsx";
import { lastPageSkip } from "./paging.ts";

/** The search page of a scope, from the address of the request. */
export async function SearchView({ scope }: { scope: SearchScope }): Promise<ReactElement> {
  const { address, t } = pageTools();
  const { state, notices } = readSearchUrl(scope, address.searchParams);
  if (state.like.length > 0) return <LikeView state={state} />;
  const query = queryOf(state);
  if (isEmptyQuery(query) && activeFilters(state).length === 0) {
    return (
      <div className="notice-page">
        <h1>{t("search.empty")}</h1>
        <p>{t("search.emptyHint")}</p>
        <p>
          <a href="/how-to-search">{t("site.howTo")}</a>
        </p>
      </div>
    );
  }
  const page = await theSite()
    .search(state)
    .catch((error: unknown) => {
      console.error("search failed:", error);
      return null;
    });
  if (page === null) {
    setStatus(503);
    return (
      <div className="notice-page">
        <h1>{t("search.failed")}</h1>
      </div>
    );
  }
  return <Results state={state} page={page} notices={notices} />;
}

async function Results(props: {
  state: SearchState;
  page: SearchPage;
  notices: readonly AddressNotice[];
}): Promise<ReactElement> {
  const { state, page } = props;
  const { t, locale } = pageTools();
  const { response } = page;
  const isBeyond = response.total > 0 && page.found.length === 0;
  if (isBeyond) setStatus(404);
  return (
    <div className="search-page">
      <aside className="facets" id="filters" aria-label={t("search.filters")}>
        <Facets state={state} page={page} />
      </aside>
      <div className="results">
        <header className="results-head">
          <h1>{state.text === "" ? t("search.title") : t("search.resultsFor", { text: state.text })}</h1>
          <p className="results-count">
            {page.found.length === 0 || response.total <= page.found.length
              ? t("search.results", { count: response.total })
              : t("search.range", {
                  from: formatNumber(locale, state.skip + 1),
                  to: formatNumber(locale, state.skip + page.found.length),
                  total: formatNumber(locale, response.total),
                })}{" "}
            <FeedLink page={followedSearch(state)} name={state.text || t("search.title")} />
          </p>
          <Controls state={state} />
          <Chips state={state} />
          <Notices state={state} page={page} addressNotices={props.notices} />
        </header>
        {response.total === 0 ? <NothingFound state={state} page={page} /> : null}
        {isBeyond ? (
          <p className="notice">
            {t("search.beyondEnd", { total: response.total })}{" "}
            <a href={searchUrl({ ...state, skip: lastPageSkip(response.total, state.show, MAX_SKIP) })}>
              {t("search.toLastPage")}
            </a>
          </p>
        ) : null}
        <FoundList found={page.found} state={state} />
        <Pager
          total={response.total}
          skip={state.skip}
          show={state.show}
          at={(skip) => searchUrl({ ...state, skip })}
        />
        {page.found.length > 0 ? <ExportMenu state={state} total={response.total} /> : null}
      </div>
    </div>
  );
}

function FoundList({ found, state }: { found: readonly FoundPaper[]; state: SearchState }): ReactElement {
  const { t, locale } = pageTools();
  const isLike = state.like.length > 0;
  const cards = found.map(({ paper, terms, isCloseInMeaning }, index) =>
    paperCard(paper, {
      locale,
      t,
      number: state.skip + index + 1,
      marker: state.isHighlighted ? terms : null,
      isCloseInMeaning,
      version: null,
      withCategory: (category) =>
        isLike || state.categories.includes(category)
          ? null
          : searchUrl(changed(state, { categories: [...state.categories, category] })),
      withoutCategory: (category) =>
        isLike ? null : searchUrl(changed(state, { text: `${state.text} -cat:${category}`.trim() })),
    }),
  );
  return <HtmlBlock className="paper-list" markup={html`${cards}`} />;
}

const MODE_KEYS: Record<SearchMode, MessageKey> = {
  hybrid: "search.modeHybrid",
  keyword: "search.modeKeyword",
  semantic: "search.modeSemantic",
};

const SORT_KEYS: Record<SearchSort, MessageKey> = {
  relevance: "search.sortRelevance",
  newest: "search.sortNewest",
  oldest: "search.sortOldest",
  stars: "search.sortStars",
};

const SCOPE_KEYS: Record<SearchScope, MessageKey> = {
  all: "search.scopeAll",
  arxiv: "search.scopeArxiv",
  venue: "search.scopeVenue",
};

/** One choice of several, each a link, so that it works without script and can be shared. */
function Choice(props: {
  label: string;
  options: readonly { name: string; href: string; isChosen: boolean }[];
}): ReactElement {
  return (
    <div className="choice">
      <span className="choice-label">{props.label}</span>
      <ul>
        {props.options.map(({ name, href, isChosen }) => (
          <li key={name}>
            <a href={href} aria-current={isChosen ? "true" : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Controls({ state }: { state: SearchState }): ReactElement {
  const { t } = pageTools();
  return (
    <nav className="controls" aria-label={t("search.sort")}>
      <Choice
        label={t("search.mode")}
        options={SEARCH_MODES.map((mode) => ({
          name: t(MODE_KEYS[mode]),
          href: searchUrl(changed(state, { mode })),
          isChosen: mode === state.mode,
        }))}
      />
      <Choice
        label={t("search.sort")}
        options={SEARCH_SORTS.map((sort) => ({
          name: t(SORT_KEYS[sort]),
          href: searchUrl(changed(state, { sort })),
          isChosen: sort === state.sort,
        }))}
      />
      <Choice
        label={t("search.scope")}
        options={(["all", "arxiv", "venue"] as const).map((scope) => ({
          name: t(SCOPE_KEYS[scope]),
          href: searchUrl(changed(state, { scope })),
          isChosen: scope === state.scope,
        }))}
      />
      <a className="quiet" href={searchUrl({ ...state, isHighlighted: !state.isHighlighted })}>
        {t(state.isHighlighted ? "search.markOff" : "search.markOn")}
      </a>
      <a className="to-filters" href="#filters">
        {t("search.filters")} ↓
      </a>
    </nav>
  );
}

function filterName(filter: ActiveFilter): string {
  const { t, locale } = pageTools();
  if (filter.kind === "source")
    return t(filter.value === "arxiv" ? "search.sourceArxiv" : "search.sourceVenue");
  if (filter.kind === "category") return `${filter.value} ${categoryName(filter.value, locale)}`;
  if (filter.kind === "venue") return filter.value;
  const [from, to] = filter.value.split("..");
  if (to === undefined) return filter.value;
  if (to === "") return t("search.yearsFrom", { from: from! });
  return from === "" ? t("search.yearsTo", { to }) : `${from}–${to}`;
}

function Chips({ state }: { state: SearchState }): ReactElement | null {
  const { t } = pageTools();
  const filters = activeFilters(state);
  if (filters.length === 0) return null;
  return (
    <ul className="chips" aria-label={t("search.activeFilters")}>
      {filters.map((filter) => (
        <li key={`${filter.kind} ${filter.value}`}>
          <a
            className="chip"
            href={searchUrl(filter.without)}
            aria-label={t("search.removeFilter", { name: filterName(filter) })}
          >
            {filterName(filter)} <span aria-hidden="true">×</span>
          </a>
        </li>
      ))}
      {filters.length > 1 ? (
        <li>
          <a href={searchUrl(withoutAllFilters(state))}>{t("search.clearFilters")}</a>
        </li>
      ) : null}
    </ul>
  );
}

const NOTICE_KEYS: Record<QueryNotice["code"], MessageKey> = {
  "unknown-category": "search.noticeUnknownCategory",
  "bad-year": "search.noticeBadYear",
  "bad-date": "search.noticeBadDate",
  "bad-id": "search.noticeBadId",
  "bad-source": "search.noticeBadSource",
  "empty-operator": "search.noticeEmptyOperator",
  "cannot-exclude": "search.noticeCannotExclude",
  "unbalanced-quote": "search.noticeUnbalancedQuote",
  "too-long": "search.noticeTooLong",
};

function Notices(props: {
  state: SearchState;
  page: SearchPage;
  addressNotices: readonly AddressNotice[];
}): ReactElement | null {
  const { t } = pageTools();
  const { response, query } = props.page;
  const corrected = response.correctedText;
  const lines = [
    ...query.notices.map((notice) => t(NOTICE_KEYS[notice.code], { value: notice.value })),
    ...props.addressNotices.map(({ parameter, value }) => t("search.noticeAddress", { parameter, value })),
  ];
  const missing = props.page.found.length === 0 ? null : missingWords(response);
  if (missing !== null) lines.push(missing);
  if (corrected === null && lines.length === 0 && response.degraded === null) return null;
  return (
    <div className="notices" role="status">
      {corrected === null ? null : (
        <p className="notice">
          {t("search.corrected", { corrected, typed: props.state.text })}{" "}
          <a href={searchUrl(changed(props.state, { isSpellingCorrected: false }))}>
            {t("search.searchInstead", { typed: props.state.text })}
          </a>
        </p>
      )}
      {lines.map((line) => (
        <p className="notice" key={line}>
          {line}
        </p>
      ))}
      {response.degraded === "no-embedding" && props.state.mode !== "keyword" ? (
        <p className="hint">{t("search.degraded")}</p>
      ) : null}
    </div>
  );
}

/** From this many words on, a query is a question: that no paper has all of its words goes without saying. */
const QUESTION_WORDS = 5;

/** What to say when no paper has all the words, and the best ones are shown instead, or only such as are near in meaning. */
function missingWords({ mode, total, closeInMeaning, matchedWords }: SearchPage["response"]): string | null {
  const { needed, words } = matchedWords;
  if (mode === "semantic") return null;
  if (words > 0 && closeInMeaning === total) return pageTools().t("search.noWord", { words });
  if (needed >= words || (needed === 1 && words >= QUESTION_WORDS)) return null;
  return pageTools().t("search.someWords", { needed, words });
}

const FACETS_SHOWN = 8;

function Facets({ state, page }: { state: SearchState; page: SearchPage }): ReactElement | null {
  const { t, locale } = pageTools();
  const { facets } = page.response;
  if (facets === null) return null;
  const years = (value: string): SearchState =>
    changed(state, { years: { from: Number(value), to: Number(value) } });
  return (
    <details className="facet-panel" open>
      <summary>{t("search.filters")}</summary>
      <Facet
        title={t("search.facetCategories")}
        counts={facets.categories.filter(({ value }) => !state.categories.includes(value))}
        name={(value) => value}
        hint={(value) => categoryName(value, locale)}
        choose={(value) => changed(state, { categories: [...state.categories, value] })}
      />
      <Facet
        title={t("search.facetVenues")}
        counts={facets.venues.filter(({ value }) => !state.venues.includes(value))}
        name={(value) => value}
        choose={(value) => changed(state, { venues: [...state.venues, value] })}
      />
      <Facet
        title={t("search.facetYears")}
        counts={[...facets.years]
          .sort((a, b) => Number(b.value) - Number(a.value))
          .filter(({ value }) => value !== String(state.years.from))}
        name={(value) => value}
        choose={years}
      />
      <Facet
        title={t("search.facetSources")}
        counts={facets.sources.filter(({ value }) => value !== state.source)}
        name={(value) => t(value === "arxiv" ? "search.sourceArxiv" : "search.sourceVenue")}
        choose={(value) => changed(state, { source: value === "arxiv" ? "arxiv" : "venue" })}
      />
    </details>
  );
}

function Facet(props: {
  title: string;
  counts: readonly FacetCount[];
  name: (value: string) => string;
  hint?: (value: string) => string;
  choose: (value: string) => SearchState;
}): ReactElement | null {
  const { t, locale } = pageTools();
  if (props.counts.length === 0) return null;
  const items = (counts: readonly FacetCount[]): ReactElement[] =>
    counts.map(({ value, count }) => (
      <li key={value}>
        <a href={searchUrl(props.choose(value))} title={props.hint?.(value)} rel="nofollow">
          <span>{props.name(value)}</span> <span className="count">{formatNumber(locale, count)}</span>
        </a>
      </li>
    ));
  const rest = props.counts.slice(FACETS_SHOWN);
  return (
    <section className="facet">
      <h2>{props.title}</h2>
      <ul>{items(props.counts.slice(0, FACETS_SHOWN))}</ul>
      {rest.length === 0 ? null : (
        <details>
          <summary>{t("search.showMore", { count: rest.length })}</summary>
          <ul>{items(rest)}</ul>
        </details>
      )}
    </section>
  );
}

/** Loosenings counted for an empty page, and those offered. */
const LOOSENINGS_TRIED = 10;
const LOOSENINGS_SHOWN = 5;

async function NothingFound({
  state,
  page,
}: {
  state: SearchState;
  page: SearchPage;
}): Promise<ReactElement> {
  const { t, locale } = pageTools();
  const options = loosen(state, page.query, page.response.degraded === null).slice(0, LOOSENINGS_TRIED);
  const counted = await Promise.all(
    options.map(async (option) => ({
      ...option,
      count: await theSite()
        .countMatches(option.state)
        .catch(() => 0),
    })),
  );
  const useful = counted.filter(({ count }) => count > 0).slice(0, LOOSENINGS_SHOWN);
  return (
    <section className="nothing-found">
      <h2>{t("search.nothingTitle")}</h2>
      {useful.length === 0 ? (
        <p>{t("search.nothingElse")}</p>
      ) : (
        <>
          <p>{t("search.nothingHint")}</p>
          <ul className="ways-out">
            {useful.map(({ state: looser, key, values, count }) => (
              <li key={searchUrl(looser)}>
                <a href={searchUrl(looser)}>
                  {t(key, key === "search.wider" ? { scope: t(SCOPE_KEYS[state.scope]) } : values)}
                </a>{" "}
                <span className="count">{formatNumber(locale, count)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        <a href="/how-to-search">{t("site.howTo")}</a>
      </p>
    </section>
  );
}

function ExportMenu({ state, total }: { state: SearchState; total: number }): ReactElement {
  const { t } = pageTools();
  const parameters = searchParameters({ ...state, skip: 0 });
  parameters.set("scope", state.scope);
  return (
    <details className="export-menu">
      <summary>{t("search.export")}</summary>
      <p>{t("search.exportHint", { count: Math.min(total, EXPORT_LIMIT) })}</p>
      <ul>
        {EXPORT_FORMATS.map(({ format, name }) => (
          <li key={format}>
            <a href={`/search/export?${parameters}&format=${format}`} rel="nofollow" download>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Papers like one or several others (S8). */
async function LikeView({ state }: { state: SearchState }): Promise<ReactElement> {
  const { t } = pageTools();
  const { papersByKey } = await import("./papers-by-key.ts");
  const given = (await papersByKey(state.like)).filter((paper) => paper !== null);
  if (given.length === 0) {
    setStatus(404);
    return (
      <div className="notice-page">
        <h1>{t("search.likeUnknown")}</h1>
      </div>
    );
  }
  const similar = await theSite().similar(
    given.map((paper) => paper.key),
    state.show,
  );
  const [first] = given;
  return (
    <div className="list-page">
      <header className="results-head">
        <h1>
          {given.length === 1 ? (
            <HtmlSpan
              markup={join(
                t("search.likeTitle", { title: "\u0000" }).split("\u0000"),
                prose(first!.title, null),
              )}
            />
          ) : (
            t("search.likeMany", { count: given.length })
          )}
        </h1>
        <p className="results-count">
          {t(similar.by === "vector" ? "search.likeByVector" : "search.likeByTerms")}
        </p>
      </header>
      {similar.found.length === 0 ? <p className="notice">{t("paper.relatedNone")}</p> : null}
      <FoundList found={similar.found} state={{ ...state, skip: 0, isHighlighted: false }} />
    </div>
  );
}

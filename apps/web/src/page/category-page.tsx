import {
  type CategoryExpression,
  expandCategory,
  printCategoryExpression,
} from "@cool-papers/core";
import type { DaySort } from "@cool-papers/db";
import type { ReactElement } from "react";
import { formatLongDay } from "../i18n/format.ts";
import { setStatus } from "../server/request-context.ts";
import { theSite } from "../server/site.ts";
import { type DayState, dayUrl, readDayUrl } from "../url/day-url.ts";
import { readSearchUrl, searchFor, searchUrl } from "../url/search-url.ts";
import { expressionTitle } from "./expression-title.ts";
import { FeedLink } from "./feed-link.tsx";
import { ListCards } from "./list-cards.tsx";
import { pageTools } from "./page-tools.ts";
import { Pager } from "./pager.tsx";

/** `cs.CL Computation and Language`, or the expression itself when it is more than one category. */
export function categoryTitle(expression: CategoryExpression): string {
  return expressionTitle(expression, pageTools().locale);
}

/** One announcement day of a union of categories (L1, L2): the newest, or the one asked for. */
export async function CategoryView(props: {
  expression: CategoryExpression;
  path: string;
}): Promise<ReactElement> {
  const { t, locale, address } = pageTools();
  const { state, badDate } = readDayUrl(props.path, address.searchParams);
  const name = categoryTitle(props.expression);
  if (badDate !== null) {
    setStatus(400);
    return (
      <div className="notice-page">
        <h1>{name}</h1>
        <p>{t("list.badDate", { value: badDate })}</p>
        <p>
          <a href={props.path}>{t("list.newest")}</a>
        </p>
      </div>
    );
  }
  const set = {
    include: props.expression.include.flatMap(expandCategory),
    exclude: props.expression.exclude.flatMap(expandCategory),
  };
  const day = await theSite().categoryDay(set, state.date, {
    skip: state.skip,
    limit: state.show,
    sort: state.sort,
  });
  const { include, exclude } = props.expression;
  return (
    <div className="list-page">
      <header className="results-head">
        <h1>{name}</h1>
        {day.date === null ? null : (
          <p className="list-day">
            <time dateTime={day.date}>{formatLongDay(locale, day.date)}</time>{" "}
            <span className="muted">{t("list.count", { count: day.total })}</span>
          </p>
        )}
        {day.date === null ? null : <DayNavigation state={state} day={day} />}
        {props.expression.unknown.length === 0 ? null : (
          <p className="notice">
            {t("list.unknownCategories", { list: props.expression.unknown.join(", ").slice(0, 300) })}
          </p>
        )}
        <p>
          <a href={searchFor(`cat:${printCategoryExpression(props.expression)}`)}>
            {t("list.searchAll", { name })}
          </a>{" "}
          <FeedLink page={props.path} name={name} />
        </p>
      </header>
      {day.date === null ? <NewestInstead expression={props.expression} name={name} /> : null}
      {day.date !== null && day.total === 0 ? (
        <p className="notice">
          {t("list.none", { name, day: formatLongDay(locale, day.date) })}{" "}
          <a href={props.path}>{t("list.newest")}</a>
        </p>
      ) : null}
      <ListCards
        papers={day.papers}
        first={state.skip + 1}
        options={{
          withCategory: (category) =>
            exclude.length > 0 || include.includes(category)
              ? null
              : `/arxiv/${printCategoryExpression({ ...props.expression, include: [...include, category] })}`,
          withoutCategory: (category) =>
            include.includes(category)
              ? null
              : `/arxiv/${printCategoryExpression({ ...props.expression, exclude: [...exclude, category] })}`,
        }}
      />
      <Pager
        total={day.total}
        skip={state.skip}
        show={state.show}
        at={(skip) => dayUrl({ ...state, skip })}
      />
    </div>
  );
}

/** Papers whose listing days nobody states (a seed corpus, venue papers): the last submitted ones, and a word about it. */
async function NewestInstead(props: { expression: CategoryExpression; name: string }): Promise<ReactElement> {
  const { t } = pageTools();
  const { include, exclude } = props.expression;
  const text = `cat:${include.join(",")}${exclude.length === 0 ? "" : ` -cat:${exclude.join(",")}`}`;
  const { state } = readSearchUrl("all", new URLSearchParams({ q: text, sort: "newest", mode: "keyword" }));
  const { found, response } = await theSite().search(state);
  if (found.length === 0) return <p className="notice">{t("list.never", { name: props.name })}</p>;
  return (
    <>
      <p className="notice quiet">
        {t("list.daysUnknown")}{" "}
        {response.total > found.length ? (
          <a href={searchUrl(state)}>{t("list.count", { count: response.total })}</a>
        ) : null}
      </p>
      <ListCards papers={found.map(({ paper }) => paper)} first={1} />
    </>
  );
}

const SORT_KEYS = {
  announced: "list.sortAnnounced",
  submitted: "list.sortSubmitted",
  stars: "list.sortStars",
} as const satisfies Record<DaySort, string>;

function DayNavigation(props: {
  state: DayState;
  day: { date: string | null; previousDate: string | null; nextDate: string | null };
}): ReactElement {
  const { t } = pageTools();
  const { state, day } = props;
  return (
    <nav className="controls" aria-label={t("list.chooseDay")}>
      {day.previousDate === null ? null : (
        <a rel="prev" href={dayUrl({ ...state, date: day.previousDate, skip: 0 })}>
          ← {t("list.previousDay")}
        </a>
      )}
      {day.nextDate === null ? null : (
        <a rel="next" href={dayUrl({ ...state, date: day.nextDate, skip: 0 })}>
          {t("list.nextDay")} →
        </a>
      )}
      <form action={state.path} method="get" className="day-form">
        <label>
          <span>{t("list.chooseDay")}</span> <input type="date" name="date" defaultValue={day.date ?? ""} />
        </label>
        <button type="submit">{t("list.go")}</button>
      </form>
      <div className="choice">
        <span className="choice-label">{t("search.sort")}</span>
        <ul>
          {(Object.keys(SORT_KEYS) as DaySort[]).map((sort) => (
            <li key={sort}>
              <a
                href={dayUrl({ ...state, sort, skip: 0 })}
                aria-current={sort === state.sort ? "true" : undefined}
              >
                {t(SORT_KEYS[sort])}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </nav>
  );
}

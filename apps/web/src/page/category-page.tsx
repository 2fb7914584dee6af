import { type CategoryExpression, printCategoryExpression } from "@cool-papers/core";
import { findFilterMatches, parseListFilter } from "@cool-papers/core/list-filter";
import type { DaySort } from "@cool-papers/db";
import { Fragment, type ReactElement } from "react";
import { ageInDays, formatAge, formatLongDay } from "../i18n/format.ts";
import { setStatus } from "../server/request-context.ts";
import { type DayState, dayUrl, MAX_DAY_SHOW, readDayUrl } from "../url/day-url.ts";
import { searchFor, searchUrl } from "../url/search-url.ts";
import { Calendar, calendarUrl } from "./calendar.tsx";
import { categorySet, dayList } from "./day-list.ts";
import { expressionTitle } from "./expression-title.ts";
import { FeedLink } from "./feed-link.tsx";
import { HiddenState } from "./hidden-state.tsx";
import { ListBlocks } from "./list-blocks.tsx";
import { ListCards } from "./list-cards.tsx";
import { ListFilterBox } from "./list-filter-box.tsx";
import { newestOf } from "./newest-of.ts";
import { pageTools } from "./page-tools.ts";

/** From this age on a newest day is worth a word: arXiv announces five times a week. */
const OLD_DAYS = 31;

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
  const set = categorySet(props.expression);
  const filter = parseListFilter(state.filter);
  const day = await dayList(set, state, filter);
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
        {day.date === null || state.calendar === null ? null : (
          <Calendar set={set} state={state} shown={day.date} />
        )}
        {state.date === null && day.date !== null && ageInDays(day.date, Date.now()) >= OLD_DAYS ? (
          <p className="notice">{t("list.old", { name, age: formatAge(locale, day.date, Date.now()) })}</p>
        ) : null}
        {props.expression.unknown.length === 0 ? null : (
          <p className="notice">
            {t("list.unknownCategories", { list: props.expression.unknown.join(", ").slice(0, 300) })}
          </p>
        )}
        <p className="list-links">
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
          <NearestDays state={state} day={day} />
        </p>
      ) : null}
      {day.date === null || day.total === 0 ? null : (
        <>
          <ListFilterBox state={state} date={day.date} total={day.total} matching={day.matching} />
          {day.matching === 0 ? (
            <p className="notice filter-nothing">
              {t("filter.nothing", { filter: state.filter })}{" "}
              <a href={dayUrl({ ...state, filter: "", skip: 0 })}>{t("filter.clear")}</a>
            </p>
          ) : null}
          {/* The day is named, so that the next block, or a link that is passed on, is of this day tomorrow too. */}
          <ListBlocks
            total={day.matching}
            skip={state.skip}
            show={state.show}
            most={MAX_DAY_SHOW}
            at={(skip) => dayUrl({ ...state, date: day.date, skip, calendar: null })}
          >
            <ListCards
              papers={day.papers.map(({ paper }) => paper)}
              first={state.skip + 1}
              numbers={day.papers.map(({ number }) => number)}
              options={{
                markers:
                  filter.length === 0 ? null : (field) => (text) => findFilterMatches(text, field, filter),
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
          </ListBlocks>
        </>
      )}
    </div>
  );
}

/** Where there are papers, when a day has none. */
function NearestDays(props: {
  state: DayState;
  day: { previousDate: string | null; nextDate: string | null };
}): ReactElement {
  const { t, locale } = pageTools();
  const days = [props.day.previousDate, props.day.nextDate].filter((day) => day !== null);
  return (
    <>
      {days.length === 0 ? null : t("list.nearest")}{" "}
      {days.map((date) => (
        <Fragment key={date}>
          <a href={dayUrl({ ...props.state, date, skip: 0 })}>{formatLongDay(locale, date)}</a>{" "}
        </Fragment>
      ))}
      <a href={props.state.path}>{t("list.newest")}</a>
    </>
  );
}

/** Papers whose listing days nobody states (a seed corpus, venue papers): the last submitted ones, and a word about it. */
async function NewestInstead(props: { expression: CategoryExpression; name: string }): Promise<ReactElement> {
  const { t } = pageTools();
  const { found, response, state } = await newestOf(props.expression);
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
      <a className="calendar-link" href={calendarUrl(state, "")}>
        {t("list.calendar")}
      </a>
      <form action={state.path} method="get" className="day-form">
        <HiddenState state={state} except="date" />
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

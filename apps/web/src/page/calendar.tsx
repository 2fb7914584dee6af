import type { CategorySet } from "@cool-papers/db";
import type { ReactElement } from "react";
import { formatLongDay, formatMonth, formatNumber, weekdayNames } from "../i18n/format.ts";
import { theSite } from "../server/site.ts";
import { type DayState, dayUrl } from "../url/day-url.ts";
import { monthGrid } from "./month-grid.ts";
import { pageTools } from "./page-tools.ts";

const CALENDAR_ID = "calendar";

/** Address of the list with its calendar open at a month; empty for the month of the day shown. */
export function calendarUrl(state: DayState, month: string): string {
  return `${dayUrl({ ...state, calendar: month })}#${CALENDAR_ID}`;
}

/**
 * The days of a month that have papers (L1), each a link with its count. It is a part of the page at `?calendar=`, so
 * that it works without script; the script only saves the round trip.
 */
export async function Calendar(props: {
  set: CategorySet;
  state: DayState;
  /** The day of the list. */
  shown: string;
}): Promise<ReactElement> {
  const { t, locale } = pageTools();
  const { state, shown } = props;
  const month = state.calendar || shown.slice(0, 7);
  const { days, previousDate, nextDate } = await theSite().categoryMonth(props.set, month);
  const counts = new Map(days.map(({ date, count }) => [date, count]));
  const today = new Date().toISOString().slice(0, 10);
  const newest = nextDate === null ? days.at(-1)?.date : undefined;
  const dayHref = (date: string): string => dayUrl({ ...state, date, skip: 0, calendar: null });
  return (
    <section className="calendar" id={CALENDAR_ID} aria-label={t("list.calendar")}>
      <div className="calendar-head">
        <MonthLink state={state} date={previousDate} sign="←" />
        <h2 id="calendar-month">{formatMonth(locale, month)}</h2>
        <MonthLink state={state} date={nextDate} sign="→" />
        <a className="calendar-close" href={dayUrl({ ...state, calendar: null })}>
          {t("list.closeCalendar")}
        </a>
      </div>
      <table aria-labelledby="calendar-month">
        <thead>
          <tr>
            {weekdayNames(locale).map(({ short, long }) => (
              <th key={long} scope="col" abbr={long}>
                {short}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {monthGrid(month).map((week) => (
            <tr key={week.find((day) => day !== null)}>
              {week.map((day, index) => (
                <td key={day ?? `outside ${index}`} className={day === today ? "today" : undefined}>
                  {day === null ? null : (
                    <Day
                      day={day}
                      count={counts.get(day) ?? 0}
                      href={dayHref(day)}
                      isShown={day === shown}
                      note={day === newest ? t("list.newestDay") : day === today ? t("list.today") : null}
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {days.length === 0 ? (
        <p className="hint">{t("list.emptyMonth", { month: formatMonth(locale, month) })}</p>
      ) : null}
    </section>
  );
}

/** Leads to the nearest month with papers in a direction; months without any are passed over. */
function MonthLink(props: { state: DayState; date: string | null; sign: "←" | "→" }): ReactElement {
  const { t, locale } = pageTools();
  if (props.date === null) return <span className="calendar-turn" />;
  const month = props.date.slice(0, 7);
  const name = formatMonth(locale, month);
  return (
    <a
      className="calendar-turn"
      href={calendarUrl(props.state, month)}
      aria-label={t(props.sign === "←" ? "list.earlierMonth" : "list.laterMonth", { month: name })}
    >
      {props.sign === "←" ? `← ${name}` : `${name} →`}
    </a>
  );
}

function Day(props: {
  day: string;
  count: number;
  href: string;
  isShown: boolean;
  note: string | null;
}): ReactElement {
  const { t, locale } = pageTools();
  const number = Number(props.day.slice(8));
  if (props.count === 0) return <span className="calendar-day">{number}</span>;
  const label = t("list.calendarDay", { day: formatLongDay(locale, props.day), count: props.count });
  return (
    <a className="calendar-day" href={props.href} aria-current={props.isShown ? "date" : undefined}>
      <span aria-hidden="true">{number}</span>
      <span className="count" aria-hidden="true">
        {formatNumber(locale, props.count)}
      </span>
      {props.note === null ? null : (
        <span className="calendar-note" aria-hidden="true">
          {props.note}
        </span>
      )}
      <span className="visually-hidden">{props.note === null ? label : `${label} · ${props.note}`}</span>
    </a>
  );
}

import type { DaySort } from "@cool-papers/db";
import { MAX_SKIP } from "./limits.ts";

/** Papers of a day on one page: what a reader gets without asking, and the most there is. */
export const DEFAULT_DAY_SHOW = 50;
export const MAX_DAY_SHOW = 500;

/** Longest filter that an address carries on. */
const MAX_FILTER = 300;

const SORTS: readonly DaySort[] = ["announced", "submitted", "stars"];

/** What the address of a category list holds. */
export interface DayState {
  /** `/arxiv/cs.CL` */
  readonly path: string;
  /** null is the newest day. */
  readonly date: string | null;
  readonly sort: DaySort;
  readonly skip: number;
  readonly show: number;
  /** As typed, see `parseListFilter`; empty shows all. `skip` and `show` then count the papers that match. */
  readonly filter: string;
  /** Month of the open calendar (`YYYY-MM`), empty for the month of the day shown; null when it is closed. */
  readonly calendar: string | null;
}

/** Reads a list address. Numbers are brought into range; a date that is none is handed back, for a sentence about it. */
export function readDayUrl(
  path: string,
  parameters: URLSearchParams,
): { state: DayState; badDate: string | null } {
  const number = (name: string, least: number, most: number, otherwise: number): number => {
    const given = parameters.get(name)?.trim() ?? "";
    return /^-?\d{1,15}$/.test(given) ? Math.min(most, Math.max(least, Number(given))) : otherwise;
  };
  const given = parameters.get("date")?.trim() || null;
  const isDay = given !== null && isCalendarDay(given);
  return {
    state: {
      path,
      date: isDay ? given : null,
      sort: SORTS.find((sort) => sort === parameters.get("sort")) ?? "announced",
      skip: number("skip", 0, MAX_SKIP, 0),
      show: number("show", 1, MAX_DAY_SHOW, DEFAULT_DAY_SHOW),
      filter: (parameters.get("filter") ?? "").trim().slice(0, MAX_FILTER).toWellFormed(),
      calendar: readMonth(parameters.get("calendar")),
    },
    badDate: given !== null && !isDay ? given.slice(0, 80) : null,
  };
}

/** A calendar of a month that is none is that of the day shown. */
function readMonth(text: string | null): string | null {
  return text === null || /^(19|20)\d\d-(0[1-9]|1[0-2])$/.test(text) ? text : "";
}

/** `2026-02-30` is none. */
function isCalendarDay(text: string): boolean {
  if (!/^(19|20)\d\d-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The address of a list, without what has its usual value. `readDayUrl` reads it back. */
export function dayUrl(state: DayState): string {
  const parameters = new URLSearchParams();
  if (state.date !== null) parameters.set("date", state.date);
  if (state.sort !== "announced") parameters.set("sort", state.sort);
  if (state.skip !== 0) parameters.set("skip", String(state.skip));
  if (state.show !== DEFAULT_DAY_SHOW) parameters.set("show", String(state.show));
  if (state.filter !== "") parameters.set("filter", state.filter);
  if (state.calendar !== null) parameters.set("calendar", state.calendar);
  const text = parameters.toString();
  return text === "" ? state.path : `${state.path}?${text}`;
}

import { arrayLiteral } from "./array-literal.ts";
import { isCalendarDay } from "./calendar-day.ts";
import type { Queryable } from "./database.ts";
import { InvalidDayError } from "./errors.ts";
import { loadPapers, type StoredPaper } from "./get-papers.ts";
import { clampBounds, type PageBounds } from "./page-bounds.ts";

/** Canonical categories, aliases and archives already expanded: papers in any of `include` and none of `exclude`. */
export interface CategorySet {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** "announced": new papers of the set first, then cross-lists, each by id. */
export type DaySort = "announced" | "submitted" | "stars";

export interface DayRequest extends PageBounds {
  readonly sort: DaySort;
}

export interface CategoryDay {
  /** The day shown, YYYY-MM-DD; null when the set has no paper with a known day. */
  readonly date: string | null;
  /** Papers of that day, each once. */
  readonly total: number;
  readonly papers: readonly StoredPaper[];
  /** Nearest days with papers of the set. */
  readonly previousDate: string | null;
  readonly nextDate: string | null;
}

export interface DayCount {
  readonly date: string;
  readonly count: number;
}

/** Listings of the set; `l` is the alias. $1 include, $2 exclude. */
const IN_SET = `l.category = any($1::text::text[]) and isfinite(l.listed_on) and not exists (
  select 1 from papers x where x.key = l.paper_key and x.categories && $2::text::text[])`;
const IN_SET_WITHOUT_EXCLUSION = `l.category = any($1::text::text[]) and isfinite(l.listed_on) and $2::text is not null`;

function condition(set: CategorySet): string {
  return set.exclude.length === 0 ? IN_SET_WITHOUT_EXCLUSION : IN_SET;
}

function setParams(set: CategorySet): [string, string] {
  return [arrayLiteral(set.include), arrayLiteral(set.exclude)];
}

/**
 * One announcement day of a set of categories; `date` null means the newest day that has papers.
 *
 * @throws InvalidDayError
 */
export async function listCategoryDay(
  db: Queryable,
  set: CategorySet,
  date: string | null,
  request: DayRequest,
): Promise<CategoryDay> {
  const { skip, limit } = clampBounds(request);
  const day = date === null ? await nearestDay(db, set, "newest", null) : requireDay(date);
  if (day === null) return { date: null, total: 0, papers: [], previousDate: null, nextDate: null };
  const keys = await db.query<{ key: string; total: number }>(
    `with listed as (
       select l.paper_key as key, bool_or(l.position = 0) as is_new from category_listings l
       where ${condition(set)} and l.listed_on = $3::date group by l.paper_key
     )
     select listed.key, count(*) over ()::int as total
     from listed join papers p on p.key = listed.key left join paper_counters c on c.paper_key = listed.key
     order by ${DAY_ORDER[request.sort]} limit $4 offset $5`,
    [...setParams(set), day, limit, skip],
  );
  const papers = await loadPapers(
    db,
    keys.map((row) => row.key),
  );
  return {
    date: day,
    total: keys[0]?.total ?? (await countDay(db, set, day)),
    papers: keys.map((row) => papers.get(row.key)!),
    previousDate: await nearestDay(db, set, "before", day),
    nextDate: await nearestDay(db, set, "after", day),
  };
}

const DAY_ORDER: Record<DaySort, string> = {
  announced: "listed.is_new desc, listed.key",
  submitted: "p.submitted_at desc nulls last, listed.key",
  stars: "coalesce(c.pdf + c.faq, 0) desc, listed.is_new desc, listed.key",
};

async function countDay(db: Queryable, set: CategorySet, day: string): Promise<number> {
  const [row] = await db.query<{ total: number }>(
    `select count(distinct l.paper_key)::int as total from category_listings l
     where ${condition(set)} and l.listed_on = $3::date`,
    [...setParams(set), day],
  );
  return row!.total;
}

function requireDay(text: string): string {
  if (!isCalendarDay(text)) throw new InvalidDayError(text);
  return text;
}

type Direction = "newest" | "before" | "after";

const NEAREST: Record<Direction, { bound: string; order: "asc" | "desc" }> = {
  newest: { bound: "$3::date is null", order: "desc" },
  before: { bound: "l.listed_on < $3::date", order: "desc" },
  after: { bound: "l.listed_on > $3::date", order: "asc" },
};

/** One step down the index of each category, then the best of those. */
async function nearestDay(
  db: Queryable,
  set: CategorySet,
  direction: Direction,
  day: string | null,
): Promise<string | null> {
  const { bound, order } = NEAREST[direction];
  const [row] = await db.query<{ day: string }>(
    `select d.listed_on::text as day from unnest($1::text::text[]) as wanted (category)
     cross join lateral (
       select l.listed_on from category_listings l
       where l.category = wanted.category collate "C" and ${condition(set)} and ${bound}
       order by l.listed_on ${order} limit 1
     ) d
     order by d.listed_on ${order} limit 1`,
    [...setParams(set), day],
  );
  return row?.day ?? null;
}

/**
 * Days from `from` to `to` (both included, YYYY-MM-DD) on which the set has papers, newest first, with counts.
 *
 * @throws InvalidDayError
 */
export async function listDays(
  db: Queryable,
  set: CategorySet,
  range: { readonly from?: string; readonly to?: string } = {},
): Promise<DayCount[]> {
  const [from, to] = [range.from, range.to].map((day) => (day === undefined ? null : requireDay(day)));
  return db.query<DayCount & Record<string, unknown>>(
    `select l.listed_on::text as date, count(distinct l.paper_key)::int as count from category_listings l
     where ${condition(set)} and l.listed_on between coalesce($3::date, '-infinity') and coalesce($4::date, 'infinity')
     group by l.listed_on order by l.listed_on desc`,
    [...setParams(set), from, to],
  );
}

/** A month of a calendar: days with papers, and where the calendar can go from there. */
export interface CategoryMonth {
  /** Oldest first. */
  readonly days: readonly DayCount[];
  /** Nearest days with papers of the set before and after the month. */
  readonly previousDate: string | null;
  readonly nextDate: string | null;
}

/**
 * The days of a month (`YYYY-MM`) on which the set has papers.
 *
 * @throws InvalidDayError
 */
export async function listMonth(db: Queryable, set: CategorySet, month: string): Promise<CategoryMonth> {
  const first = requireDay(`${month}-01`);
  const last = lastDayOf(first);
  const days = await listDays(db, set, { from: first, to: last });
  return {
    days: days.toReversed(),
    previousDate: await nearestDay(db, set, "before", first),
    nextDate: await nearestDay(db, set, "after", last),
  };
}

function lastDayOf(firstDay: string): string {
  const date = new Date(`${firstDay}T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + 1, 0);
  return date.toISOString().slice(0, 10);
}

/** What a reader can filter a list by. */
export interface ListText {
  readonly key: string;
  readonly title: string;
  readonly abstract: string;
  /** Display names, in order. */
  readonly authors: readonly string[];
}

/**
 * Texts of all papers of a day, in the order of `listCategoryDay`: a filter covers the whole day.
 *
 * @throws InvalidDayError
 */
export async function listDayTexts(
  db: Queryable,
  set: CategorySet,
  date: string,
  sort: DaySort,
): Promise<ListText[]> {
  return db.query<ListText & Record<string, unknown>>(
    `with listed as (
       select l.paper_key as key, bool_or(l.position = 0) as is_new from category_listings l
       where ${condition(set)} and l.listed_on = $3::date group by l.paper_key
     )
     select p.key, p.title, p.abstract, jsonb_path_query_array(p.authors, '$[*].name') as authors
     from listed join papers p on p.key = listed.key left join paper_counters c on c.paper_key = listed.key
     order by ${DAY_ORDER[sort]}`,
    [...setParams(set), requireDay(date)],
  );
}

import { cachedByChange } from "./cached-by-change.ts";
import type { Database } from "./database.ts";

export interface CategoryCount {
  /** Papers in all. */
  readonly total: number;
  /** Newest day with papers, null when no paper's day is known. */
  readonly newestOn: string | null;
  /** Papers on that day. */
  readonly newestCount: number;
}

export interface CategoryCounts {
  /** Newest day over all categories: a category whose `newestOn` is older has no papers today. */
  readonly newestOn: string | null;
  /** By canonical category id. */
  readonly categories: Readonly<Record<string, CategoryCount>>;
  /** By archive id; a paper in several categories of an archive counts once. */
  readonly archives: Readonly<Record<string, CategoryCount>>;
}

/** Papers per category and archive. Kept until something is written. */
export function categoryCounts(db: Database): Promise<CategoryCounts> {
  return cachedByChange(db, "categoryCounts", countCategories);
}

type CountRow = {
  by: "category" | "archive";
  name: string;
  total: number;
  newestOn: string | null;
  newestCount: number;
};

/** One pass over the listings; archives are summed from the first listing of each paper in them. */
const COUNTS = `
  with days as materialized (
    select category, listed_on, count(*) as papers, count(*) filter (where first_in_archive) as firsts
    from category_listings group by category, listed_on
  ), named as (
    select 'category' as by, category as name, listed_on, papers from days
    union all
    select 'archive', split_part(category, '.', 1), listed_on, sum(firsts) from days group by 2, 3
  )
  select by, name, sum(papers)::int as total,
    max(listed_on) filter (where isfinite(listed_on))::text as "newestOn",
    coalesce((array_agg(papers order by listed_on desc) filter (where isfinite(listed_on)))[1], 0)::int as "newestCount"
  from named group by by, name order by by, name`;

async function countCategories(db: Database): Promise<CategoryCounts> {
  const rows = await db.query<CountRow>(COUNTS);
  const named = (by: CountRow["by"]) =>
    Object.fromEntries(
      rows
        .filter((row) => row.by === by)
        .map(({ name, total, newestOn, newestCount }) => [name, { total, newestOn, newestCount }]),
    );
  const days = rows.flatMap((row) => row.newestOn ?? []);
  return { newestOn: days.sort().at(-1) ?? null, categories: named("category"), archives: named("archive") };
}

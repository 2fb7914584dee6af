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

type CountRow = { name: string; total: number; newest_on: string | null; newest_count: number };

async function countCategories(db: Database): Promise<CategoryCounts> {
  const categories = await countBy(db, "category", "true");
  const archives = await countBy(db, "split_part(category, '.', 1)", "first_in_archive");
  const days = Object.values(categories).flatMap((count) => count.newestOn ?? []);
  return { newestOn: days.sort().at(-1) ?? null, categories, archives };
}

async function countBy(
  db: Database,
  name: string,
  condition: string,
): Promise<Record<string, CategoryCount>> {
  const rows = await db.query<CountRow>(
    `with days as (
       select ${name} as name, listed_on, count(*)::int as papers
       from category_listings where ${condition} group by 1, 2
     )
     select name, sum(papers)::int as total, max(listed_on) filter (where isfinite(listed_on))::text as newest_on,
       coalesce((array_agg(papers order by listed_on desc) filter (where isfinite(listed_on)))[1], 0) as newest_count
     from days group by name order by name`,
  );
  return Object.fromEntries(
    rows.map((row) => [
      row.name,
      { total: row.total, newestOn: row.newest_on, newestCount: row.newest_count },
    ]),
  );
}

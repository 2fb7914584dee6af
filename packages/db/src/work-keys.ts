import type { Queryable } from "./database.ts";

/**
 * Keys of the next works after one, in key order. Walks the index of `work_key`: for `key = work_key` the planner
 * expects a handful of rows and would sort the whole table for every page.
 */
export async function nextWorkKeys(db: Queryable, after: string, limit: number): Promise<string[]> {
  const rows = await db.query<{ key: string }>(
    `select distinct work_key as key from papers where work_key > $1 order by 1 limit $2`,
    [after, limit],
  );
  return rows.map((row) => row.key);
}

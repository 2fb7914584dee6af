import type { Queryable } from "./database.ts";

export interface SitemapEntry {
  /** Printed PaperId of a work's representative: the canonical page. */
  readonly key: string;
  /** Day of the record's last change, YYYY-MM-DD. */
  readonly changedOn: string;
}

/** Works in the record. */
export async function countWorks(db: Queryable): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*)::int as count from papers where key = work_key`,
  );
  return row!.count;
}

/** Page `page` (from 0) of all works in key order, `pageSize` to a page. */
export async function listSitemap(db: Queryable, page: number, pageSize: number): Promise<SitemapEntry[]> {
  return db.query<SitemapEntry & Record<string, unknown>>(
    `select key, to_char(changed_at at time zone 'UTC', 'YYYY-MM-DD') as "changedOn"
     from papers where key = work_key order by key limit $1 offset $2`,
    [pageSize, page * pageSize],
  );
}

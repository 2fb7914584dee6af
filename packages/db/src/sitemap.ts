import { arrayLiteral } from "./array-literal.ts";
import { cachedByChange } from "./cached-by-change.ts";
import type { Database } from "./database.ts";
import { nextWorkKeys } from "./work-keys.ts";

export interface SitemapEntry {
  /** Printed PaperId of a work's representative: the canonical page. */
  readonly key: string;
  /** Day of the record's last change, YYYY-MM-DD. */
  readonly changedOn: string;
}

/** How many pages `listSitemap` has. */
export async function countSitemapPages(db: Database, pageSize: number): Promise<number> {
  return (await pageStarts(db, pageSize)).length;
}

/** Page `page` (from 0) of all works in key order, `pageSize` to a page; empty beyond the last. */
export async function listSitemap(db: Database, page: number, pageSize: number): Promise<SitemapEntry[]> {
  const before = (await pageStarts(db, pageSize))[page];
  if (before === undefined) return [];
  const keys = await nextWorkKeys(db, before, pageSize);
  return db.query<SitemapEntry & Record<string, unknown>>(
    `select key, to_char(changed_at at time zone 'UTC', 'YYYY-MM-DD') as "changedOn"
     from papers where key = any($1::text::text[]) order by key`,
    [arrayLiteral(keys)],
  );
}

/** The last key before each page. Kept until papers change: without it the last page would read all before it. */
function pageStarts(db: Database, pageSize: number): Promise<readonly string[]> {
  return cachedByChange(db, `sitemap ${pageSize}`, async () => {
    const rows = await db.query<{ key: string }>(
      `select key from (
         select work_key as key, row_number() over (order by work_key) as place
         from (select distinct work_key from papers) works
       ) numbered where place % $1::int = 0 order by key`,
      [pageSize],
    );
    const [last] = await db.query<{ key: string | null }>(`select max(work_key) as key from papers`);
    const starts = ["", ...rows.map((row) => row.key)];
    return starts.filter((start) => start < (last?.key ?? ""));
  });
}

import { latestChange } from "./changes.ts";
import type { Database } from "./database.ts";

export interface DatabaseStats {
  readonly kind: Database["kind"];
  readonly place: string;
  readonly papers: number;
  /** Papers by the scheme of their id: `{ arxiv: 189822, acl: 31965 }`. */
  readonly papersByScheme: Readonly<Record<string, number>>;
  readonly works: number;
  /** Papers that share their work with another record. */
  readonly linkedPapers: number;
  readonly editions: number;
  /** First and last known day of submission, YYYY-MM-DD. */
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  /** Vectors by model. */
  readonly embeddings: Readonly<Record<string, number>>;
  readonly sizeBytes: number;
  readonly latestChange: number;
}

/** Counts over the whole record; a scan of some hundred milliseconds. */
export async function databaseStats(db: Database): Promise<DatabaseStats> {
  const schemes = await db.query<{ scheme: string; count: number }>(
    `select split_part(key, ':', 1) as scheme, count(*)::int as count from papers group by 1 order by 2 desc, 1`,
  );
  const [totals] = await db.query<{
    works: number;
    linked: number;
    editions: number;
    first_day: string | null;
    last_day: string | null;
    size: number;
  }>(
    `select
       (select count(*) from papers where key = work_key)::int as works,
       (select coalesce(sum(n), 0) from (select count(*) as n from papers group by work_key having count(*) > 1) t)::int as linked,
       (select count(*) from editions where works > 0)::int as editions,
       (select to_char(min(submitted_at at time zone 'UTC'), 'YYYY-MM-DD') from papers) as first_day,
       (select to_char(max(submitted_at at time zone 'UTC'), 'YYYY-MM-DD') from papers) as last_day,
       pg_database_size(current_database())::float8 as size`,
  );
  const vectors = await db.query<{ model: string; count: number }>(
    `select model, count(*)::int as count from embeddings group by model order by model`,
  );
  return {
    kind: db.kind,
    place: db.place,
    papers: schemes.reduce((sum, row) => sum + row.count, 0),
    papersByScheme: Object.fromEntries(schemes.map((row) => [row.scheme, row.count])),
    works: totals!.works,
    linkedPapers: totals!.linked,
    editions: totals!.editions,
    firstDay: totals!.first_day,
    lastDay: totals!.last_day,
    embeddings: Object.fromEntries(vectors.map((row) => [row.model, row.count])),
    sizeBytes: totals!.size,
    latestChange: await latestChange(db),
  };
}

import type { Queryable } from "./database.ts";

/**
 * Number of the latest write to papers or counters; 0 for an empty record. Keep it before reading with
 * `changedSince`, and pass it the next time: nothing is missed, since writers commit in the order of their numbers.
 */
export async function latestChange(db: Queryable): Promise<number> {
  const [row] = await db.query<{ seq: number }>(
    `select greatest(
       coalesce((select max(change_seq) from papers), 0),
       coalesce((select max(change_seq) from paper_counters), 0))::float8 as seq`,
  );
  return row!.seq;
}

/** Number of the latest write to papers alone. */
export async function latestPaperChange(db: Queryable): Promise<number> {
  const [row] = await db.query<{ seq: number }>(
    `select coalesce(max(change_seq), 0)::float8 as seq from papers`,
  );
  return row!.seq;
}

import type { Queryable } from "./database.ts";
import { loadPapers, type StoredPaper } from "./get-papers.ts";

/** Papers with a venue, the last stored first: for `/venue/latest/feed`. */
export async function latestVenuePapers(db: Queryable, limit: number): Promise<StoredPaper[]> {
  const rows = await db.query<{ key: string }>(
    `select key from papers where venue is not null order by created_seq desc, key limit $1`,
    [limit],
  );
  const papers = await loadPapers(
    db,
    rows.map((row) => row.key),
  );
  return rows.map((row) => papers.get(row.key)!);
}

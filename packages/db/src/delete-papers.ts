import { arrayLiteral } from "./array-literal.ts";
import { type EditionKey, recountEditions } from "./count-editions.ts";
import type { Database } from "./database.ts";
import { lockForWriting, nextChange } from "./upsert-papers.ts";

type EditionRow = { venue: string | null; year: number | null };

const hasEdition = (row: EditionRow): row is EditionRow & EditionKey => row.venue !== null;

/**
 * Removes papers and all that hangs on them; resolves to the keys that were there, to be removed from the search index
 * as well. The other records of their works stand alone and count as changed until the next `linkWorks`.
 */
export async function deletePapers(db: Database, keys: readonly string[]): Promise<string[]> {
  const asked = arrayLiteral(keys);
  return db.transaction(async (tx) => {
    await lockForWriting(tx);
    const gone = await tx.query<{ key: string; work_key: string } & EditionRow>(
      `delete from papers where key = any($1::text::text[]) returning key, work_key, venue, venue_year as year`,
      [asked],
    );
    const left = await tx.query<EditionRow>(
      `update papers set work_key = key, change_seq = $1::bigint where work_key = any($2::text::text[])
       returning venue, venue_year as year`,
      [String(await nextChange(tx)), arrayLiteral(gone.map((row) => row.work_key))],
    );
    await recountEditions(tx, [...gone, ...left].filter(hasEdition));
    for (const table of [
      "category_listings",
      "paper_ids",
      "paper_counters",
      "embeddings",
      "embedding_claims",
    ]) {
      await tx.query(`delete from ${table} where paper_key = any($1::text::text[])`, [asked]);
    }
    return gone.map((row) => row.key).sort();
  });
}

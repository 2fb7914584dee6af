import type { Database } from "./database.ts";

/**
 * After a bulk import: removes dead rows and counts anew what the query planner goes by. A server's autovacuum does
 * the same by and by; the embedded database has none.
 */
export async function tidyDatabase(db: Database): Promise<void> {
  await db.script("vacuum (analyze)");
}

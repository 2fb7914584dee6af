import type { Queryable } from "./database.ts";

/** The JSON stored under a name (an import's position, a harvest's cursor), or null. */
export async function readState(db: Queryable, name: string): Promise<unknown> {
  const [row] = await db.query<{ value: unknown }>(`select value from state where name = $1`, [name]);
  return row?.value ?? null;
}

/** Stores a value that JSON can hold under a name, in place of the one before; null forgets the name. */
export async function writeState(db: Queryable, name: string, value: unknown): Promise<void> {
  if (value === null) {
    await db.query(`delete from state where name = $1`, [name]);
    return;
  }
  await db.query(
    `insert into state (name, value) values ($1, $2::text::jsonb)
     on conflict (name) do update set value = excluded.value, changed_at = now()`,
    [name, JSON.stringify(value)],
  );
}

/**
 * Applies the SQL that drizzle-kit wrote. The files are compiled into `generated/migrations.ts`, so that a bundler
 * that moves this module cannot lose them. Each migration runs in its own transaction together with its entry in the
 * `migrations` table.
 */
import { describeVenues } from "./count-editions.ts";
import type { Database } from "./database.ts";
import { DatabaseNotMigratedError, DatabaseTooNewError } from "./errors.ts";
import { MIGRATIONS, type Migration } from "./generated/migrations.ts";
import { MIGRATION_LOCK } from "./lock-names.ts";

/** Brings the tables up to date, and what is known of venues; resolves to the names that were applied now. Two processes at once take turns. */
export async function migrate(db: Database): Promise<{ applied: readonly string[] }> {
  return db.exclusively(MIGRATION_LOCK, async () => {
    await db.script(
      `create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())`,
    );
    const pending = await pendingMigrations(db);
    for (const migration of pending) await apply(db, migration);
    await describeVenues(db);
    return { applied: pending.map((migration) => migration.name) };
  });
}

/** @throws DatabaseNotMigratedError when a migration is missing, DatabaseTooNewError when one is unknown. */
export async function requireMigrated(db: Database): Promise<void> {
  const [found] = await db.query<{ exists: boolean }>(
    `select to_regclass('migrations') is not null as exists`,
  );
  const pending = found?.exists ? await pendingMigrations(db) : MIGRATIONS;
  if (pending.length > 0) {
    throw new DatabaseNotMigratedError(
      db.place,
      pending.map((migration) => migration.name),
    );
  }
}

async function pendingMigrations(db: Database): Promise<readonly Migration[]> {
  const rows = await db.query<{ name: string }>(`select name from migrations order by name`);
  const applied = new Set(rows.map((row) => row.name));
  const known = new Set(MIGRATIONS.map((migration) => migration.name));
  const unknown = [...applied].filter((name) => !known.has(name));
  if (unknown.length > 0) throw new DatabaseTooNewError(db.place, unknown);
  return MIGRATIONS.filter((migration) => !applied.has(migration.name));
}

async function apply(db: Database, migration: Migration): Promise<void> {
  await db.transaction(async (tx) => {
    for (const statement of migration.statements) await tx.query(statement);
    await tx.query(`insert into migrations (name) values ($1)`, [migration.name]);
  });
}

import { resolve } from "node:path";
import { migrate, requireMigrated } from "./migrate.ts";
import { openPglite } from "./pglite-driver.ts";
import { openPostgres } from "./postgres-driver.ts";

export type Row = Record<string, unknown>;

/** Where statements run: the database itself or a transaction of it. */
export interface Queryable {
  /** Runs one statement with `$1`-style parameters; resolves to its rows. Whole numbers beyond 32 bits may arrive as text. */
  query<T extends Row = Row>(text: string, params?: readonly unknown[]): Promise<T[]>;
}

export interface Database extends Queryable {
  readonly kind: "pglite" | "postgres";
  /** The folder, or host and database name: for messages, never with a password. */
  readonly place: string;
  /** Runs `work` in one transaction; rolls back when it throws. Inside it use only the `Queryable` it is given. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Runs several statements without parameters (migrations, maintenance). */
  script(text: string): Promise<void>;
  /** Runs `work` while this process alone, of all that use the database, holds the lock `name`. */
  exclusively<T>(name: number, work: () => Promise<T>): Promise<T>;
  /** Ends connections and releases the data folder. A second call does nothing. */
  close(): Promise<void>;
}

export interface DatabaseSettings {
  /** `postgres://…` of a server, or null for the embedded database. */
  readonly databaseUrl: string | null;
  /** Folder of the embedded database (`<dataDir>/db`); created when absent. */
  readonly dataDir: string;
}

/**
 * Opens the record and makes sure its tables are those of this version: the embedded database is migrated here, a
 * server by `npm run migrate` (see `migrateDatabase`).
 *
 * @throws DataFolderLockedError, DataFolderUnwritableError, DatabaseOpenError, DatabaseNotMigratedError, DatabaseTooNewError
 */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  const db = await connect(settings);
  try {
    if (db.kind === "pglite") await migrate(db);
    else await requireMigrated(db);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Opens the database, brings its tables up to date and closes it. Safe from two processes at once. */
export async function migrateDatabase(settings: DatabaseSettings): Promise<{ applied: readonly string[] }> {
  const db = await connect(settings);
  try {
    return await migrate(db);
  } finally {
    await db.close();
  }
}

function connect(settings: DatabaseSettings): Promise<Database> {
  return settings.databaseUrl === null
    ? openPglite(resolve(settings.dataDir))
    : openPostgres(settings.databaseUrl);
}

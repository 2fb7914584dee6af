import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, migrateDatabase, openDatabase } from "../src/index.ts";
import { findPostgresBinaries, startPostgres } from "./postgres-server.ts";

/** A database for one test file, and how to end it. */
export interface TestDatabase {
  readonly db: Database;
  end(): Promise<void>;
}

export interface Driver {
  readonly name: string;
  /** Why this driver cannot be tested here, else null. */
  readonly skipped: string | null;
  open(): Promise<TestDatabase>;
}

const binaries = findPostgresBinaries();

/** Both drivers, for one suite. */
export const DRIVERS: readonly Driver[] = [
  { name: "pglite", skipped: null, open: openEmbedded },
  {
    name: "postgres",
    skipped: binaries === null ? "skipped: no PostgreSQL binaries" : null,
    open: () => openOnServer(binaries!),
  },
];

async function openEmbedded(): Promise<TestDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), "cool-db-"));
  const db = await openDatabase({ databaseUrl: null, dataDir });
  return {
    db,
    end: async () => {
      await db.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function openOnServer(folder: string): Promise<TestDatabase> {
  const server = await startPostgres(folder);
  const settings = { databaseUrl: server.createDatabase("suite"), dataDir: tmpdir() };
  await migrateDatabase(settings);
  const db = await openDatabase(settings);
  return {
    db,
    end: async () => {
      await db.close();
      await server.stop();
    },
  };
}

/** Empties every table; change numbers go on. */
export async function emptyDatabase(db: Database): Promise<void> {
  // Truncation makes new files for every table and index; deleting a few rows is ten times quicker.
  for (const table of TABLES) await db.query(`delete from ${table}`);
}

const TABLES = [
  "papers",
  "category_listings",
  "paper_ids",
  "paper_counters",
  "embedding_models",
  "embeddings",
  "embedding_claims",
  "editions",
  "venues",
  "state",
];

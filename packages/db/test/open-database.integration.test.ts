import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type Database,
  DatabaseNotMigratedError,
  DatabaseOpenError,
  DatabaseTooNewError,
  DataFolderLockedError,
  DataFolderUnwritableError,
  databaseStats,
  migrateDatabase,
  openDatabase,
} from "../src/index.ts";
import { findPostgresBinaries, type PostgresServer, startPostgres } from "./postgres-server.ts";

/** A new embedded database takes four seconds on a quiet machine, a crashed one replays its log. */
const EMBEDDED_TIMEOUT_MS = 180_000;

describe("opening the embedded database", { timeout: EMBEDDED_TIMEOUT_MS }, () => {
  let folder: string;
  let dataDir: string;
  let child: ChildProcess | null = null;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cool-open-"));
    dataDir = join(folder, "not", "there", "yet");
  });
  afterEach(() => {
    child?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  const open = () => openDatabase({ databaseUrl: null, dataDir });

  test("the folder is made, held by one opener, free after close, and keeps its tables", async () => {
    const db = await open();
    await expect(open()).rejects.toThrow(DataFolderLockedError);
    await Promise.all([db.close(), db.close()]);
    const again = await open();
    expect((await databaseStats(again)).papers).toBe(0);
    await again.query(`insert into migrations (name) values ('9999_from_the_future')`);
    await again.close();
    await expect(open()).rejects.toThrow(DatabaseTooNewError);
    // The failed opening gave the folder back.
    await expect(open()).rejects.toThrow("9999_from_the_future, which this version does not know");
  });

  test("a folder that cannot be made is named in one sentence", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const opening = openDatabase({ databaseUrl: null, dataDir: join(file, "x") });
    await expect(opening).rejects.toThrow(DataFolderUnwritableError);
    await expect(opening).rejects.toThrow(`The data folder ${join(file, "x")} cannot be written (ENOTDIR)`);
  });

  test("an importer killed at any moment leaves whole transactions and a database that opens", async () => {
    const script = join(import.meta.dirname, "endless-import.ts");
    child = spawn(process.execPath, [script, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
    const lines = child.stdout!.setEncoding("utf8");
    let said = "";
    for await (const text of lines) {
      said += text;
      if (said.split("\n").length > 4) break;
    }
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
    const reported = Number(said.trim().split("\n").at(-1));
    const db = await open();
    try {
      const [found] = await db.query<{ papers: number; listings: number; ids: number }>(
        `select (select count(*) from papers)::int as papers, (select count(*) from category_listings)::int as listings,
           (select count(*) from paper_ids)::int as ids`,
      );
      expect(found!.papers).toBeGreaterThanOrEqual(reported);
      expect(found).toEqual({ papers: found!.papers, listings: found!.papers * 2, ids: found!.papers });
    } finally {
      await db.close();
    }
  });
});

const binaries = findPostgresBinaries();

describe("opening a server's database", () => {
  if (binaries === null) {
    test.skip("skipped: no PostgreSQL binaries", () => {});
    return;
  }
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres(binaries);
  });
  afterAll(() => server?.stop());
  const settings = (databaseUrl: string) => ({ databaseUrl, dataDir: tmpdir() });

  test("without its tables it says which command makes them", async () => {
    const opening = openDatabase(settings(server.createDatabase("empty")));
    await expect(opening).rejects.toThrow(DatabaseNotMigratedError);
    await expect(opening).rejects.toThrow(
      /\/empty lacks the migration 0000_papers.*; run `npm run migrate` once/,
    );
  });

  test("several processes may migrate at once: each migration is applied once", async () => {
    const databaseUrl = server.createDatabase("contested");
    const results = await Promise.all(
      Array.from({ length: 4 }, () => migrateDatabase(settings(databaseUrl))),
    );
    expect(results.filter((result) => result.applied.length > 0)).toHaveLength(1);
    const db: Database = await openDatabase(settings(databaseUrl));
    expect((await databaseStats(db)).papers).toBe(0);
    await db.close();
  });

  test("tables of a newer version are not touched", async () => {
    const databaseUrl = server.createDatabase("newer");
    await migrateDatabase(settings(databaseUrl));
    const db = await openDatabase(settings(databaseUrl));
    await db.query(`insert into migrations (name) values ('9999_from_the_future')`);
    await db.close();
    await expect(openDatabase(settings(databaseUrl))).rejects.toThrow(DatabaseTooNewError);
    await expect(migrateDatabase(settings(databaseUrl))).rejects.toThrow(DatabaseTooNewError);
  });

  test("a server that is not there is named, its password is not", async () => {
    const opening = openDatabase(settings("postgres://reader:s3cret@127.0.0.1:1/papers"));
    await expect(opening).rejects.toThrow(DatabaseOpenError);
    await expect(opening).rejects.toThrow(
      /^The database 127\.0\.0\.1:1\/papers does not open \(.*ECONNREFUSED.*\)\.$/,
    );
    await expect(opening).rejects.not.toThrow(/s3cret/);
    await expect(openDatabase(settings("not a url at all"))).rejects.toThrow(DatabaseOpenError);
  });
});

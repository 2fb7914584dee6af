import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { lockDataFolder } from "./data-folder-lock.ts";
import type { Database, Queryable, Row } from "./database.ts";
import { DatabaseOpenError, DataFolderUnwritableError } from "./errors.ts";

/**
 * Beside PGlite's own: a log of at most 256 MB instead of 1 GB, so that opening after a crash replays seconds of it and
 * not a quarter of a minute; and pages are read from the system's cache, where order hardly matters.
 */
const START_PARAMS = [
  ...PGlite.defaultStartParams,
  ...["-c", "max_wal_size=256MB"],
  ...["-c", "random_page_cost=1.1"],
];

type Runner = Pick<PGlite, "query">;

/** The embedded database in `<dataDir>/db`, for this process alone. */
export async function openPglite(dataDir: string): Promise<Database> {
  const folder = join(dataDir, "db");
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new DataFolderUnwritableError(dataDir, error);
  }
  const release = lockDataFolder(dataDir);
  const pglite = await create(folder, release);
  let closing: Promise<void> | null = null;

  return {
    kind: "pglite",
    place: folder,
    query: queryOn(pglite),
    transaction: (work) =>
      pglite.transaction((tx) => work({ query: queryOn(tx) })) as ReturnType<typeof work>,
    script: async (text) => {
      await pglite.exec(text);
    },
    // The folder's lock keeps other processes out; callers in this one take turns.
    exclusively: takeTurns(),
    close: () => {
      closing ??= pglite.close().finally(release);
      return closing;
    },
  };
}

async function create(folder: string, release: () => void): Promise<PGlite> {
  try {
    return await PGlite.create({ dataDir: folder, startParams: START_PARAMS });
  } catch (error) {
    release();
    throw new DatabaseOpenError(folder, error);
  }
}

function queryOn(target: Runner): Queryable["query"] {
  return async <T extends Row>(text: string, params: readonly unknown[] = []) => {
    const result = await target.query<T>(text, [...params]);
    return result.rows;
  };
}

/** One queue per name: each piece of work starts when the one before it has ended, well or badly. */
function takeTurns(): Database["exclusively"] {
  const last = new Map<number, Promise<unknown>>();
  return (name, work) => {
    const result = (last.get(name) ?? Promise.resolve()).then(work);
    last.set(
      name,
      result.catch(() => {}),
    );
    return result;
  };
}

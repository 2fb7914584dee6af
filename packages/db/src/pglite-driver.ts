import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { lockDataFolder } from "./data-folder-lock.ts";
import type { Database, Queryable, Row } from "./database.ts";
import { DatabaseOpenError, DataFolderUnwritableError } from "./errors.ts";

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
    // The folder's lock already keeps other processes out.
    exclusively: (_name, work) => work(),
    close: () => {
      closing ??= pglite.close().finally(release);
      return closing;
    },
  };
}

async function create(folder: string, release: () => void): Promise<PGlite> {
  try {
    return await PGlite.create({ dataDir: folder });
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

import { type Database, openDatabase } from "@cool-papers/db";
import { openLanceEngine, type SearchEngine } from "@cool-papers/search";
import type { PaperEmbedder, PipelineContext } from "./context.ts";

export interface ContextSettings {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** Folder or object store of the search index. */
  readonly searchUri: string;
  readonly embedder?: PaperEmbedder | null;
  readonly log?: (message: string) => void;
  readonly clock?: () => Date;
}

/** A context and the way to end it. */
export interface OpenContext extends PipelineContext {
  close(): Promise<void>;
}

/**
 * Opens the record and the search index of a data folder, for the command line and the site alike.
 * Throws the errors of openDatabase (locked folder, unwritable folder, unreachable server, migration missing).
 */
export async function openContext(settings: ContextSettings): Promise<OpenContext> {
  const db = await openDatabase({ databaseUrl: settings.databaseUrl, dataDir: settings.dataDir });
  const engine = await openEngineOrClose(settings.searchUri, db);
  return {
    db,
    engine,
    embedder: settings.embedder ?? null,
    dataDir: settings.dataDir,
    log: settings.log ?? (() => {}),
    clock: settings.clock ?? (() => new Date()),
    close: async () => {
      await engine.close();
      await db.close();
    },
  };
}

async function openEngineOrClose(uri: string, db: Database): Promise<SearchEngine> {
  try {
    return await openLanceEngine({ uri });
  } catch (error) {
    await db.close();
    throw error;
  }
}

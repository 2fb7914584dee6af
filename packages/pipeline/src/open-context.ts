import { type Database, openDatabase } from "@cool-papers/db";
import { openLanceEngine, type SearchEngine } from "@cool-papers/search";
import type { PipelineContext } from "./context.ts";
import { type OpenEmbedder, openEmbedder } from "./open-embedder.ts";

/** core's Settings fit. */
export interface ContextSettings {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** Folder or object store of the search index. */
  readonly searchUri: string;
  /** See EmbedderSettings. */
  readonly modelDir: string | null;
  readonly embedUrl: string | null;
  readonly embedKey: string | null;
  /** False leaves the model on the disk: for steps that need no vectors. */
  readonly withEmbedder?: boolean;
  readonly log?: (message: string) => void;
  readonly clock?: () => Date;
}

/** A context and the way to end it. */
export interface OpenContext extends PipelineContext {
  readonly embedder: OpenEmbedder | null;
  close(): Promise<void>;
}

/**
 * Opens the record, the search index and the embedder, for the command line and the site alike. An embedder that does
 * not open is logged and left out: search on keywords is better than none.
 * Throws the errors of openDatabase (locked folder, unwritable folder, unreachable server, migration missing).
 */
export async function openContext(settings: ContextSettings): Promise<OpenContext> {
  const log = settings.log ?? (() => {});
  const db = await openDatabase({ databaseUrl: settings.databaseUrl, dataDir: settings.dataDir });
  const engine = await openEngineOrClose(settings.searchUri, db);
  const embedder = settings.withEmbedder === false ? null : await openEmbedderOrNone(settings, log);
  return {
    db,
    engine,
    embedder,
    dataDir: settings.dataDir,
    log,
    clock: settings.clock ?? (() => new Date()),
    close: async () => {
      await embedder?.close();
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

async function openEmbedderOrNone(
  settings: ContextSettings,
  log: (message: string) => void,
): Promise<OpenEmbedder | null> {
  try {
    return await openEmbedder({ ...settings, log });
  } catch (error) {
    log(`search works on keywords only, the embedding model does not open: ${(error as Error).message}`);
    return null;
  }
}

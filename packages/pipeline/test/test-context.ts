import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "@cool-papers/db";
import type { PaperEmbedder, PipelineContext } from "../src/context.ts";
import { createMemoryEngine, type MemoryEngine } from "./memory-engine.ts";

export interface TestContext extends PipelineContext {
  readonly engine: MemoryEngine;
  readonly logged: string[];
  /** A context on the same record and index with an embedder. */
  withEmbedder(embedder: PaperEmbedder): PipelineContext;
  close(): Promise<void>;
}

/** An embedded database in a folder of its own, and an index in memory. */
export async function openTestContext(): Promise<TestContext> {
  const dataDir = await mkdtemp(join(tmpdir(), "pipeline-"));
  const db = await openDatabase({ databaseUrl: null, dataDir });
  const logged: string[] = [];
  const context = {
    db,
    engine: createMemoryEngine(),
    embedder: null,
    dataDir,
    log: (message: string) => void logged.push(message),
    clock: () => new Date(),
    logged,
  };
  return {
    ...context,
    withEmbedder: (embedder) => ({ ...context, embedder }),
    close: async () => {
      await db.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** All that the record says about its papers, in key order, without the marks of when it was written. */
export async function dumpPapers(db: Database): Promise<unknown[]> {
  return db.query(
    `select to_jsonb(p) - '{created_seq,change_seq,stored_at,changed_at}'::text[] as paper,
       (select count(*)::int from category_listings l where l.paper_key = p.key) as listings
     from papers p order by key`,
  );
}

/** Two worker processes on one PostgreSQL server that the test starts itself. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import {
  countUnembedded,
  type Database,
  databaseStats,
  migrateDatabase,
  openDatabase,
} from "@cool-papers/db";
import {
  findPostgresBinaries,
  type PostgresServer,
  startPostgres,
} from "@cool-papers/db/test/postgres-server";
import { streamSource } from "@cool-papers/ingest";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { EmbedReport } from "../src/embed-papers.ts";
import { importFiles } from "../src/import-files.ts";
import { createMemoryEngine } from "./memory-engine.ts";
import { arxivRows, toJsonLines } from "./sample-papers.ts";

const CHILD = new URL("./embed-child.ts", import.meta.url).pathname;
/** Batches are of 256: ten of them. */
const PAPERS = 2_560;
const binaries = findPostgresBinaries();

type Message =
  | { readonly type: "ready" }
  | { readonly type: "encoding"; readonly titles: readonly string[] }
  | { readonly type: "log"; readonly message: string }
  | { readonly type: "done"; readonly report: EmbedReport };

class Worker {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly messages: Message[] = [];
  readonly ended: Promise<void>;
  #waiting: (() => void)[] = [];

  constructor(databaseUrl: string, claimSeconds: number) {
    this.child = spawn(process.execPath, [CHILD, databaseUrl, String(claimSeconds)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.ended = this.#read();
  }

  async #read(): Promise<void> {
    const closed = new Promise((resolve) => this.child.once("close", resolve));
    for await (const line of createInterface(this.child.stdout)) {
      this.messages.push(JSON.parse(line) as Message);
      this.#wake();
    }
    await closed;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when a message of the type has come, or the process has ended. */
  async until(type: Message["type"]): Promise<void> {
    let hasEnded = false;
    void this.ended.then(() => {
      hasEnded = true;
    });
    while (!hasEnded && !this.messages.some((message) => message.type === type)) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  go(): void {
    this.child.stdin.write("\n");
  }

  titles(): string[] {
    return this.messages.flatMap((message) => (message.type === "encoding" ? message.titles : []));
  }

  report(): EmbedReport | null {
    const done = this.messages.find((message) => message.type === "done");
    return done?.report ?? null;
  }
}

describe.skipIf(binaries === null)(
  binaries === null ? "shared embedding (skipped: no PostgreSQL binaries)" : "shared embedding",
  () => {
    let server: PostgresServer;
    let db: Database;
    let url: string;
    let databases = 0;
    const workers: Worker[] = [];

    beforeAll(async () => {
      server = await startPostgres(binaries!);
    });
    afterEach(async () => {
      for (const worker of workers.splice(0)) {
        worker.child.kill("SIGKILL");
        await worker.ended;
      }
      await db?.close();
    });
    afterAll(() => server?.stop());

    async function openRecord(): Promise<void> {
      databases += 1;
      url = server.createDatabase(`shared${databases}`);
      await migrateDatabase({ databaseUrl: url, dataDir: tmpdir() });
      db = await openDatabase({ databaseUrl: url, dataDir: tmpdir() });
      const lines = streamSource("papers", bytes(toJsonLines(arxivRows(PAPERS))));
      const log = () => {};
      const context = {
        db,
        engine: createMemoryEngine(),
        embedder: null,
        dataDir: tmpdir(),
        log,
        clock: () => new Date(),
      };
      await importFiles(context, [lines], { limit: PAPERS });
    }

    /** A worker that has claimed a first batch and holds it. */
    async function startHolding(claimSeconds: number): Promise<Worker> {
      const worker = new Worker(url, claimSeconds);
      workers.push(worker);
      await worker.until("ready");
      worker.go();
      await worker.until("encoding");
      return worker;
    }

    it("two processes embed every paper between them, none twice", async () => {
      await openRecord();
      const pair = await Promise.all([startHolding(3_600), startHolding(3_600)]);
      for (const worker of pair) worker.go();
      await Promise.all(pair.map((worker) => worker.ended));
      const titles = pair.flatMap((worker) => worker.titles());
      expect(titles).toHaveLength(PAPERS);
      expect(new Set(titles).size).toBe(PAPERS);
      for (const worker of pair) {
        expect(worker.report()?.embedded).toBe(worker.titles().length);
        expect(worker.titles().length).toBeGreaterThan(0);
      }
      expect((await databaseStats(db)).embeddings).toEqual({ "letters-2d": PAPERS });
      expect(await db.query("select 1 from embedding_claims")).toEqual([]);
    });

    it("what a process killed with SIGKILL had claimed, the other one takes over when the claim ends", async () => {
      await openRecord();
      const killed = await startHolding(5);
      const other = await startHolding(5);
      other.go();
      // It has done all the rest by then, or on a very slow machine all.
      await other.until("log");
      killed.child.kill("SIGKILL");
      await Promise.all([killed.ended, other.ended]);
      expect(killed.report()).toBeNull();
      expect(other.report()?.embedded).toBe(PAPERS);
      expect(other.titles()).toEqual(expect.arrayContaining(killed.titles()));
      expect(await countUnembedded(db, "letters-2d")).toBe(0);
      expect(await db.query("select 1 from embedding_claims")).toEqual([]);
    });
  },
);

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

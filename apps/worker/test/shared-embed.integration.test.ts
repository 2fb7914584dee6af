/** Where `embed` runs when the record is a server's and a site runs on the same data folder. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  findPostgresBinaries,
  type PostgresServer,
  startPostgres,
} from "@cool-papers/db/test/postgres-server";
import { createAdminHandler, createAdminToken, publishAdminEndpoint } from "@cool-papers/pipeline";
import { serveHandler } from "@cool-papers/pipeline/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runWorker } from "./run-worker.ts";

const binaries = findPostgresBinaries();

describe.skipIf(binaries === null)(
  binaries === null ? "a database server (skipped: no PostgreSQL binaries)" : "a database server",
  () => {
    let folder: string;
    let server: PostgresServer;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "worker-shared-"));
      server = await startPostgres(binaries!);
    });
    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    });

    it("embed works in the process that was asked, beside a running site; other steps run in the site", async () => {
      const dataDir = join(folder, "data");
      // Settings want a host; the socket named after it counts.
      const databaseUrl = server.createDatabase("shared").replace("@/", "@localhost/");
      const env = { DATA_DIR: dataDir, DATABASE_URL: databaseUrl };
      const work = (...args: string[]) => runWorker(args, { cwd: folder, env });
      const lines = [1, 2, 3].map((i) => JSON.stringify({ id: `arxiv:2403.0000${i}`, title: `Paper ${i}` }));
      await writeFile(join(folder, "papers.jsonl"), `${lines.join("\n")}\n`);
      expect(await work("migrate")).toMatchObject({ code: 0, stderr: "" });
      expect(await work("import", "papers.jsonl", "--no-index")).toMatchObject({ code: 0 });

      const token = createAdminToken();
      const asked: string[] = [];
      const refuse = () => Promise.reject(new Error("this site refuses every step"));
      const handler = createAdminHandler({ context: refuse, token });
      const site = await serveHandler((request) => {
        asked.push(new URL(request.url).pathname);
        return handler(request);
      });
      const unpublish = await publishAdminEndpoint(dataDir, site.url, token);
      try {
        const embedded = await work("embed");
        expect(embedded.stdout).toMatch(/embedded 3 papers/);
        expect(asked).toEqual([]);
        expect((await work("stats")).stderr).toContain("this site refuses every step");
        expect(asked).toEqual(["/api/admin/stats"]);
      } finally {
        await unpublish();
        await site.close();
      }
    });
  },
);

import { stat, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { databaseStats } from "@cool-papers/db";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAdminToken, findAdminEndpoint, publishAdminEndpoint } from "../src/admin/admin-endpoint.ts";
import { createAdminHandler } from "../src/admin/admin-handler.ts";
import { runStepRemote } from "../src/admin/run-step-remote.ts";
import { RemoteStepError, StepBusyError } from "../src/errors.ts";
import type { StepProgress } from "../src/progress.ts";
import { claimStep } from "../src/steps.ts";
import { arxivRows, toJsonLines } from "./sample-papers.ts";
import { type HandlerServer, serveHandler } from "./serve-handler.ts";
import { openTestContext, type TestContext } from "./test-context.ts";

let context: TestContext;
let server: HandlerServer;
const token = createAdminToken();
const shutdown = new AbortController();

beforeAll(async () => {
  context = await openTestContext();
  server = await serveHandler(createAdminHandler({ context: () => context, token, signal: shutdown.signal }));
});
afterAll(async () => {
  await server.close();
  await context.close();
});
beforeEach(async () => {
  for (const table of ["papers", "category_listings", "paper_ids", "state"])
    await context.db.script(`delete from ${table}`);
});

const endpoint = () => ({ url: server.url, token, pid: process.pid });
const count = async () => (await databaseStats(context.db)).papers;

async function write(name: string, count: number): Promise<string> {
  const path = join(context.dataDir, name);
  await writeFile(path, toJsonLines(arxivRows(count)));
  return path;
}

/** A request with any Host header, which fetch does not allow. */
function rawPost(
  path: string,
  headers: Record<string, string>,
  method = "POST",
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}${path}`, { method, headers }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on("error", reject);
    request.end();
  });
}

describe("steps in a running server", () => {
  it("an import by path streams its progress and answers with the report", async () => {
    const seen: StepProgress[] = [];
    const path = await write("a.jsonl", 60);
    const report = await runStepRemote(
      endpoint(),
      "import",
      { files: [path], batchSize: 20 },
      { onProgress: (progress) => void seen.push(progress) },
    );
    expect(report.files[0]).toMatchObject({ inserted: 60 });
    expect(report.index).toMatchObject({ documents: 60 });
    expect(seen.filter((progress) => progress.step === "import").map((progress) => progress.papers)).toEqual([
      20, 40, 60,
    ]);
    expect(await count()).toBe(60);
  });

  it("an import of standard input sends the bytes along", async () => {
    const bytes = gzipSync(toJsonLines(arxivRows(50)));
    const stdin = (async function* () {
      for (let at = 0; at < bytes.length; at += 500) yield bytes.subarray(at, at + 500);
    })();
    const report = await runStepRemote(endpoint(), "import", { files: ["-"] }, { stdin });
    expect(report.files[0]).toMatchObject({ name: "stdin", inserted: 50 });
  });

  it("an export sends every line", async () => {
    await runStepRemote(endpoint(), "import", { files: [await write("a.jsonl", 30)], index: false });
    const lines: string[] = [];
    const report = await runStepRemote(endpoint(), "export", {}, { onLine: (line) => void lines.push(line) });
    expect(report.papers).toBe(30);
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toHaveLength(30);
  });

  it("a client that goes away ends its step after the batch at hand, and nothing is lost", async () => {
    const path = await write("a.jsonl", 400);
    const stop = new AbortController();
    const running = runStepRemote(
      endpoint(),
      "import",
      { files: [path], batchSize: 10, index: false },
      { signal: stop.signal, onProgress: () => stop.abort() },
    );
    await expect(running).rejects.toThrow(/run the same command again to go on/);
    // The writer's lock is free again when the server has noticed.
    const report = await retryWhileBusy(() =>
      runStepRemote(endpoint(), "import", { files: [path], index: false }),
    );
    expect(report.files[0]).toMatchObject({ lines: 400, inserted: 400 });
    expect(await count()).toBe(400);
  });

  it("a step that fails answers with its sentence and its name", async () => {
    const failing = runStepRemote(endpoint(), "import", { files: ["/does/not/exist"] });
    await expect(failing).rejects.toThrow("cannot read /does/not/exist: no such file");
    await expect(failing).rejects.toMatchObject({
      name: "RemoteStepError",
      remoteName: "UnreadableFileError",
    });
  });

  it("a second writer is refused with who writes since when", async () => {
    const first = await claimStep(context, "index", {});
    await expect(runStepRemote(endpoint(), "link", {})).rejects.toThrow(StepBusyError);
    await expect(runStepRemote(endpoint(), "link", {})).rejects.toThrow(/busy with index since/);
    await first.run({});
    await runStepRemote(endpoint(), "link", {});
  });

  it("a server that is gone is named", async () => {
    const gone = runStepRemote({ ...endpoint(), url: "http://127.0.0.1:9" }, "stats", {});
    await expect(gone).rejects.toThrow(RemoteStepError);
    await expect(gone).rejects.toThrow(/127\.0\.0\.1:9 does not answer/);
  });
});

async function retryWhileBusy<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StepBusyError)) throw error;
    }
  }
}

describe("who may ask", () => {
  const authorization = `Bearer ${token}`;

  it("a missing, wrong or almost right token is refused before anything else happens", async () => {
    for (const wrong of [
      undefined,
      "",
      "Bearer",
      "Bearer x",
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      `Basic ${token}`,
    ]) {
      const headers: Record<string, string> = wrong === undefined ? {} : { authorization: wrong };
      expect((await rawPost("/api/admin/link", headers)).status).toBe(401);
    }
  });

  it("a request that was not addressed to loopback is refused even with the token", async () => {
    for (const host of [
      "papers.example",
      "10.0.0.7:3000",
      "127.0.0.1.evil.example",
      "localhost.evil.example",
    ]) {
      expect((await rawPost("/api/admin/stats", { authorization, host })).status).toBe(403);
    }
    for (const forwarded of [{ "x-forwarded-for": "203.0.113.7" }, { forwarded: "for=203.0.113.7" }]) {
      expect((await rawPost("/api/admin/stats", { authorization, ...forwarded })).status).toBe(403);
    }
    expect(
      (
        await rawPost("/api/admin/stats", {
          authorization,
          host: "localhost:3000",
          "x-forwarded-for": "::ffff:127.0.0.1",
        })
      ).status,
    ).toBe(200);
  });

  it("an unknown step, another method, options that are none get a problem document", async () => {
    expect((await rawPost("/api/admin/drop", { authorization })).status).toBe(404);
    expect((await rawPost("/api/admin/constructor", { authorization })).status).toBe(404);
    expect((await rawPost("/api/admin/link", { authorization }, "GET")).status).toBe(405);
    const bad = await rawPost("/api/admin/import", { authorization });
    expect(bad.status).toBe(400);
    expect(JSON.parse(bad.body)).toMatchObject({ status: 400, detail: expect.stringContaining("files") });
    expect((await rawPost("/api/admin/link", { authorization, "x-cool-papers-options": "{" })).status).toBe(
      400,
    );
  });
});

describe("admin.json", () => {
  it("is readable by its owner alone, found while its process lives, and goes with the server", async () => {
    const withdraw = await publishAdminEndpoint(context.dataDir, server.url, token);
    const path = join(context.dataDir, "admin.json");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await findAdminEndpoint(context.dataDir)).toEqual(endpoint());
    await withdraw();
    expect(await findAdminEndpoint(context.dataDir)).toBeNull();
  });

  it("of a dead process, or damaged, counts for nothing", async () => {
    const path = join(context.dataDir, "admin.json");
    for (const content of [JSON.stringify({ ...endpoint(), pid: 2 ** 30 }), "{", "{}", ""]) {
      await writeFile(path, content);
      expect(await findAdminEndpoint(context.dataDir)).toBeNull();
    }
  });

  it("is left alone by a server that finds another one's", async () => {
    const withdraw = await publishAdminEndpoint(context.dataDir, server.url, token);
    await publishAdminEndpoint(context.dataDir, server.url, createAdminToken());
    await withdraw();
    expect(await findAdminEndpoint(context.dataDir)).not.toBeNull();
  });
});

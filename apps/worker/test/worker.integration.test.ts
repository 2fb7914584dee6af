import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openDatabase } from "@cool-papers/db";
import {
  createAdminHandler,
  createAdminToken,
  openContext,
  publishAdminEndpoint,
} from "@cool-papers/pipeline";
import { serveHandler } from "@cool-papers/pipeline/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runWorker, type WorkerOptions, type WorkerRun } from "./run-worker.ts";

let folder: string;
let dataDir: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "worker-"));
  dataDir = join(folder, "data");
  await writeFile(join(folder, "papers.jsonl"), jsonLines(40));
});
afterAll(() => rm(folder, { recursive: true }));

/** Papers in the interchange format, invented. */
function jsonLines(count: number, from = 1): string {
  const paper = (i: number) => ({
    id: `arxiv:2403.${String(i).padStart(5, "0")}`,
    title: `Invented paper ${i}`,
    abstract: "Words.",
  });
  return Array.from({ length: count }, (_, i) => `${JSON.stringify(paper(from + i))}\n`).join("");
}

const NO_MODEL = { modelDir: null, embedUrl: null, embedKey: null, withEmbedder: false } as const;

const work = (args: string[], options: WorkerOptions = {}) =>
  runWorker(args, { cwd: folder, ...options, env: { DATA_DIR: dataDir, ...options.env } });

/** A failure is one line on stderr, without a stack, and exit code 1. */
function expectSentence(run: WorkerRun, pattern: RegExp): void {
  expect(run.stderr).toMatch(pattern);
  expect(run.stderr.trim().split("\n")).toHaveLength(1);
  expect(run.stderr).not.toMatch(/\n\s+at /);
  expect(run.code).toBe(1);
}

describe("a first import", () => {
  it("reads files named relative to where npm was called, indexes them, and again changes nothing", async () => {
    const elsewhere = join(folder, "elsewhere");
    await mkdir(elsewhere);
    const first = await work(["import", "papers.jsonl"], { cwd: elsewhere, env: { INIT_CWD: folder } });
    expect(first).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("papers.jsonl: 40 new, 0 changed, 0 unchanged"),
    });
    expect(first.stdout).toContain("built the search index anew: 40 documents");
    const second = await work(["import", "papers.jsonl"]);
    expect(second.stdout).toContain("papers.jsonl: 0 new, 0 changed, 40 unchanged");
    expect(second.stdout).toContain("brought the search index up to date: 0 documents");
  });

  it("then counts, exports and reads standard input", async () => {
    const stats = await work(["stats", "--json"]);
    expect(JSON.parse(stats.stdout)).toMatchObject({ database: { papers: 40 }, index: { documents: 40 } });
    const exported = await work(["export"]);
    expect(
      exported.stdout
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { id: string }).id),
    ).toHaveLength(40);
    await work(["export", "--out", "out.jsonl"]);
    expect(await readFile(join(folder, "out.jsonl"), "utf8")).toBe(exported.stdout);
    const piped = await work(["import", "-", "--no-index"], {
      stdin: gzipSync(exported.stdout + jsonLines(2, 500)),
    });
    expect(piped.stdout).toContain("stdin: 2 new, 0 changed, 40 unchanged");
    expect(piped.stdout).not.toContain("index");
  });
});

describe("while a server holds the data", () => {
  it("steps run in it, and their progress and report come back", async () => {
    const served = join(folder, "served");
    const context = await openContext({
      dataDir: served,
      databaseUrl: null,
      searchUri: join(served, "search"),
      ...NO_MODEL,
    });
    const token = createAdminToken();
    const server = await serveHandler(createAdminHandler({ context: () => context, token }));
    const withdraw = await publishAdminEndpoint(served, server.url, token);
    const env = { DATA_DIR: served };
    const imported = await work(["import", "papers.jsonl"], { env });
    expect(imported.stderr).toContain(`a server is running (process ${process.pid}); import runs in it`);
    expect(imported).toMatchObject({ code: 0, stdout: expect.stringContaining("papers.jsonl: 40 new") });
    const piped = await work(["import", "-"], { env, stdin: jsonLines(5, 700) });
    expect(piped.stdout).toContain("stdin: 5 new");
    expect((await work(["export"], { env })).stdout.trim().split("\n")).toHaveLength(45);
    const failed = await work(["import", "-", "--format", "kaggle"], { env, stdin: "{}\n" });
    expect(failed.stdout).toMatch(/1 line rejected, see .*stdin\.jsonl/);
    await withdraw();
    await server.close();
    await context.close();
  });
});

describe("a signal", () => {
  it("lets the batch finish, says how to go on, and the next run goes on", async () => {
    await writeFile(join(folder, "many.jsonl"), jsonLines(6_000, 1_000));
    const env = { DATA_DIR: join(folder, "stopped") };
    const stopped = await work(["import", "many.jsonl", "--no-index"], {
      env,
      onStderr: (text, kill) => /import many/.test(text) && !text.includes("finishing") && kill("SIGTERM"),
    });
    expect(stopped.stderr).toMatch(/imported up to line \d+; run the same command again to go on/);
    expect(stopped.code).toBe(130);
    const resumed = await work(["import", "many.jsonl", "--no-index"], { env });
    expect(resumed.stderr).toMatch(/many\.jsonl: going on after line \d+/);
    expect(resumed.stdout).toContain("many.jsonl: 6,000 new");
  });
});

describe("wrong usage", () => {
  it("exits with 2 and says what is wrong", async () => {
    for (const [args, pattern] of [
      [[], /Usage: worker/],
      [["impot", "x"], /unknown command 'impot'/],
      [["import"], /missing required argument/],
      [["import", "x", "--format", "csv"], /there is no format "csv"; choose one of interchange/],
      [["import", "x", "--limit", "0"], /whole number from 1/],
      [["index", "--ful"], /unknown option '--ful'/],
    ] as const) {
      const run = await work([...args]);
      expect(run.stderr).toMatch(pattern);
      expect(run.code).toBe(2);
    }
  });

  it("help teaches with examples and exits with 0", async () => {
    for (const args of [["--help"], ["import", "--help"]]) {
      const run = await work(args);
      expect(run.stdout).toMatch(/npm run import -- /);
      expect(run.code).toBe(0);
    }
    expect((await work(["import", "--help"])).stdout).toContain("arxiv-list");
  });
});

describe("failures are one sentence", () => {
  it("a missing file, a folder", async () => {
    expectSentence(await work(["import", "nowhere.jsonl"]), /cannot read .*nowhere\.jsonl: no such file/);
    expectSentence(await work(["import", "."]), /is a folder; name the files in it/);
  });

  it("a data folder that cannot be written", async () => {
    expectSentence(
      await work(["stats"], { env: { DATA_DIR: join(folder, "papers.jsonl", "data") } }),
      /papers\.jsonl/,
    );
  });

  it("a data folder that another process holds", async () => {
    const held = join(folder, "held");
    const db = await openDatabase({ databaseUrl: null, dataDir: held });
    const run = await work(["stats"], { env: { DATA_DIR: held } });
    await db.close();
    expectSentence(run, new RegExp(`in use by process ${process.pid}`));
  });

  it("a database server that does not answer, a setting that makes no sense", async () => {
    const run = await work(["stats"], { env: { DATABASE_URL: "postgres://nobody@127.0.0.1:9/none" } });
    expectSentence(run, /127\.0\.0\.1:9/);
    expectSentence(await work(["stats"], { env: { PORT: "http" } }), /PORT is "http"/);
  });

  it("with LOG_LEVEL=debug the stack is shown", async () => {
    expect((await work(["import", "nowhere.jsonl"], { env: { LOG_LEVEL: "debug" } })).stderr).toMatch(
      /\n\s+at /,
    );
  });
});

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { databaseStats, getPapers } from "@cool-papers/db";
import { openFileSource, streamSource, UnknownFormatError } from "@cool-papers/ingest";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BrokenImportError, StepInterruptedError } from "../src/errors.ts";
import { type ImportOptions, importFiles } from "../src/import-files.ts";
import type { StepProgress } from "../src/progress.ts";
import { runAll } from "../src/run-all.ts";
import { arxivRow, arxivRows, toJsonLines, venueRow } from "./sample-papers.ts";
import { dumpPapers, openTestContext, type TestContext } from "./test-context.ts";

let context: TestContext;
beforeAll(async () => {
  context = await openTestContext();
});
afterAll(() => context.close());
beforeEach(async () => {
  for (const table of ["papers", "category_listings", "paper_ids", "state"])
    await context.db.script(`delete from ${table}`);
});

let files = 0;
async function file(content: string | Buffer): Promise<string> {
  files += 1;
  const path = join(context.dataDir, `file-${files}.jsonl`);
  await writeFile(path, content);
  return path;
}

async function importPath(path: string, options: ImportOptions = {}, control = {}) {
  const report = await importFiles(context, [await openFileSource(path)], options, control);
  return report.files[0]!;
}

const count = async () => (await databaseStats(context.db)).papers;

describe("importFiles", () => {
  it("running twice changes nothing: every paper is unchanged the second time", async () => {
    const path = await file(toJsonLines(arxivRows(120)));
    expect(await importPath(path, { batchSize: 50 })).toMatchObject({
      inserted: 120,
      updated: 0,
      unchanged: 0,
    });
    const before = await dumpPapers(context.db);
    expect(await importPath(path, { batchSize: 50 })).toMatchObject({
      inserted: 0,
      updated: 0,
      unchanged: 120,
      resumedAfterLine: 0,
    });
    expect(await dumpPapers(context.db)).toEqual(before);
  });

  it("stores what changed when a paper is replaced", async () => {
    await importPath(await file(toJsonLines(arxivRows(3))));
    const replaced = arxivRow(1, { title: "A better title", updated: "2024-03-20" });
    expect(await importPath(await file(toJsonLines([replaced])))).toMatchObject({ inserted: 0, updated: 1 });
    const [paper] = await getPapers(context.db, [{ scheme: "arxiv", local: "2403.00002" }]);
    expect(paper).toMatchObject({ title: "A better title", updatedAt: "2024-03-20T00:00:00Z" });
  });

  it("a conference list that names arXiv papers adds the venue and leaves the paper's own facts, in any order", async () => {
    const own = arxivRow(0);
    const named = { ...venueRow(0), id_scheme: "arxiv", id: own.id, title: "As the list spells it" };
    for (const order of [
      [own, named],
      [named, own],
      [own, named, own, named],
    ]) {
      await context.db.script("delete from papers; delete from category_listings; delete from paper_ids");
      await importPath(await file(toJsonLines(order)), { batchSize: 1 });
      const [paper] = await getPapers(context.db, [{ scheme: "arxiv", local: own.id as string }]);
      expect(paper).toMatchObject({
        title: own.title,
        categories: ["cs.LG"],
        venue: { venue: "ICML", year: 2024 },
      });
    }
  });

  it("goes on after an interruption where it stopped, with counts over both runs", async () => {
    const path = await file(toJsonLines(arxivRows(100)));
    const stop = new AbortController();
    const interrupted = importPath(
      path,
      { batchSize: 10 },
      {
        signal: stop.signal,
        onProgress: (progress: StepProgress) => progress.papers >= 30 && stop.abort(),
      },
    );
    await expect(interrupted).rejects.toThrow(StepInterruptedError);
    await expect(interrupted).rejects.toThrow(/imported up to line 30; run the same command again/);
    expect(await count()).toBe(30);
    expect(await importPath(path, { batchSize: 10 })).toMatchObject({
      resumedAfterLine: 30,
      inserted: 100,
      lines: 100,
    });
  });

  it("starts anew when the file under the name is another one", async () => {
    const path = await file(toJsonLines(arxivRows(100)));
    const stop = new AbortController();
    await expect(
      importPath(path, { batchSize: 10 }, { signal: stop.signal, onProgress: () => stop.abort() }),
    ).rejects.toThrow(StepInterruptedError);
    await writeFile(path, toJsonLines(arxivRows(100, 200)));
    expect(await importPath(path)).toMatchObject({ resumedAfterLine: 0, inserted: 100 });
  });

  it("writes rejected lines with number, reason and beginning, once however often it runs", async () => {
    const huge = JSON.stringify({ x: "y".repeat(5_000_000) });
    const path = await file(
      `${toJsonLines(arxivRows(2))}{"broken\n${huge}\n${toJsonLines([arxivRow(2, { published: "2024-13-01" })])}`,
    );
    for (let run = 0; run < 2; run += 1) {
      const report = await importPath(path, { batchSize: 2 });
      expect(report).toMatchObject({ rejected: 3, lines: 5 });
      const rejects = (await readFile(report.rejectFile!, "utf8"))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as object);
      expect(rejects).toEqual([
        { line: 3, reason: expect.stringContaining("not JSON"), excerpt: '{"broken' },
        { line: 4, reason: expect.stringContaining("bytes; at most"), excerpt: huge.slice(0, 200) },
        { line: 5, reason: expect.stringContaining("published"), excerpt: expect.any(String) },
      ]);
    }
  });

  it("keeps the rejects of two files of one name apart", async () => {
    const sources = ["bad 1\n", "bad 2\n"].map((text) =>
      streamSource(
        "stdin",
        (async function* () {
          yield Buffer.from(text);
        })(),
      ),
    );
    const { files: reports } = await importFiles(context, sources);
    const rejects = await Promise.all(reports.map((report) => readFile(report.rejectFile!, "utf8")));
    expect(rejects.map((text) => (JSON.parse(text) as { excerpt: string }).excerpt)).toEqual([
      "bad 1",
      "bad 2",
    ]);
  });

  it("imports all before the break of a broken gzip file, indexes it, and fails with a sentence", async () => {
    const bytes = gzipSync(toJsonLines(arxivRows(500)));
    const source = await openFileSource(await file(bytes.subarray(0, bytes.length - 100)));
    const running = runAll(context, [source], { steps: ["link", "index"] });
    await expect(running).rejects.toThrow(BrokenImportError);
    await expect(running).rejects.toThrow(/the file ends too early.* lines before that are imported/);
    expect(await count()).toBeGreaterThan(300);
    expect(context.engine.documents.size).toBe(await count());
  });

  it("reads a stream, a file with CRLF line ends, an empty file", async () => {
    const source = streamSource(
      "stdin",
      (async function* () {
        yield Buffer.from(toJsonLines(arxivRows(5)));
      })(),
    );
    expect((await importFiles(context, [source])).files[0]).toMatchObject({ name: "stdin", inserted: 5 });
    expect(await importPath(await file(toJsonLines(arxivRows(5)).replaceAll("\n", "\r\n")))).toMatchObject({
      unchanged: 5,
      rejected: 0,
    });
    expect(await importPath(await file(""))).toMatchObject({ lines: 0, inserted: 0, rejectFile: null });
  });

  it("stores a paper of 3,303 authors and one with a 16 kB abstract whole", async () => {
    const authors = Array.from({ length: 3_303 }, (_, i) => `Member Number${i}`);
    const abstract = "Sixteen kilobytes of words in a row. ".repeat(450).trim();
    await importPath(await file(toJsonLines([arxivRow(0, { authors }), arxivRow(1, { abstract })])));
    const [many, long] = await getPapers(context.db, [
      { scheme: "arxiv", local: "2403.00001" },
      { scheme: "arxiv", local: "2403.00002" },
    ]);
    expect(many?.authors).toHaveLength(3_303);
    expect(long?.abstract).toBe(abstract);
  });

  it("stops at a limit and keeps no position for it", async () => {
    const path = await file(toJsonLines(arxivRows(50)));
    expect(await importPath(path, { limit: 20 })).toMatchObject({ inserted: 20, lines: 20 });
    expect(await importPath(path, { limit: 20 })).toMatchObject({ unchanged: 20, resumedAfterLine: 0 });
    expect(await importPath(path)).toMatchObject({ inserted: 30, unchanged: 20 });
  });

  it("reports progress in bytes of the file up to its end", async () => {
    const path = await file(toJsonLines(arxivRows(60)));
    const seen: StepProgress[] = [];
    await importPath(
      path,
      { batchSize: 20 },
      { onProgress: (progress: StepProgress) => seen.push(progress) },
    );
    expect(seen.map((progress) => progress.papers)).toEqual([20, 40, 60]);
    expect(seen.at(-1)?.done).toBe(seen.at(-1)?.total);
  });

  it("names the formats when one is asked for that does not exist", async () => {
    await expect(importPath(await file(""), { format: "xml" })).rejects.toThrow(UnknownFormatError);
  });
});

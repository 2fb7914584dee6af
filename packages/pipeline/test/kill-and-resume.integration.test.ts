import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";
import { openDatabase } from "@cool-papers/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { FileReport } from "../src/import-files.ts";
import { arxivRows, toJsonLines } from "./sample-papers.ts";
import { dumpPapers } from "./test-context.ts";

const CHILD = new URL("./import-child.ts", import.meta.url).pathname;
const BATCH_SIZE = 20;

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kill-"));
  file = join(folder, "papers.jsonl.gz");
  const rows = arxivRows(300);
  // Papers that occur twice and lines that are none must come out once and in order as well.
  const mixed = [
    ...rows.slice(0, 100),
    { bad: 1 },
    ...rows.slice(90, 220),
    { bad: 2 },
    ...rows.slice(220),
    { bad: 3 },
  ];
  await writeFile(file, gzipSync(toJsonLines(mixed)));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the import; kills it with SIGKILL `delayMs` after its `killAfterBatch`th batch, or lets it end. */
async function runChild(
  dataDir: string,
  kill: { afterBatch: number; delayMs: number } | null,
): Promise<FileReport | null> {
  const child = spawn(process.execPath, [CHILD, dataDir, file, String(BATCH_SIZE)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let batches = 0;
  let report: FileReport | null = null;
  const closed = new Promise((resolve) => child.once("close", resolve));
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith("done ")) report = JSON.parse(line.slice(5)) as FileReport;
    batches += 1;
    if (kill && batches === kill.afterBatch) setTimeout(() => child.kill("SIGKILL"), kill.delayMs);
  }
  await closed;
  return report;
}

async function contentOf(dataDir: string) {
  const db = await openDatabase({ databaseUrl: null, dataDir });
  try {
    return {
      papers: await dumpPapers(db),
      rejects: await readFile(join(dataDir, "rejects", "papers.jsonl.gz.jsonl"), "utf8"),
    };
  } finally {
    await db.close();
  }
}

it("an import killed with SIGKILL again and again ends as an unbroken one: nothing lost, nothing doubled", {
  timeout: 600_000,
}, async () => {
  const [broken, whole] = [join(folder, "broken"), join(folder, "whole")];
  const runningWhole = runChild(whole, null);
  // Right after a commit, and in the middle of a batch.
  const kills = [
    { afterBatch: 3, delayMs: 0 },
    { afterBatch: 2, delayMs: 7 },
    { afterBatch: 4, delayMs: 13 },
  ];
  for (const kill of kills) expect(await runChild(broken, kill)).toBeNull();
  const resumed = await runChild(broken, null);
  const unbroken = await runningWhole;

  expect(resumed?.resumedAfterLine).toBeGreaterThan(9 * BATCH_SIZE - 1);
  const counts = (report: FileReport | null) =>
    report && [report.lines, report.inserted, report.updated, report.unchanged, report.rejected];
  expect(counts(resumed)).toEqual(counts(unbroken));
  expect(unbroken).toMatchObject({ inserted: 300, unchanged: 10, rejected: 3 });
  expect(await contentOf(broken)).toEqual(await contentOf(whole));
});

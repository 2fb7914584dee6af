import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFileSource, streamSource } from "../src/byte-source.ts";
import { UnreadableFileError } from "../src/errors.ts";
import { requireFormat } from "../src/formats.ts";
import { type PaperBatch, type ReadPapersOptions, readPapers } from "../src/read-papers.ts";
import { ARXIV_ROW, KAGGLE_ROW, VENUE_ROW } from "./paper-records.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ingest-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function batchesOf(path: string, options: ReadPapersOptions = {}): Promise<PaperBatch[]> {
  const batches: PaperBatch[] = [];
  for await (const batch of readPapers(await openFileSource(path), options)) batches.push(batch);
  return batches;
}

const keysOf = (batches: readonly PaperBatch[]) =>
  batches.flatMap((batch) => batch.papers.map(({ paper }) => paper.id.local));
const rejectsOf = (batches: readonly PaperBatch[]) => batches.flatMap((batch) => batch.rejects);
const rows = Array.from({ length: 25 }, (_, i) => ({
  ...ARXIV_ROW,
  id: `2403.${String(i + 1).padStart(5, "0")}`,
}));
const lines = (records: readonly unknown[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");

describe("readPapers", () => {
  it("reads files of mixed formats, plain and gzip alike", async () => {
    const text = lines([ARXIV_ROW, VENUE_ROW, KAGGLE_ROW]);
    const keys = ["2403.01234", "v235/example24a", "hep-th/9901001"];
    expect(keysOf(await batchesOf(await file("mixed.jsonl", text)))).toEqual(keys);
    expect(keysOf(await batchesOf(await file("mixed.bin", gzipSync(text))))).toEqual(keys);
  });

  it("reports each bad line with number, reason and beginning, and reads the others", async () => {
    const text = `${lines([ARXIV_ROW])}not json\n[1]\n{"a":1}\n${lines([{ ...ARXIV_ROW, title: 5 }, VENUE_ROW])}{"id":"2403`;
    const batches = await batchesOf(await file("bad.jsonl", text));
    expect(keysOf(batches)).toEqual(["2403.01234", "v235/example24a"]);
    const rejects = rejectsOf(batches);
    expect(rejects.map((reject) => reject.line)).toEqual([2, 3, 4, 5, 7]);
    expect(rejects[0]).toMatchObject({ reason: expect.stringContaining("not JSON"), excerpt: "not json" });
    expect(rejects[1]?.reason).toBe("not a JSON object");
    expect(rejects[2]?.reason).toBe("the record has the shape of no known format");
    expect(rejects[3]?.reason).toContain("title: ");
    expect(rejects[3]?.excerpt).toHaveLength(200);
  });

  it("goes on after any batch's cursor as if it had not stopped, in gzip too", async () => {
    for (const path of [
      await file("r.jsonl", lines(rows)),
      await file("r.jsonl.gz", gzipSync(lines(rows))),
    ]) {
      const whole = await batchesOf(path, { batchSize: 4 });
      for (const [i, batch] of whole.entries()) {
        const rest = await batchesOf(path, { batchSize: 4, from: batch.cursor });
        expect(keysOf([...whole.slice(0, i + 1), ...rest])).toEqual(keysOf(whole));
      }
    }
  });

  it("stops at a limit of records", async () => {
    const batches = await batchesOf(await file("limit.jsonl", lines(rows)), { limit: 10, batchSize: 4 });
    expect(keysOf(batches)).toHaveLength(10);
    expect(batches.at(-1)?.cursor.line).toBe(10);
  });

  it("ends a truncated gzip file with a batch that says so, after all the papers before", async () => {
    const bytes = gzipSync(lines(rows));
    const batches = await batchesOf(await file("cut.jsonl.gz", bytes.subarray(0, bytes.length - 30)));
    const last = batches.at(-1);
    expect(last?.broken).toContain("the file ends too early");
    expect(rejectsOf(batches).at(-1)?.reason).toContain("the file ends too early");
    expect(keysOf(batches)).toEqual(rows.slice(0, keysOf(batches).length).map((row) => row.id));
  });

  it("gives nothing for an empty file and nothing for an empty gzip file", async () => {
    expect(await batchesOf(await file("empty", ""))).toEqual([]);
    expect(await batchesOf(await file("empty.gz", gzipSync("")))).toEqual([]);
  });

  it("takes every line as the format that is asked for", async () => {
    const [batch] = await batchesOf(await file("forced.jsonl", lines([VENUE_ROW])), {
      format: requireFormat("kaggle"),
    });
    expect(batch?.papers).toEqual([]);
    expect(batch?.rejects).toHaveLength(1);
  });

  it("reads a stream", async () => {
    const source = streamSource(
      "stdin",
      (async function* () {
        yield gzipSync(lines(rows));
      })(),
    );
    const batches: PaperBatch[] = [];
    for await (const batch of readPapers(source)) batches.push(batch);
    expect(keysOf(batches)).toHaveLength(rows.length);
  });
});

describe("openFileSource", () => {
  it("says in a sentence why a file cannot be read", async () => {
    await expect(openFileSource(join(folder, "none"))).rejects.toThrow(/none: no such file$/);
    await expect(openFileSource(folder)).rejects.toThrow(/is a folder/);
    await expect(openFileSource(folder)).rejects.toThrow(UnreadableFileError);
  });

  it("fingerprints the content: another file under the same name is another source", async () => {
    const path = await file("same", "one\n");
    const before = (await openFileSource(path)).fingerprint;
    expect((await openFileSource(path)).fingerprint).toBe(before);
    await writeFile(path, "two\n");
    expect((await openFileSource(path)).fingerprint).not.toBe(before);
  });
});

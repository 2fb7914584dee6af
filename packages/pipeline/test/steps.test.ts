import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { databaseStats, incrementCounter } from "@cool-papers/db";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildIndex } from "../src/build-index.ts";
import type { PaperEmbedder } from "../src/context.ts";
import { embedPapers } from "../src/embed-papers.ts";
import { StepBusyError, StepInterruptedError, StepOptionsError } from "../src/errors.ts";
import { exportPapers } from "../src/export-papers.ts";
import { otherModelIndexed, renewVectors } from "../src/renew-vectors.ts";
import { repairIndex } from "../src/repair-index.ts";
import { seedIfEmpty } from "../src/seed-if-empty.ts";
import { claimStep, runStep } from "../src/steps.ts";
import { arxivRow, arxivRows, toJsonLines, venueRow } from "./sample-papers.ts";
import { dumpPapers, openTestContext, type TestContext } from "./test-context.ts";

let context: TestContext;
beforeAll(async () => {
  context = await openTestContext();
});
afterAll(() => context.close());
beforeEach(async () => {
  for (const table of ["papers", "category_listings", "paper_ids", "paper_counters", "embeddings", "state"]) {
    await context.db.script(`delete from ${table}`);
  }
  await context.engine.rebuild((async function* () {})());
  context.engine.calls.length = 0;
  context.logged.length = 0;
});

async function write(name: string, rows: readonly object[]): Promise<string> {
  const path = join(context.dataDir, name);
  await writeFile(path, toJsonLines(rows));
  return path;
}

describe("import step", () => {
  it("imports, links and indexes: a preprint and its venue version are one document", async () => {
    const path = await write("a.jsonl", [...arxivRows(40), venueRow(1, "2403.00002"), venueRow(99)]);
    const report = await runStep(context, "import", { files: [path] });
    expect(report.link).toMatchObject({ linked: 1 });
    expect(report.index).toMatchObject({ mode: "full", documents: 41 });
    expect(context.engine.documents.get("arxiv:2403.00002")?.memberKeys).toEqual([
      "arxiv:2403.00002",
      "pmlr:v235/author1a",
    ]);
    expect(context.engine.documents.has("pmlr:v235/author1a")).toBe(false);
  });

  it("run again changes nothing in the index", async () => {
    const path = await write("a.jsonl", arxivRows(40));
    await runStep(context, "import", { files: [path] });
    expect((await runStep(context, "import", { files: [path] })).index).toMatchObject({
      mode: "incremental",
      documents: 0,
    });
  });

  it("opens every file before it reads the first", async () => {
    const path = await write("a.jsonl", arxivRows(4));
    await expect(runStep(context, "import", { files: [path, `${path}.none`] })).rejects.toThrow(
      /no such file/,
    );
    expect((await databaseStats(context.db)).papers).toBe(0);
  });
});

describe("index step", () => {
  it("writes only what changed, takes in counters, and removes documents that joined another work", async () => {
    await runStep(context, "import", { files: [await write("a.jsonl", [...arxivRows(40), venueRow(7)])] });
    expect(context.engine.documents.has("pmlr:v235/author7a")).toBe(true);
    await incrementCounter(context.db, "arxiv:2403.00005", "pdf");
    const linked = await runStep(context, "import", {
      files: [await write("b.jsonl", [venueRow(7, "2403.00008"), arxivRow(40)])],
    });
    expect(linked.index).toMatchObject({ mode: "incremental", documents: 3 });
    expect(context.engine.documents.size).toBe(41);
    expect(context.engine.documents.has("pmlr:v235/author7a")).toBe(false);
    expect(context.engine.documents.get("arxiv:2403.00005")?.stars).toBe(1);
  });

  it("builds anew when asked to, when the index is gone, and when it is far behind", async () => {
    const modes: string[] = [];
    await runStep(context, "import", { files: [await write("a.jsonl", arxivRows(20))] });
    modes.push((await runStep(context, "index", { full: true })).mode);
    context.engine.documents.clear();
    modes.push((await runStep(context, "index", {})).mode);
    modes.push(
      (await runStep(context, "import", { files: [await write("b.jsonl", arxivRows(20, 500))] })).index!.mode,
    );
    expect(modes).toEqual(["full", "full", "full"]);
    expect((await runStep(context, "index", {})).mode).toBe("incremental");
  });

  it("leaves the live index alone when it is interrupted", async () => {
    await runStep(context, "import", { files: [await write("a.jsonl", arxivRows(20))] });
    await expect(buildIndex(context, { isFull: true }, { signal: AbortSignal.abort() })).rejects.toThrow(
      StepInterruptedError,
    );
    expect(context.engine.documents.size).toBe(20);
  });
});

describe("embed step", () => {
  const embedded: string[] = [];
  const embedder: PaperEmbedder = {
    model: "letters-2d",
    dimension: 2,
    embedDocuments: async (texts) => {
      embedded.push(...texts);
      return texts.map((text) => new Float32Array(text.length % 2 === 0 ? [1, 0] : [0, 1]));
    },
    embedQuery: async () => new Float32Array([1, 0]),
  };
  afterEach(() => {
    embedded.length = 0;
  });

  it("says so and does nothing without a model", async () => {
    await runStep(context, "import", { files: [await write("a.jsonl", arxivRows(3))], embed: false });
    expect(await runStep(context, "embed", {})).toEqual({ model: null, embedded: 0, seconds: 0 });
    expect(context.logged).toEqual([expect.stringContaining("no embedding model is installed")]);
  });

  it("is part of an import, which leaves it out when told so", async () => {
    const embedding = context.withEmbedder(embedder);
    const plain = await runStep(embedding, "import", {
      files: [await write("a.jsonl", arxivRows(4))],
      embed: false,
    });
    expect(plain.embed).toBeNull();
    const whole = await runStep(embedding, "import", { files: [await write("b.jsonl", arxivRows(6))] });
    expect(whole.embed).toMatchObject({ embedded: 6 });
    expect((await buildIndex(embedding, { isFull: true })).vectors).toBe(6);
  });

  it("embeds title and abstract of each work once, again only after they change, and the index gets the vectors", async () => {
    const embedding = context.withEmbedder(embedder);
    await runStep(context, "import", { files: [await write("a.jsonl", arxivRows(30))] });
    expect(await embedPapers(embedding)).toMatchObject({ model: "letters-2d", embedded: 30 });
    expect(await embedPapers(embedding)).toMatchObject({ embedded: 0 });
    expect(embedded[0]).toMatch(/^Invented paper number 0 .*\nWe look at/);
    expect(await buildIndex(embedding)).toMatchObject({ documents: 30, vectors: 30 });
    const changed = arxivRow(3, { abstract: "Another abstract.", updated: "2024-04-01" });
    const report = await runStep(embedding, "all", { files: [await write("b.jsonl", [changed])] });
    expect(report.embed).toMatchObject({ embedded: 1 });
    expect(report.index).toMatchObject({ documents: 1, vectors: 1, mode: "incremental" });
  });
});

describe("export step", () => {
  it("writes lines that import to the same record", async () => {
    await runStep(context, "import", {
      files: [await write("a.jsonl", [...arxivRows(20), venueRow(1, "2403.00002")])],
    });
    const before = await dumpPapers(context.db);
    const lines: string[] = [];
    expect(await exportPapers(context, (line) => void lines.push(line))).toMatchObject({ papers: 21 });
    for (const table of ["papers", "category_listings", "paper_ids", "state"])
      await context.db.script(`delete from ${table}`);
    const path = join(context.dataDir, "export.jsonl");
    await writeFile(path, `${lines.join("\n")}\n`);
    await runStep(context, "import", { files: [path], format: "interchange" });
    expect(await dumpPapers(context.db)).toEqual(before);
  });
});

describe("seed step", () => {
  it("fills an empty record once, finishes what was cut short, and leaves papers alone", async () => {
    const seed = await write("seed.jsonl", [
      { id: "arxiv:2403.00001", title: "A seed" },
      { id: "acl:2024.acl-long.1", title: "Another" },
    ]);
    const cutShort = seedIfEmpty(context, { signal: AbortSignal.abort() }, seed);
    await expect(cutShort).rejects.toThrow(StepInterruptedError);
    expect((await seedIfEmpty(context, {}, seed)).seeded?.files[0]).toMatchObject({ inserted: 2 });
    expect(context.engine.documents.size).toBe(2);
    expect(await seedIfEmpty(context, {}, seed)).toEqual({ seeded: null });
  });

  it("does not touch a record that has papers", async () => {
    await runStep(context, "import", { files: [await write("a.jsonl", arxivRows(1))] });
    expect(await seedIfEmpty(context)).toEqual({ seeded: null });
  });
});

describe("one writer", () => {
  it("a second step is told at once who writes since when, and may run after", async () => {
    const first = await claimStep(context, "link", {});
    const second = claimStep(context, "import", { files: ["x"] });
    await expect(second).rejects.toThrow(StepBusyError);
    await expect(second).rejects.toThrow(/busy with link since 20\d\d-.*Z \(process \d+\)/);
    expect(await runStep(context, "stats", {})).toMatchObject({ database: { papers: 0 } });
    await first.run({});
    await (await claimStep(context, "link", {})).run({});
  });

  it("a failed step and a writer that was killed block nobody", async () => {
    await expect(runStep(context, "import", { files: ["/does/not/exist"] })).rejects.toThrow(/no such file/);
    // Pids end below 2^22 on Linux: this process cannot exist.
    const dead = { pid: 2 ** 30, step: "import", since: "2024-01-01T00:00:00.000Z", nonce: "x" };
    await writeFile(join(context.dataDir, "writer.lock"), JSON.stringify(dead));
    await runStep(context, "link", {});
    await expect(readFile(join(context.dataDir, "writer.lock"))).rejects.toThrow(/ENOENT/);
  });

  it("options that make no sense are refused with their names", async () => {
    await expect(claimStep(context, "import", { files: [] })).rejects.toThrow(StepOptionsError);
    await expect(claimStep(context, "import", { files: ["a"], limit: -1 })).rejects.toThrow(/limit/);
    await expect(claimStep(context, "index", { fulll: true })).rejects.toThrow(/fulll/);
  });
});

describe("an index that cannot be used", () => {
  const stored = ["arxiv:2403.00001", "arxiv:2403.00002"];

  it("is built anew, and the log says why", async () => {
    await runStep(context, "import", { files: [await write("a.jsonl", arxivRows(2))] });
    context.engine.documents.clear();
    context.engine.problem = "it has format 99";
    expect(await repairIndex(context)).toMatchObject({ mode: "full", documents: 2 });
    expect(context.logged.join("\n")).toMatch(
      /cannot be used \(it has format 99\); building it anew beside it/,
    );
    expect([...context.engine.documents.keys()]).toEqual(stored);
    expect(await repairIndex(context)).toBeNull();
  });

  it("is built anew when it is gone, but not before it was ever built", async () => {
    await runStep(context, "import", { files: [await write("a.jsonl", arxivRows(2))], index: false });
    expect(await repairIndex(context)).toBeNull();
    await runStep(context, "index", {});
    context.engine.documents.clear();
    expect(await repairIndex(context)).toMatchObject({ documents: 2 });
    expect([...context.engine.documents.keys()]).toEqual(stored);
  });
});

describe("the vectors of another model", () => {
  const embedderOf = (model: string, dimension: number): PaperEmbedder => ({
    model,
    dimension,
    embedDocuments: async (texts) =>
      texts.map(() => new Float32Array(dimension).fill(1 / Math.sqrt(dimension))),
    embedQuery: async () => new Float32Array(dimension),
  });

  it("are made anew when the embedder is another than the index was built with", async () => {
    const old = context.withEmbedder(embedderOf("old", 4));
    await runStep(old, "import", { files: [await write("a.jsonl", arxivRows(3))] });
    expect(await renewVectors(old)).toBeNull();
    const updated = context.withEmbedder(embedderOf("new", 9));
    expect(await otherModelIndexed(old)).toBeNull();
    expect(await otherModelIndexed(updated)).toBe("old");
    expect(await renewVectors(updated)).toMatchObject({ mode: "full", documents: 3, vectors: 3 });
    expect(await otherModelIndexed(updated)).toBeNull();
    expect(await otherModelIndexed(old)).toBe("new");
    expect([...context.engine.documents.values()].map(({ vector }) => vector?.length)).toEqual([9, 9, 9]);
    expect(context.logged.join("\n")).toMatch(/holds vectors of old; embedding all papers with new/);
    expect(await renewVectors(updated)).toBeNull();
  });

  it("stay as they are without an embedder, and before an index was built", async () => {
    const old = context.withEmbedder(embedderOf("old", 4));
    expect(await renewVectors(old)).toBeNull();
    await runStep(old, "import", { files: [await write("a.jsonl", arxivRows(3))] });
    expect(await renewVectors(context)).toBeNull();
    expect(await otherModelIndexed(context)).toBeNull();
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connect } from "@lancedb/lancedb";
import { afterAll, describe, expect, test } from "vitest";
import { SearchIndexConflictError } from "../src/lance/errors.ts";
import { type LanceEngineOptions, openLanceEngine } from "../src/lance/lance-engine.ts";
import { VECTOR_INDEX_FROM } from "../src/lance/segment-store.ts";
import { batches, madeUpCorpus, paper, request, seeded, unitVector } from "./documents.ts";

const folder = mkdtempSync(join(tmpdir(), "cool-papers-storage-"));
let indexes = 0;
const newUri = (): string => join(folder, String(indexes++));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (uri: string, more: Partial<LanceEngineOptions> = {}) =>
  openLanceEngine({ uri, refreshMs: 0, ...more });
const tablesIn = (uri: string): string[] => readdirSync(uri).filter((name) => name.startsWith("segment-"));
const run = (script: string, ...args: string[]) =>
  spawn(process.execPath, [join(import.meta.dirname, "processes", script), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });

describe("lance storage", () => {
  test("an index outlives its process: what was written is there when it is opened again", async () => {
    const uri = newUri();
    const corpus = madeUpCorpus(50, 2);
    const first = await open(uri);
    await first.upsert(corpus);
    await first.remove([corpus[3]!.key]);
    const before = await first.search(request("-zzzz", { limit: 100, facets: true }));
    await first.close();
    const second = await open(uri);
    expect(await second.search(request("-zzzz", { limit: 100, facets: true }))).toEqual(before);
    expect(before.total).toBe(49);
    await second.close();
  });

  test("a reader in another process sees upserts and a swap, each whole", async () => {
    const uri = newUri();
    const writer = await open(uri);
    await writer.rebuild(batches(madeUpCorpus(20, 1)));
    const reader = run("reader.ts", uri, "77");
    const totals: string[] = [];
    for await (const line of createInterface({ input: reader.stdout })) {
      totals.push(line);
      if (line === "20") await writer.upsert(madeUpCorpus(25, 1).slice(20));
      if (line === "25") await writer.rebuild(batches(madeUpCorpus(77, 1)));
    }
    expect(totals).toEqual(["20", "25", "77"]);
    await writer.close();
  });

  test("what a killed rebuild left is not seen, and the next rebuild removes it", async () => {
    const uri = newUri();
    const engine = await open(uri, { graceMs: 0 });
    await engine.upsert(madeUpCorpus(10, 1));
    const child = run("hanging-rebuild.ts", uri);
    await once(createInterface({ input: child.stdout }), "line");
    child.kill("SIGKILL");
    await once(child, "exit");
    const orphans = tablesIn(uri);
    expect(orphans.length).toBeGreaterThan(2);
    expect((await engine.search(request("orphan"))).total).toBe(0);
    await engine.rebuild(batches(madeUpCorpus(12, 1)));
    await engine.optimize();
    expect(tablesIn(uri)).toHaveLength(2);
    expect(tablesIn(uri).some((name) => orphans.includes(name))).toBe(false);
    expect((await engine.stats()).documents).toBe(12);
    await engine.close();
  });

  test("replaced segments stay for the grace period and are dropped after it", async () => {
    const uri = newUri();
    let time = 1_700_000_000_000;
    const engine = await open(uri, { graceMs: 1000, now: () => time });
    await engine.rebuild(batches(madeUpCorpus(5, 1)));
    const old = tablesIn(uri);
    await engine.rebuild(batches(madeUpCorpus(6, 1)));
    await engine.optimize();
    expect(tablesIn(uri)).toEqual(expect.arrayContaining(old));
    time += 1000;
    await engine.optimize();
    expect(tablesIn(uri).filter((name) => old.includes(name))).toEqual([]);
    expect((await engine.search(request("-zzzz"))).total).toBe(6);
    await engine.close();
  });

  test("a reader whose segments were dropped answers from the newest index, vectors included", async () => {
    const uri = newUri();
    const document = (title: string) => [paper("2401.00001", { title, vector: unitVector([1, 2]) })];
    const writer = await open(uri, { graceMs: 0 });
    await writer.rebuild(batches(document("red")));
    const reader = await openLanceEngine({ uri, refreshMs: 3_600_000 });
    await writer.rebuild(batches(document("blue")));
    await writer.optimize();
    const near = request("colour", { mode: "semantic", queryVector: unitVector([1, 2]) });
    expect((await reader.search(near)).hits.map((hit) => hit.key)).toEqual(["arxiv:2401.00001"]);
    expect((await reader.similar({ keys: ["arxiv:2401.00001"], limit: 1 })).hits).toEqual([]);
    await reader.close();
    await writer.close();
  });

  test("of two writers the second to commit is refused by name and may try again", async () => {
    const uri = newUri();
    const [one, two] = [await open(uri), await open(uri)];
    await one.upsert([paper("2401.00001")]);
    await expect(two.upsert([paper("2401.00002")])).rejects.toThrow(SearchIndexConflictError);
    await two.upsert([paper("2401.00002")]);
    expect((await one.stats()).documents).toBe(2);
    await one.close();
    await two.close();
  });

  const overwriteManifest = async (uri: string, manifest: string): Promise<void> => {
    const connection = await connect(uri);
    const table = await connection.openTable("current");
    await table.add([{ generation: 7, manifest }], { mode: "overwrite" });
    connection.close();
  };
  const filesIn = (uri: string, table: string): string[] =>
    readdirSync(join(uri, `${table}.lance`), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const damage = (uri: string, table: string): void => {
    for (const file of filesIn(uri, table)) writeFileSync(file, "damaged");
  };

  test.each([
    ["of another format", /it has format 99/, (uri: string) => overwriteManifest(uri, '{"format":99}')],
    [
      "whose manifest is no JSON",
      /manifest is damaged \("\{nonsense"\)/,
      (uri: string) => overwriteManifest(uri, "{nonsense"),
    ],
    ["whose manifest's files are damaged", /./, (uri: string) => damage(uri, "current")],
    [
      "with a damaged segment",
      /./,
      (uri: string) => damage(uri, tablesIn(uri)[0]!.replace(/(-arrays)?\.lance$/, "-arrays")),
    ],
    [
      "with a segment that is gone",
      /not found|No such/i,
      (uri: string) => rmSync(join(uri, tablesIn(uri)[0]!), { recursive: true }),
    ],
  ])(
    "an index %s opens empty, says so, and is built anew beside what is there",
    async (_, problem, spoil) => {
      const uri = newUri();
      let time = 1_700_000_000_000;
      const settings = { graceMs: 1000, now: () => time };
      const first = await open(uri, settings);
      await first.rebuild(batches(madeUpCorpus(5, 1)));
      await first.close();
      await spoil(uri);
      const old = tablesIn(uri);
      const engine = await open(uri, settings);
      expect(await engine.stats()).toMatchObject({ documents: 0, problem: expect.stringMatching(problem) });
      expect((await engine.search(request("-zzzz"))).total).toBe(0);
      await engine.rebuild(batches(madeUpCorpus(6, 1)));
      expect(await engine.stats()).toMatchObject({ documents: 6, problem: null });
      expect(tablesIn(uri)).toEqual(expect.arrayContaining(old));
      const reader = await open(uri);
      expect((await reader.search(request("-zzzz"))).total).toBe(6);
      await reader.close();
      time += 1000;
      await engine.optimize();
      expect(tablesIn(uri).filter((name) => old.includes(name))).toEqual([]);
      await engine.close();
    },
  );

  test("a process that found the index unusable takes over what another one built", async () => {
    const uri = newUri();
    const first = await open(uri);
    await first.rebuild(batches(madeUpCorpus(5, 1)));
    await first.close();
    await overwriteManifest(uri, '{"format":99}');
    const [one, two] = [await open(uri), await open(uri)];
    await one.rebuild(batches(madeUpCorpus(6, 1)));
    expect(await two.stats()).toMatchObject({ documents: 6, problem: null });
    await one.close();
    await two.close();
  });

  test("many small upserts do not pile up segments", async () => {
    const uri = newUri();
    const engine = await open(uri, { graceMs: 0 });
    for (const document of madeUpCorpus(40, 5)) await engine.upsert([document]);
    await engine.optimize();
    expect(tablesIn(uri)).toHaveLength(2);
    expect((await engine.stats()).documents).toBe(40);
    await engine.close();
  });

  test("the vector index finds at least 97 % of the ten true neighbours, and keeps filters", async () => {
    const random = seeded(9);
    const dimension = 24;
    const gauss = (): number => random() + random() + random() - 1.5;
    const centres = Array.from({ length: 40 }, () => Array.from({ length: dimension }, gauss));
    const vector = () => unitVector(centres[Math.floor(random() * 40)]!.map((value) => value + gauss()));
    const corpus = Array.from({ length: VECTOR_INDEX_FROM + 500 }, (_, index) =>
      paper(`2401.${String(index).padStart(5, "0")}`, {
        vector: vector(),
        categories: [index % 50 === 0 ? "cs.RO" : "cs.LG"],
      }),
    );
    const engine = await open(newUri());
    await engine.rebuild(batches(corpus, 1000));
    const dot = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, at) => sum + value * b[at]!, 0);
    let found = 0;
    for (let query = 0; query < 30; query++) {
      const queryVector = vector();
      const isWanted = query % 3 === 0 ? (at: number) => at % 50 === 0 : () => true;
      const truth = corpus
        .flatMap((document, at) =>
          isWanted(at) ? [{ key: document.key, score: dot(queryVector, document.vector!) }] : [],
        )
        .sort((a, b) => b.score - a.score)
        .slice(0, 10)
        .map(({ key }) => key);
      const text = query % 3 === 0 ? "cat:cs.RO" : "";
      const { hits } = await engine.search(request(text, { mode: "semantic", queryVector, limit: 10 }));
      found += hits.filter((hit) => truth.includes(hit.key)).length;
    }
    expect(found / 300).toBeGreaterThanOrEqual(0.97);
    await engine.close();
  });
});

/**
 * What a reader waits for: pages of the built site over HTTP with 100,000 real papers in the embedded database. Times
 * run from the request to the last byte. Limits: SEARCH_BENCH_PAPERS (default 100,000).
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startBuiltSite } from "../scripts/running-site.ts";
import { quantile } from "./quantile.ts";

const ROOT = resolve(import.meta.dirname, "..");
const DATA = resolve(ROOT, "../shared/data/arxiv.jsonl.gz");
const PAPERS = Number(process.env.SEARCH_BENCH_PAPERS ?? 100_000);
const WARM_UP = 10;
const REQUESTS = 100;

const QUERIES = [
  "graph neural network",
  "large language model reasoning",
  "dark matter halo",
  '"diffusion model" image',
  "quantum error correction",
  "author:Wang retrieval",
  "robot manipulation reinforcement learning",
  "topological insulator",
  "speech recognition low resource",
  "protein structure prediction",
];

export async function run(): Promise<object> {
  if (!existsSync(DATA)) return { skipped: "no ../shared/data" };
  const dataDir = mkdtempSync(join(tmpdir(), "search-pages-"));
  try {
    await importPapers(dataDir);
    const site = await startBuiltSite(ROOT, dataDir);
    try {
      return await measure(site.url);
    } finally {
      await site.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(url: string): Promise<object> {
  const paths = await paperPaths(url);
  const cycle = (list: readonly string[]) => (index: number) => list[index % list.length]!;
  const search = cycle(QUERIES.map((query) => `/search?q=${encodeURIComponent(query)}`));
  const filtered = cycle(
    QUERIES.map((query) => `/search?q=${encodeURIComponent(`${query} cat:cs year:2025..2026`)}`),
  );
  return {
    papers: PAPERS,
    paperPageMs: await timePages(url, cycle(paths)),
    searchPageMs: await timePages(url, search),
    filteredSearchPageMs: await timePages(url, filtered),
  };
}

/** Addresses of papers that the queries find. */
async function paperPaths(url: string): Promise<string[]> {
  const pages = await Promise.all(
    QUERIES.map(async (query) => (await fetch(`${url}/search?q=${encodeURIComponent(query)}`)).text()),
  );
  const found = pages.flatMap((page) => page.match(/\/arxiv\/\d{4}\.\d{4,5}(?=")/g) ?? []);
  if (found.length === 0) throw new Error("The searches found no papers to open.");
  return [...new Set(found)];
}

async function timePages(
  url: string,
  pathOf: (index: number) => string,
): Promise<{ p50: number; p95: number }> {
  const times: number[] = [];
  for (let index = 0; index < WARM_UP + REQUESTS; index++) {
    const startedAt = performance.now();
    const response = await fetch(url + pathOf(index));
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`${pathOf(index)} answered ${response.status}`);
    if (index >= WARM_UP) times.push(performance.now() - startedAt);
  }
  return { p50: round(quantile(times, 0.5)), p95: round(quantile(times, 0.95)) };
}

async function importPapers(dataDir: string): Promise<void> {
  const args = ["apps/worker/src/main.ts", "import", "--limit", String(PAPERS), DATA];
  const env = { ...process.env, DATA_DIR: dataDir, DATABASE_URL: "", SEARCH_URI: "" };
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"], env });
  const code = await new Promise<number | null>((done) => child.once("exit", done));
  if (code !== 0) throw new Error(`The import ended with ${code}.`);
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

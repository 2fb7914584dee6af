/**
 * `npm run bench -- web`: what a reader waits for. A day of 2,000 papers, the day before it and a list of 500 ids, on the
 * built site with the embedded database; the budgets are those of the design. Limits for a quick look: WEB_BENCH_REQUESTS
 * (default 200) a page and way of asking, WEB_BENCH_VISITS (default 5) of the browser.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startBuiltSite } from "../scripts/running-site.ts";
import { loadPage, type PageLoad } from "./page-load.ts";
import {
  openCard,
  type PageVitals,
  type ReadingVitals,
  readDay,
  visitPage,
  withChromium,
} from "./page-vitals.ts";
import { SEEDED_DAY, type SeededPapers, seededPapers } from "./seeded-day.ts";

const ROOT = resolve(import.meta.dirname, "..");
const DAY_PAPERS = 2000;
const DAY_BEFORE_PAPERS = 600;
const LIST_PAPERS = 500;
const REQUESTS = Number(process.env.WEB_BENCH_REQUESTS ?? 200);
const VISITS = Number(process.env.WEB_BENCH_VISITS ?? 5);

const BUDGET = { serverP95Ms: 150, lcpMs: 1500, inpMs: 200, scriptGzipBytes: 120_000 } as const;

const QUERIES = [
  "graph neural network",
  "large language model reasoning",
  '"diffusion model" image',
  "author:Wang retrieval",
  "robot manipulation",
  "cat:cs.CL evaluation",
];

type PageName = "home" | "day" | "nextBlock" | "list500" | "paper" | "search";

export async function run(): Promise<object> {
  const papers = await seededPapers(DAY_PAPERS, DAY_BEFORE_PAPERS);
  const dataDir = mkdtempSync(join(tmpdir(), "web-bench-"));
  try {
    await importPapers(papers, dataDir);
    const site = await startBuiltSite(ROOT, dataDir);
    try {
      return await measure(site.url, site.pid, papers);
    } finally {
      await site.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(url: string, pid: number, papers: SeededPapers): Promise<object> {
  const pages = pathsOf(papers);
  const names = Object.keys(pages) as PageName[];
  const server: Partial<Record<PageName, PageLoad>> = {};
  for (const name of names) {
    const load = await loadPage({ url, pid, requests: REQUESTS, pathOf: pages[name] });
    server[name] = load;
    console.log(
      `${name}: one client p50 ${load.oneClient.p50Ms}, p95 ${load.oneClient.p95Ms} ms; eight p50 ${load.eightClients.p50Ms}, p95 ${load.eightClients.p95Ms} ms; first ${load.firstMs} ms; processor ${load.cpuMs} ms; ${load.sentBytes} bytes`,
    );
  }
  const browser: Partial<Record<PageName, PageVitals>> = {};
  const { reading, openCardLcpMs } = await withChromium(async (chromium) => {
    for (const name of names) {
      const vitals = await visitPage(chromium, url + pages[name](0), VISITS);
      browser[name] = vitals;
      console.log(
        `${name}: LCP ${vitals.lcpMs.p50} ms (worst ${vitals.lcpMs.worst}); ${vitals.weight.total} bytes, scripts ${vitals.scriptGzipBytes}`,
      );
    }
    const read = await readDay(chromium, url + pages.day(0));
    for (const { what, inpMs } of read.interactions) console.log(`${what}: ${inpMs} ms to the next frame`);
    return { reading: read, openCardLcpMs: await openCard(chromium, url + pages.day(0)) };
  });
  const worst = worstOf(Object.values(server), Object.values(browser), reading);
  const withinBudget = (Object.keys(BUDGET) as (keyof typeof BUDGET)[]).every(
    (name) => worst[name] <= BUDGET[name],
  );
  console.log(
    `${withinBudget ? "Within" : "Not within"} the budget: ${JSON.stringify(worst)} of ${JSON.stringify(BUDGET)}`,
  );
  return {
    papers: { source: papers.source, day: DAY_PAPERS, list: LIST_PAPERS },
    machine: { cores: cpus().length, model: cpus()[0]?.model ?? "", node: process.version },
    requests: REQUESTS,
    visits: VISITS,
    server,
    browser,
    reading,
    openCardLcpMs,
    worst,
    budget: BUDGET,
    withinBudget,
  };
}

/** The worst of every kind: a budget holds for all pages. Servers are timed with one client, LCP is the median of the visits. */
function worstOf(
  loads: readonly PageLoad[],
  vitals: readonly PageVitals[],
  reading: ReadingVitals,
): Record<keyof typeof BUDGET, number> {
  return {
    serverP95Ms: Math.max(...loads.map(({ oneClient }) => oneClient.p95Ms)),
    lcpMs: Math.max(...vitals.map(({ lcpMs }) => lcpMs.p50)),
    inpMs: reading.inpMs,
    scriptGzipBytes: Math.max(...vitals.map(({ scriptGzipBytes }) => scriptGzipBytes)),
  };
}

function pathsOf({ dayIds, dayBeforeIds }: SeededPapers): Record<PageName, (index: number) => string> {
  const cycle =
    (paths: readonly string[]) =>
    (index: number): string =>
      paths[index % paths.length]!;
  const list = `/arxiv/${dayBeforeIds.slice(0, LIST_PAPERS).join(",")}`;
  return {
    home: () => "/",
    day: () => "/arxiv/cs",
    nextBlock: (index) => `/arxiv/cs?date=${SEEDED_DAY}&skip=${50 * (1 + (index % 20))}`,
    list500: () => list,
    paper: cycle(dayIds.slice(0, 100).map((id) => `/arxiv/${id}`)),
    search: cycle(QUERIES.map((query) => `/search?q=${encodeURIComponent(query)}`)),
  };
}

async function importPapers({ lines }: SeededPapers, dataDir: string): Promise<void> {
  const file = join(dataDir, "seeded-day.jsonl");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const args = ["apps/worker/src/main.ts", "import", file];
  const env = { ...process.env, DATA_DIR: dataDir, DATABASE_URL: "", SEARCH_URI: "" };
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"], env });
  const code = await new Promise<number | null>((done) => child.once("exit", done));
  if (code !== 0) throw new Error(`The import ended with ${code}.`);
}

/**
 * What a reader's browser takes for our pages, in the system's Chromium: largest contentful paint (LCP) and interaction
 * to next paint (INP) as https://web.dev/articles/lcp and /inp define them, from the browser's own performance entries, and
 * the bytes that a first visit loads. Every visit has an empty cache.
 */
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "@playwright/test";
import { ensureChromium } from "../scripts/find-chromium.ts";
import { round } from "./page-load.ts";
import { quantile } from "./quantile.ts";

export interface PageVitals {
  /** Median and worst of the visits. */
  readonly lcpMs: { readonly p50: number; readonly worst: number };
  /** Bytes over the wire, by kind. */
  readonly weight: { readonly total: number; readonly page: number; readonly fonts: number };
  /** All scripts of the page together, each gzipped on its own. */
  readonly scriptGzipBytes: number;
}

export interface Interaction {
  readonly what: string;
  /** The slowest of its interactions, from input to the next frame; entries are multiples of 8 ms. */
  readonly inpMs: number;
  readonly interactions: number;
}

export interface ReadingVitals {
  readonly interactions: readonly Interaction[];
  /** Worst of all. */
  readonly inpMs: number;
}

/** Desktop of the screenshots. */
const VIEWPORT = { width: 1440, height: 900 };
/** Longest wait for something on the page; the machine may be busy. */
const PATIENCE_MS = 60_000;

export async function withChromium<Result>(measure: (browser: Browser) => Promise<Result>): Promise<Result> {
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: ["--no-sandbox"] });
  try {
    return await measure(browser);
  } finally {
    await browser.close();
  }
}

/** Opens the page so many times, each in a profile of its own. */
export async function visitPage(browser: Browser, address: string, visits: number): Promise<PageVitals> {
  const times: number[] = [];
  let weight = { total: 0, page: 0, fonts: 0 };
  let scriptGzipBytes = 0;
  for (let visit = 0; visit < visits; visit++) {
    await withPage(browser, async (page) => {
      const loaded = await countBytes(page);
      const scripts: Promise<Buffer>[] = [];
      page.on("response", (response) => {
        if (response.request().resourceType() === "script") scripts.push(response.body());
      });
      await page.goto(address, { waitUntil: "networkidle", timeout: PATIENCE_MS });
      times.push(await largestPaint(page));
      const bodies = await Promise.all(scripts);
      scriptGzipBytes = bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0);
      weight = {
        total: loaded.reduce((sum, { bytes }) => sum + bytes, 0),
        page: loaded.filter(({ type }) => type === "Document").reduce((sum, { bytes }) => sum + bytes, 0),
        fonts: loaded.filter(({ type }) => type === "Font").reduce((sum, { bytes }) => sum + bytes, 0),
      };
    });
  }
  return {
    lcpMs: { p50: round(quantile(times, 0.5)), worst: round(Math.max(...times)) },
    weight,
    scriptGzipBytes,
  };
}

/** Reads a day as a reader does: steps through papers, filters while typing, stars one, goes on to the next blocks. */
export async function readDay(browser: Browser, address: string): Promise<ReadingVitals> {
  return withPage(browser, async (page) => {
    await page.goto(address, { waitUntil: "networkidle", timeout: PATIENCE_MS });
    await observeInteractions(page);
    const interactions: Interaction[] = [];
    const act = async (what: string, action: () => Promise<void>): Promise<void> => {
      interactions.push(await interactionsOf(page, what, action));
    };
    await act("j, ten papers down", () => press(page, "j", 10));
    await act("k, ten papers up", () => press(page, "k", 10));
    await act("star", () => press(page, "s", 2));
    await act("open the filter", async () => {
      const texts = page.waitForResponse((response) => response.url().includes("/api/list-text"), {
        timeout: PATIENCE_MS,
      });
      await page.keyboard.press("Control+f");
      await texts;
    });
    await act("type in the filter", () =>
      page.locator("#list-filter").pressSequentially("language model", { delay: 60 }),
    );
    await act("clear the filter", () => press(page, "Backspace", 14));
    await page.keyboard.press("Escape");
    await loadBlocks(page, 6);
    await act("j, with seven blocks loaded", () => press(page, "j", 5));
    await act("type in the filter, with seven blocks loaded", async () => {
      await page.keyboard.press("Control+f");
      await page.locator("#list-filter").pressSequentially("graph", { delay: 60 });
    });
    return { interactions, inpMs: Math.max(...interactions.map(({ inpMs }) => inpMs)) };
  });
}

/** Opens the first paper of a list by its title; LCP of the paper's page in milliseconds from the click's navigation on. */
export async function openCard(browser: Browser, listAddress: string): Promise<number> {
  return withPage(browser, async (page) => {
    await page.goto(listAddress, { waitUntil: "networkidle", timeout: PATIENCE_MS });
    await page.locator("article.paper .paper-title a").first().click();
    await page.waitForURL(/\/arxiv\/\d/, { timeout: PATIENCE_MS });
    await page.waitForLoadState("networkidle", { timeout: PATIENCE_MS });
    return round(await largestPaint(page));
  });
}

async function withPage<Result>(browser: Browser, use: (page: Page) => Promise<Result>): Promise<Result> {
  const context = await browser.newContext({ viewport: VIEWPORT, locale: "en-GB" });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

async function countBytes(page: Page): Promise<{ type: string; bytes: number }[]> {
  const loaded: { type: string; bytes: number }[] = [];
  const types = new Map<string, string>();
  const session = await page.context().newCDPSession(page);
  session.on("Network.responseReceived", ({ requestId, type }) => types.set(requestId, type));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) =>
    loaded.push({ type: types.get(requestId) ?? "Other", bytes: encodedDataLength }),
  );
  await session.send("Network.enable");
  return loaded;
}

/** Start of the last entry: the paint of the largest element so far. The browser reports no more of them after an input. */
function largestPaint(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((found) => {
        new PerformanceObserver((list) => found(list.getEntries().at(-1)!.startTime)).observe({
          type: "largest-contentful-paint",
          buffered: true,
        });
      }),
  );
}

type WithEvents = typeof globalThis & { seenEvents: { id: number; duration: number }[] };

async function observeInteractions(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: { id: number; duration: number }[] = [];
    (globalThis as WithEvents).seenEvents = seen;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as PerformanceEventTiming[]) {
        if (entry.interactionId) seen.push({ id: entry.interactionId, duration: entry.duration });
      }
    }).observe({ type: "event", durationThreshold: 16, buffered: false } as PerformanceObserverInit);
  });
}

/** The slowest interaction of an action. Those that the browser does not report took less than 16 ms. */
async function interactionsOf(page: Page, what: string, action: () => Promise<void>): Promise<Interaction> {
  await page.evaluate(() => {
    (globalThis as WithEvents).seenEvents.length = 0;
  });
  await action();
  // Entries are reported after the frame that they led to.
  const seen = await page.evaluate(
    () =>
      new Promise<{ id: number; duration: number }[]>((done) => {
        requestAnimationFrame(() =>
          requestAnimationFrame(() => setTimeout(() => done((globalThis as WithEvents).seenEvents), 200)),
        );
      }),
  );
  return {
    what,
    inpMs: Math.max(16, ...seen.map(({ duration }) => duration)),
    interactions: new Set(seen.map(({ id }) => id)).size,
  };
}

async function press(page: Page, key: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await page.keyboard.press(key);
    await page.waitForTimeout(60);
  }
}

/** Scrolls to the end until so many further blocks have come. */
async function loadBlocks(page: Page, blocks: number): Promise<void> {
  for (let block = 0; block < blocks; block++) {
    const before = await page.locator("article.paper").count();
    await page.locator("article.paper").last().scrollIntoViewIfNeeded();
    await page.waitForFunction((count) => document.querySelectorAll("article.paper").length > count, before, {
      timeout: PATIENCE_MS,
    });
  }
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseAtomFeed } from "../src/arxiv/atom-feed.ts";
import { fetchArxivPaper } from "../src/arxiv/fetch-arxiv-paper.ts";
import { HostNotAllowedError, SourceAnswerError, SourceUnavailableError } from "../src/errors.ts";
import { parseRetryAfter, type SourceAccess } from "../src/fetch-politely.ts";
import { createFileLimiter, type LimiterClock } from "../src/request-limiter.ts";
import { type ArxivDouble, atomFeed, ERROR_ENTRY, SHEEP_ENTRY, startArxivDouble } from "./arxiv-double.ts";

const SHEEP = { scheme: "arxiv", local: "2403.01234" } as const;

/** Time that passes only by sleeping; what was slept is kept. */
function createFakeClock(): LimiterClock & { readonly slept: number[] } {
  let nowMs = Date.parse("2024-03-10T12:00:00Z");
  const slept: number[] = [];
  return {
    slept,
    nowMs: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      nowMs += ms;
      // Lets what the other waiters do on the file system go on.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

let double: ArxivDouble;
let folder: string;
let clock: ReturnType<typeof createFakeClock>;

beforeEach(async () => {
  double = await startArxivDouble();
  folder = await mkdtemp(join(tmpdir(), "limits-"));
  clock = createFakeClock();
});
afterEach(async () => {
  await double.close();
  await rm(folder, { recursive: true });
});

function createAccess(changes: Partial<SourceAccess> = {}, maxWaitMs = 60_000): SourceAccess {
  return {
    fetch,
    clock,
    random: () => 1,
    userAgent: "CoolPapersTest/1 (mailto:test@example.org)",
    allowedHosts: [double.host],
    limiter: createFileLimiter({ path: join(folder, "arxiv.json"), intervalMs: 3_000, maxWaitMs, clock }),
    ...changes,
  };
}

const ask = (access = createAccess(), options = {}) =>
  fetchArxivPaper(access, SHEEP, { baseUrl: double.baseUrl, ...options });

describe("fetchArxivPaper", () => {
  it("gives the paper of an id, asking for that id alone and by name", async () => {
    double.answers.push({ kind: "feed", xml: atomFeed(SHEEP_ENTRY) });
    expect(await ask()).toMatchObject({
      id: SHEEP,
      version: 3,
      title: "Counting Sheep & Goats",
      abstract: "We count $a < b$ sheep.",
      authors: [{ name: "Ada Example" }, { name: "Erdős Pál" }],
      categories: ["cs.LG", "math.NA"],
      submittedAt: "2024-03-04T10:00:00Z",
      updatedAt: "2024-03-09T17:58:00Z",
      announcedOn: "2024-03-05",
      announcedProvenance: "computed",
      comments: "7 pages",
      doi: "10.1000/sheep",
    });
    expect(double.requests[0]?.url.searchParams.get("id_list")).toBe("2403.01234");
    expect(double.requests[0]?.userAgent).toBe("CoolPapersTest/1 (mailto:test@example.org)");
  });

  it("answers null for an id that arXiv does not have", async () => {
    double.answers.push({ kind: "feed", xml: atomFeed() });
    expect(await ask()).toBeNull();
  });

  it("answers null when arXiv answers about another paper", async () => {
    double.answers.push({ kind: "feed", xml: atomFeed(SHEEP_ENTRY.replaceAll("2403.01234", "2403.09999")) });
    expect(await ask()).toBeNull();
  });

  it('takes the entry titled "Error" for the error it is, under status 200 and 400', async () => {
    for (const status of [200, 400]) {
      double.answers.push({ kind: "feed", xml: atomFeed(ERROR_ENTRY), status });
      await expect(ask()).rejects.toThrow(/incorrect id format for x/);
    }
  });

  it("waits as long as Retry-After says after 429 and 503, then asks once more", async () => {
    for (const status of [429, 503]) {
      double.answers.push(
        { kind: "status", status, headers: { "retry-after": "7" } },
        { kind: "feed", xml: atomFeed(SHEEP_ENTRY) },
      );
      clock.slept.length = 0;
      expect((await ask())?.version).toBe(3);
      expect(clock.slept).toContain(7_000);
    }
    expect(double.requests).toHaveLength(4);
  });

  it("leaves a source that asks for a long pause in peace, for every process, and says until when", async () => {
    double.answers.push({ kind: "status", status: 503, headers: { "retry-after": "600" } });
    const error: unknown = await ask().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SourceUnavailableError);
    expect((error as SourceUnavailableError).retryAt).toEqual(new Date("2024-03-10T12:10:00Z"));
    await expect(ask()).rejects.toThrow(SourceUnavailableError);
    expect(double.requests).toHaveLength(1);
  });

  it("gives up after one more try when the source stays busy", async () => {
    double.answers.push({ kind: "status", status: 500 }, { kind: "status", status: 502 });
    await expect(ask()).rejects.toThrow(/is busy \(status 502\)/);
    expect(double.requests).toHaveLength(2);
  });

  it("ends a request that gets no answer, and one whose answer is cut off", async () => {
    double.answers.push({ kind: "silence" }, { kind: "silence" });
    await expect(ask(createAccess(), { timeoutMs: 50 })).rejects.toThrow(/no answer within/);
    double.answers.push(
      { kind: "cut", xml: atomFeed(SHEEP_ENTRY) },
      { kind: "feed", xml: atomFeed(SHEEP_ENTRY) },
    );
    expect((await ask())?.version).toBe(3);
  });

  it("does not ask when nothing listens any more", async () => {
    await double.close();
    await expect(ask()).rejects.toThrow(SourceUnavailableError);
  });

  it("stops when the caller has gone", async () => {
    const gone = new AbortController();
    double.answers.push({ kind: "silence" });
    const asking = ask(createAccess(), { signal: gone.signal });
    gone.abort(new Error("the reader left"));
    await expect(asking).rejects.toThrow("the reader left");
  });

  it("asks allow-listed hosts only, also when it is redirected", async () => {
    await expect(ask(createAccess({ allowedHosts: ["export.arxiv.org"] }))).rejects.toThrow(
      HostNotAllowedError,
    );
    expect(double.requests).toHaveLength(0);
    double.answers.push({
      kind: "status",
      status: 302,
      headers: { location: "http://169.254.169.254/latest" },
    });
    await expect(ask()).rejects.toThrow(/169\.254\.169\.254 is not among the hosts/);
    double.answers.push(
      { kind: "status", status: 301, headers: { location: "/api/query?moved=1" } },
      { kind: "feed", xml: atomFeed(SHEEP_ENTRY) },
    );
    expect((await ask())?.version).toBe(3);
  });

  it("reads no more than it has to of an endless answer", async () => {
    double.answers.push({ kind: "feed", xml: atomFeed(SHEEP_ENTRY.repeat(4_000)) });
    await expect(ask()).rejects.toThrow(/more than 1000000 bytes/);
  });

  it("makes two requests at once take turns, three seconds apart, whoever makes them", async () => {
    const feeds = Array.from({ length: 4 }, () => ({ kind: "feed", xml: atomFeed(SHEEP_ENTRY) }) as const);
    double.answers.push(...feeds);
    const startMs = clock.nowMs();
    await Promise.all(feeds.map(() => ask(createAccess())));
    expect(double.maxConcurrent()).toBe(1);
    expect(clock.nowMs() - startMs).toBeGreaterThanOrEqual(9_000);
  });

  it("tells a reader at once when the queue is too long", async () => {
    double.answers.push({ kind: "feed", xml: atomFeed(SHEEP_ENTRY) });
    await ask();
    await expect(ask(createAccess({}, 1_000))).rejects.toThrow(SourceUnavailableError);
    expect(double.requests).toHaveLength(1);
  });
});

describe("parseAtomFeed", () => {
  it("refuses what is no feed, with a sentence", () => {
    for (const xml of [
      "",
      "<html><body>hello",
      "not xml",
      "<rss/>",
      atomFeed("<entry><title>x</title></entry>"),
    ]) {
      expect(() => parseAtomFeed(xml)).toThrow(SourceAnswerError);
    }
  });

  it("refuses entity declarations before they can grow", () => {
    const bomb = `<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><feed><entry><title>&b;</title></entry></feed>`;
    expect(() => parseAtomFeed(bomb)).toThrow(/document type/);
  });
});

describe("parseRetryAfter", () => {
  it("reads seconds and dates, and nothing else", () => {
    expect(parseRetryAfter("120", 1_000)).toBe(121_000);
    expect(parseRetryAfter("Sun, 10 Mar 2024 12:00:00 GMT", 0)).toBe(Date.parse("2024-03-10T12:00:00Z"));
    for (const text of [null, "", "soon", "-5"]) expect(parseRetryAfter(text, 0)).toBeNull();
  });
});

import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ARXIV_HOSTS, ARXIV_INTERVAL_MS } from "./arxiv/fetch-arxiv-paper.ts";
import type { SourceAccess } from "./fetch-politely.ts";
import { createFileLimiter, type LimiterClock } from "./request-limiter.ts";

const SYSTEM_CLOCK: LimiterClock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
};

export interface SourceAccessSettings {
  /** The limiter's state lies in `<dataDir>/limits/`, so that all processes of the folder share it. */
  readonly dataDir: string;
  readonly siteUrl: string;
  /** Where a source's operators can write to; null when the operator of this site has not said. */
  readonly contactEmail: string | null;
  /** Longest wait for a turn. A page should not wait long, a harvest may. */
  readonly maxWaitMs: number;
}

/** Access to arXiv for a real process: the system's fetch and clock, one request per 3 s, and a name. */
export function createSourceAccess(settings: SourceAccessSettings): SourceAccess {
  const contact = settings.contactEmail
    ? `${settings.siteUrl}; mailto:${settings.contactEmail}`
    : settings.siteUrl;
  return {
    fetch,
    clock: SYSTEM_CLOCK,
    random: Math.random,
    userAgent: `CoolPapers/0.1 (${contact})`,
    allowedHosts: ARXIV_HOSTS,
    limiter: createFileLimiter({
      path: join(settings.dataDir, "limits", "arxiv.json"),
      intervalMs: ARXIV_INTERVAL_MS,
      maxWaitMs: settings.maxWaitMs,
      clock: SYSTEM_CLOCK,
    }),
  };
}

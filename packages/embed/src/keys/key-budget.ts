import { RateLimitError } from "../errors.ts";
import type { StoredKey } from "./api-key-store.ts";

const WINDOW_MS = 60_000;

/** What a client has left in this minute, as response headers tell it. */
export interface BudgetHeaders {
  readonly [header: string]: string;
}

/** What a key has used of one limit since its minute began. */
interface Usage {
  readonly startedAtMs: number;
  used: number;
}

type Limited = "requests" | "tokens";

/**
 * Counts requests and tokens of each key by the minute, in this process. A key's minute begins with its first request
 * and the next one with the first request after it.
 */
export class KeyBudget {
  readonly #now: () => number;
  readonly #usages = new Map<string, Usage>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Takes one request. Tokens are only known afterwards, so a key whose tokens are spent is refused here.
   *
   * @throws RateLimitError with the time until the minute is over
   */
  takeRequest(key: StoredKey): BudgetHeaders {
    this.#refuseSpent(key, "tokens");
    if (key.requestsPerMinute === null) return {};
    this.#refuseSpent(key, "requests");
    return this.#book(key, "requests", 1);
  }

  /** Books the tokens of an answered request; the last request of a minute may overdraw. */
  bookTokens(key: StoredKey, tokens: number): BudgetHeaders {
    if (key.tokensPerMinute === null || tokens === 0) return {};
    return this.#book(key, "tokens", tokens);
  }

  #refuseSpent(key: StoredKey, what: Limited): void {
    const limit = limitOf(key, what);
    if (limit === null) return;
    const usage = this.#usage(key, what);
    if (usage.used < limit) return;
    const waitMs = this.#leftMs(usage);
    throw new RateLimitError(
      `This key may use ${limit} ${what} a minute; try again in ${seconds(waitMs)} s.`,
      waitMs,
    );
  }

  #book(key: StoredKey, what: Limited, count: number): BudgetHeaders {
    const limit = limitOf(key, what) ?? 0;
    const usage = this.#usage(key, what);
    usage.used += count;
    return {
      [`x-ratelimit-limit-${what}`]: String(limit),
      [`x-ratelimit-remaining-${what}`]: String(Math.max(0, limit - usage.used)),
      [`x-ratelimit-reset-${what}`]: `${seconds(this.#leftMs(usage))}s`,
    };
  }

  #usage(key: StoredKey, what: Limited): Usage {
    const name = `${what}:${key.hash}`;
    const known = this.#usages.get(name);
    if (known !== undefined && this.#leftMs(known) > 0) return known;
    const fresh = { startedAtMs: this.#now(), used: 0 };
    this.#usages.set(name, fresh);
    return fresh;
  }

  #leftMs({ startedAtMs }: Usage): number {
    return startedAtMs + WINDOW_MS - this.#now();
  }
}

function limitOf(key: StoredKey, what: Limited): number | null {
  return what === "requests" ? key.requestsPerMinute : key.tokensPerMinute;
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}

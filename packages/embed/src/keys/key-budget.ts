import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { RateLimitError } from "../errors.ts";
import type { StoredKey } from "./api-key-store.ts";

const WINDOW_S = 60;

/** What a client has left in this minute, as response headers tell it. */
export interface BudgetHeaders {
  readonly [header: string]: string;
}

/** Counts requests and tokens of each key by the minute, in this process. */
export class KeyBudget {
  readonly #limiters = new Map<string, RateLimiterMemory>();

  /**
   * Takes one request. Tokens are only known afterwards, so a key whose tokens are spent is refused here.
   *
   * @throws RateLimitError with the time until the minute is over
   */
  async takeRequest(key: StoredKey): Promise<BudgetHeaders> {
    await this.#refuseSpentTokens(key);
    if (key.requestsPerMinute === null) return {};
    try {
      const state = await this.#limiter("requests", key.requestsPerMinute).consume(key.hash);
      return headers("requests", key.requestsPerMinute, state);
    } catch (state) {
      throw refusal(state, `${key.requestsPerMinute} requests`);
    }
  }

  /** Books the tokens of an answered request; the last request of a minute may overdraw. */
  async bookTokens(key: StoredKey, tokens: number): Promise<BudgetHeaders> {
    if (key.tokensPerMinute === null || tokens === 0) return {};
    const state = await this.#limiter("tokens", key.tokensPerMinute).penalty(key.hash, tokens);
    return headers("tokens", key.tokensPerMinute, state);
  }

  async #refuseSpentTokens(key: StoredKey): Promise<void> {
    if (key.tokensPerMinute === null) return;
    const state = await this.#limiter("tokens", key.tokensPerMinute).get(key.hash);
    if (state !== null && state.consumedPoints >= key.tokensPerMinute) {
      throw refusal(state, `${key.tokensPerMinute} tokens`);
    }
  }

  #limiter(what: "requests" | "tokens", points: number): RateLimiterMemory {
    const name = `${what}:${points}`;
    let limiter = this.#limiters.get(name);
    if (limiter === undefined) {
      limiter = new RateLimiterMemory({ keyPrefix: name, points, duration: WINDOW_S });
      this.#limiters.set(name, limiter);
    }
    return limiter;
  }
}

function refusal(state: unknown, limit: string): Error {
  if (!(state instanceof RateLimiterRes)) return state as Error;
  const seconds = Math.ceil(state.msBeforeNext / 1000);
  return new RateLimitError(
    `This key may use ${limit} a minute; try again in ${seconds} s.`,
    state.msBeforeNext,
  );
}

function headers(what: "requests" | "tokens", limit: number, state: RateLimiterRes): BudgetHeaders {
  return {
    [`x-ratelimit-limit-${what}`]: String(limit),
    [`x-ratelimit-remaining-${what}`]: String(Math.max(0, limit - state.consumedPoints)),
    [`x-ratelimit-reset-${what}`]: `${Math.ceil(state.msBeforeNext / 1000)}s`,
  };
}

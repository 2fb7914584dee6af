import { expect, test } from "vitest";
import { KeyBudget, type StoredKey } from "../src/index.ts";

const key = (hash: string, requestsPerMinute: number | null, tokensPerMinute: number | null): StoredKey => ({
  name: hash,
  hash,
  createdAt: "2026-01-01T00:00:00Z",
  requestsPerMinute,
  tokensPerMinute,
});

function start() {
  const clock = { ms: 5000 };
  return { clock, budget: new KeyBudget(() => clock.ms) };
}

test("a key's requests are counted from its first one on, refused when they are spent, and given anew after a minute", () => {
  const { clock, budget } = start();
  const reader = key("reader", 2, null);
  expect(budget.takeRequest(reader)).toEqual({
    "x-ratelimit-limit-requests": "2",
    "x-ratelimit-remaining-requests": "1",
    "x-ratelimit-reset-requests": "60s",
  });
  clock.ms += 30_500;
  expect(budget.takeRequest(reader)).toMatchObject({ "x-ratelimit-remaining-requests": "0" });
  expect(() => budget.takeRequest(reader)).toThrow(
    "This key may use 2 requests a minute; try again in 30 s.",
  );
  clock.ms += 29_500;
  expect(budget.takeRequest(reader)).toMatchObject({ "x-ratelimit-remaining-requests": "1" });
});

test("a request may overdraw a key's tokens; the next one waits for the minute's end", () => {
  const { clock, budget } = start();
  const reader = key("reader", null, 100);
  expect(budget.takeRequest(reader)).toEqual({});
  expect(budget.bookTokens(reader, 250)).toEqual({
    "x-ratelimit-limit-tokens": "100",
    "x-ratelimit-remaining-tokens": "0",
    "x-ratelimit-reset-tokens": "60s",
  });
  expect(() => budget.takeRequest(reader)).toThrow("100 tokens a minute; try again in 60 s.");
  clock.ms += 60_000;
  expect(budget.takeRequest(reader)).toEqual({});
});

test("keys do not spend each other's minutes, and one without limits spends none", () => {
  const { budget } = start();
  budget.takeRequest(key("a", 1, null));
  expect(() => budget.takeRequest(key("a", 1, null))).toThrow("1 requests");
  expect(budget.takeRequest(key("b", 1, null))).toMatchObject({ "x-ratelimit-remaining-requests": "0" });
  for (let turn = 0; turn < 10; turn++) {
    expect(budget.takeRequest(key("c", null, null))).toEqual({});
    expect(budget.bookTokens(key("c", null, null), 1e9)).toEqual({});
  }
});

import { expect, test } from "vitest";
import { cachedByChange } from "../src/cached-by-change.ts";
import type { Database } from "../src/index.ts";

/** A database of which only the number of the latest change matters. */
function fakeDatabase() {
  const state = { change: 1, now: 0, computed: 0 };
  const db = { query: async () => [{ seq: state.change }] } as unknown as Database;
  const count = (tookMs: number) =>
    cachedByChange(
      db,
      "count",
      async () => {
        state.now += tookMs;
        state.computed += 1;
        return state.computed;
      },
      () => state.now,
    );
  return { state, count };
}

test("a count is kept until something is written", async () => {
  const { state, count } = fakeDatabase();
  expect([await count(10), await count(10)]).toEqual([1, 1]);
  state.change += 1;
  expect(await count(10)).toBe(2);
});

test("a costly count is renewed only now and then while writes go on", async () => {
  const { state, count } = fakeDatabase();
  expect(await count(1000)).toBe(1);
  state.change += 1;
  state.now += 10_000;
  expect(await count(1000)).toBe(1);
  state.now += 50_000;
  expect(await count(1000)).toBe(2);
});

test("a count that failed is tried again", async () => {
  const db = { query: async () => [{ seq: 1 }] } as unknown as Database;
  await expect(cachedByChange(db, "x", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await cachedByChange(db, "x", async () => "yes")).toBe("yes");
});

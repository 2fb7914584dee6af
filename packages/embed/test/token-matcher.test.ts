import { expect, test } from "vitest";
import { differentTokens, firstPlaces, heaviest, TokenMatcher } from "../src/inference/token-matcher.ts";
import { TokenTable } from "../src/inference/token-table.ts";

/** Tokens 0 to 3 at 0°, 60°, 90° and 180°; 4 counts for nothing. */
const VECTORS = Float32Array.of(1, 0, 0.5, Math.sqrt(0.75), 0, 1, -1, 0, 1, 0);
const WEIGHTS = Float32Array.of(1, 3, 2, 1, 0);

async function matcherOf(query: number[]): Promise<TokenMatcher> {
  const table = await TokenTable.open(VECTORS, WEIGHTS);
  try {
    const ids = differentTokens(WEIGHTS, query);
    return new TokenMatcher(
      Float32Array.from(ids, (id) => WEIGHTS[id]!),
      await table.similarities(table.vectorsOf(ids)),
    );
  } finally {
    await table.release();
  }
}
/** What a text of up to sixty tokens gains. */
const SHORT = 0.18 * Math.log(150 / 60);

test("each token of the query counts by its weight and the nearest token of the text", async () => {
  const score = async (query: number[], text: number[]) => (await matcherOf(query)).score(text) - SHORT;
  expect(await score([0], [0])).toBeCloseTo(1, 6);
  expect(await score([0], [1])).toBeCloseTo(0.5, 6);
  // Opposite is no worse than foreign.
  expect(await score([0], [3])).toBeCloseTo(0, 6);
  expect(await score([0, 1], [1, 2])).toBeCloseTo((1 * 0.5 + 3 * 1) / 4, 6);
  expect(await score([2, 0], [1])).toBeCloseTo((2 * Math.sqrt(0.75) + 0.5) / 3, 6);
});

test("of two long texts that say the same the shorter one is first, of two short ones neither", () => {
  // One token of the query; every token is as near to it as the first.
  const matcher = new TokenMatcher(Float32Array.of(1), new Float32Array(200).fill(0.5));
  const score = (tokens: number) => matcher.score([...Array(tokens).keys()]);
  expect(score(100) - score(200)).toBeCloseTo(0.18 * Math.log(2), 6);
  expect(score(150)).toBeCloseTo(0.5, 6);
  expect(score(8)).toBe(score(60));
  expect(score(60)).toBeGreaterThan(score(61));
});

test("repeated tokens and those that count for nothing change nothing, and what is left may be nothing", async () => {
  expect(differentTokens(WEIGHTS, [0, 4, 0, 1])).toEqual([0, 1]);
  expect(firstPlaces(WEIGHTS, Int32Array.of(1, 4, 1, 0))).toEqual([0, 3]);
  expect((await matcherOf([4])).score([0])).toBe(0);
  expect((await matcherOf([0])).score([])).toBe(0);
});

test("a very long query is compared by its 32 heaviest tokens", () => {
  const weights = Float32Array.from({ length: 40 }, (_, id) => (id % 2 === 0 ? id + 1 : 41 + id));
  const ids = heaviest([...Array(40).keys()], (place) => weights[place]!);
  expect(ids).toHaveLength(32);
  expect(ids[0]).toBe(39);
  expect([0, 2, 4, 6, 8, 10, 12, 14].some((id) => ids.includes(id))).toBe(false);
});

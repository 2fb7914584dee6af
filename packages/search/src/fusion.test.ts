import { describe, expect, test } from "vitest";
import { fuseByRank, fuseByScore } from "./fusion.ts";

const list = (...entries: [string, number][]) => entries.map(([key, score]) => ({ key, score }));

describe("fusion", () => {
  test("reciprocal ranks add up: values by hand", () => {
    const fused = fuseByRank([list(["a", 9], ["b", 8]), list(["b", 0.9])], { rrfK: 60 });
    expect(fused.map((hit) => hit.key)).toEqual(["b", "a"]);
    expect(fused[0]!.score).toBeCloseTo(1 / 62 + 1 / 61, 12);
    expect(fused[1]!.score).toBeCloseTo(1 / 61, 12);
  });

  test("a list's weight scales its part", () => {
    const fused = fuseByRank([list(["a", 1]), list(["b", 1])], { weights: [1, 2] });
    expect(fused.map((hit) => hit.key)).toEqual(["b", "a"]);
  });

  test("scores are scaled to [0, 1] by list before they are weighted: values by hand", () => {
    const fused = fuseByScore(
      [list(["a", 30], ["b", 20], ["c", 10]), list(["c", 0.9], ["b", 0.8])],
      [0.5, 0.5],
    );
    expect(fused).toEqual([
      { key: "a", score: 0.5 },
      { key: "c", score: 0.5 },
      { key: "b", score: 0.25 },
    ]);
  });

  test("a list of one score counts fully, an empty one not at all", () => {
    expect(fuseByScore([list(["a", 3]), []])).toEqual([{ key: "a", score: 1 }]);
    expect(fuseByScore([])).toEqual([]);
    expect(fuseByRank([[], []])).toEqual([]);
  });

  test("a list may say what a document outside it has: values by hand", () => {
    const fused = fuseByScore([list(["a", 8], ["b", 6]), list(["b", 0.9], ["c", 0.5])], [0.6, 0.4], [0]);
    expect(fused.map((hit) => hit.key)).toEqual(["b", "a", "c"]);
    expect(fused[0]!.score).toBeCloseTo(0.6 * 0.75 + 0.4, 12);
    expect(fused[1]!.score).toBeCloseTo(0.6, 12);
    expect(fused[2]!.score).toBe(0);
  });

  test("equal scores are ordered by key, whatever the order of the lists; a key counts once in a list", () => {
    const forward = fuseByRank([list(["b", 1]), list(["a", 1])]);
    const backward = fuseByRank([list(["a", 1]), list(["b", 1])]);
    expect(forward).toEqual(backward);
    expect(forward.map((hit) => hit.key)).toEqual(["a", "b"]);
    expect(fuseByRank([list(["a", 1], ["a", 1])])[0]!.score).toBeCloseTo(1 / 61, 12);
  });
});

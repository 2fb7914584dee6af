import { describe, expect, test } from "vitest";
import {
  clipGlobalNorm,
  globalNorm,
  piecewiseLinear,
  warmupCosine,
  warmupLinear,
} from "../../src/optim/index.ts";
import { dense, rows } from "./one-parameter.ts";

describe("schedules", () => {
  test("piecewise linear: between points, before the first, after the last", () => {
    const schedule = piecewiseLinear([
      [10, 1],
      [20, 3],
      [40, 0],
    ]);
    expect([0, 10, 15, 20, 30, 40, 99].map(schedule)).toEqual([1, 1, 2, 3, 1.5, 0, 0]);
    expect(() => piecewiseLinear([])).toThrow(/at least one/);
    expect(() =>
      piecewiseLinear([
        [5, 1],
        [5, 2],
      ]),
    ).toThrow(/must rise/);
  });

  test("warm-up, then a line or half a cosine", () => {
    const linear = warmupLinear(2, 10, 110, 0.5);
    expect([0, 5, 10, 60, 110, 200].map(linear)).toEqual([0, 1, 2, 1.25, 0.5, 0.5]);
    expect(warmupLinear(2, 0, 10)(0)).toBe(2);
    const cosine = warmupCosine(2, 10, 110);
    expect([0, 5, 10, 60, 110].map((step) => Math.round(cosine(step) * 1e6) / 1e6)).toEqual([0, 1, 2, 1, 0]);
  });
});

describe("gradient norm", () => {
  test("clips all gradients together, rows included, and returns the norm before", () => {
    const gradients = new Map([
      ["a", dense([3, 0])],
      ["b", rows([7], [0, 4])],
    ]);
    expect(clipGlobalNorm(gradients, 10)).toBe(5);
    expect([...gradients.get("a")!.data]).toEqual([3, 0]);
    expect(clipGlobalNorm(gradients, 1)).toBe(5);
    expect(globalNorm(gradients)).toBeCloseTo(1, 6);
  });

  test("a NaN gradient is reported, not scaled", () => {
    expect(clipGlobalNorm(new Map([["a", dense([Number.NaN, 1])]]), 1)).toBeNaN();
  });
});

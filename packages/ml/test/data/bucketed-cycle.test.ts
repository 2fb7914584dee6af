import { describe, expect, test } from "vitest";
import { BucketedCycle, batchPicker } from "../../src/data/bucketed-cycle.ts";
import { SeededRandom } from "../../src/data/seeded-random.ts";

const random = new SeededRandom(2);
const lengths = Array.from({ length: 103 }, () => 1 + random.nextBelow(50));
const options = { lengths, count: 8, maxLength: 40, buckets: [10, 20], seed: 5 };
/** 103 items make 12 full batches and one that is filled up. */
const BATCHES = 13;

describe("batches by length", () => {
  test("a pass gives every item, only the filling twice, and no item in a bucket shorter than itself", () => {
    const cycle = new BucketedCycle(options);
    const batches = Array.from({ length: BATCHES }, () => cycle.next());
    expect(cycle.position()).toEqual({ epoch: 0, offset: BATCHES });
    const items = batches.flatMap((batch) => batch.items);
    expect(items).toHaveLength(BATCHES * 8);
    expect(new Set(items).size).toBe(103);
    expect(new Set(batches.map(({ length }) => length))).toEqual(new Set([10, 20, 40]));
    for (const batch of batches) {
      expect(batch.items).toHaveLength(8);
      const longest = Math.max(...batch.items.map((item) => lengths[item]!));
      if (batch.length < 40) expect(longest).toBeLessThanOrEqual(batch.length);
    }
  });

  test("less is padded than without buckets", () => {
    const padded = (buckets: number[]) => {
      const picker = batchPicker({ ...options, buckets });
      return Array.from({ length: BATCHES }, () => picker.next().length * 8).reduce((a, b) => a + b, 0);
    };
    expect(padded([10, 20])).toBeLessThan(0.85 * padded([]));
  });

  test("one seed gives one sequence, another pass another order, and a stored position goes on with it", () => {
    const take = (cycle: BucketedCycle, count: number) => Array.from({ length: count }, () => cycle.next());
    const whole = take(new BucketedCycle(options), 30);
    expect(take(new BucketedCycle(options), 30)).toEqual(whole);
    expect(whole.slice(BATCHES, 2 * BATCHES)).not.toEqual(whole.slice(0, BATCHES));
    const stopped = new BucketedCycle(options);
    take(stopped, 17);
    const resumed = new BucketedCycle(options, JSON.parse(JSON.stringify(stopped.position())));
    expect(take(resumed, 13)).toEqual(whole.slice(17));
  });

  test("fewer items than a batch are repeated; without any there is no cycle", () => {
    const few = new BucketedCycle({ ...options, lengths: [3, 30, 4] });
    expect(new Set(few.next().items)).toEqual(new Set([0, 1, 2]));
    expect(few.next()).toMatchObject({ length: 40 });
    expect(() => new BucketedCycle({ ...options, lengths: [] })).toThrow(RangeError);
  });
});

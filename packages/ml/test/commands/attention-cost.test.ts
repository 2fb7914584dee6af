import { expect, test } from "vitest";
import { attentionCost } from "../../src/commands/attention-cost.ts";

test("attention-cost: memory of softmax grows with the square of the length, that of linear attention does not", async () => {
  const costs = await attentionCost({
    lengths: [64, 2048],
    hiddenSize: 32,
    numAttentionHeads: 4,
    threads: 1,
    repeats: 1,
  });
  expect(costs[1]!.multiplications).toEqual({ linear: 12 * 2048 * 32 ** 2, quadratic: 2 * 2048 ** 2 * 32 });
  for (const { costs: byForm } of costs)
    for (const { ms } of Object.values(byForm)) expect(ms).toBeGreaterThan(0);
  const [, long] = costs.map(({ costs: byForm }) => byForm);
  // The scores of 4 heads alone are 4 · 2048² · 4 bytes = 67 MB.
  expect(long!.softmax.bytes).toBeGreaterThan(60e6);
  expect(long!.linear.bytes).toBeLessThan(30e6);
});

import { expect, test } from "vitest";
import { addCounts, readPlaywrightCounts, readVitestCounts } from "../test-counts.ts";

const vitest = (testResults: unknown[]) =>
  JSON.stringify({ numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults });

test("a Vitest report counts skipped and to-do tests as skipped", () => {
  expect(readVitestCounts(vitest([]))).toEqual({ passed: 3, failed: 1, skipped: 3 });
});

test("a test file that could not be loaded counts as a failure although it holds no failed test", () => {
  const broken = { status: "failed", assertionResults: [] };
  const failing = { status: "failed", assertionResults: [{ status: "failed" }] };
  expect(readVitestCounts(vitest([broken, failing])).failed).toBe(2);
});

test("a flaky browser test and an error outside any test count as failed", () => {
  const report = { stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 }, errors: [{}] };
  expect(readPlaywrightCounts(JSON.stringify(report))).toEqual({ passed: 5, failed: 3, skipped: 2 });
});

test("counts add up", () => {
  const one = { passed: 1, failed: 2, skipped: 3 };
  expect(addCounts(one, one)).toEqual({ passed: 2, failed: 4, skipped: 6 });
});

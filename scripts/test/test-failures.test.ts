import { expect, test } from "vitest";
import { readPlaywrightFailures, readVitestFailures } from "../test-failures.ts";

test("a failed test is named with its file and its message, without colours", () => {
  const json = JSON.stringify({
    testResults: [
      {
        name: "packages/a/one.test.ts",
        status: "failed",
        assertionResults: [
          { status: "passed", fullName: "adds" },
          {
            status: "failed",
            fullName: "divides",
            failureMessages: ["\u001b[31mexpected 2\u001b[39m to be 3"],
          },
        ],
      },
      {
        name: "packages/a/broken.test.ts",
        status: "failed",
        message: "no such module",
        assertionResults: [],
      },
      {
        name: "packages/a/crashed.test.ts",
        status: "failed",
        message: "",
        assertionResults: [{ status: "pending", fullName: "waits" }],
      },
      { name: "packages/a/fine.test.ts", status: "passed", assertionResults: [] },
    ],
  });
  expect(readVitestFailures(json)).toEqual([
    { name: "packages/a/one.test.ts › divides", message: "expected 2 to be 3" },
    { name: "packages/a/broken.test.ts", message: "no such module" },
    {
      name: "packages/a/crashed.test.ts",
      message: "the file did not load, or its process ended before its tests did: see its output above",
    },
  ]);
});

test("browser tests that failed or wavered are named, also in nested suites", () => {
  const spec = (title: string, status: string) => ({
    title,
    file: "lists.spec.ts",
    line: 7,
    tests: [{ status, results: [{ error: { message: `${title} broke` } }, {}] }],
  });
  const json = JSON.stringify({
    errors: [{ message: "no browser" }],
    suites: [
      {
        title: "file",
        specs: [spec("L1", "unexpected")],
        suites: [{ title: "in", specs: [spec("L2", "flaky")] }],
      },
      { title: "other", specs: [spec("L3", "expected")] },
    ],
  });
  expect(readPlaywrightFailures(json)).toEqual([
    { name: "outside of any test", message: "no browser" },
    { name: "lists.spec.ts:7 › L1", message: "L1 broke" },
    { name: "lists.spec.ts:7 › L2 (flaky)", message: "L2 broke" },
  ]);
});

import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  addCounts,
  NO_TESTS,
  readPlaywrightCounts,
  readVitestCounts,
  type TestCounts,
} from "./test-counts.ts";
import { readPlaywrightFailures, readVitestFailures, type TestFailure } from "./test-failures.ts";
import { workspacesWithTests } from "./workspaces.ts";

/**
 * `npm test`: format, lint, types, then every workspace's tests (architecture, unit, integration), then the built
 * site in a browser. `--check` stops before integration and browser tests. The last line counts all tests.
 */
const root = resolve(import.meta.dirname, "..");
const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

interface Stage {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Record<string, string>;
}

const turbo = ["turbo", "run", "--concurrency=2", "--output-logs=new-only", "--continue=always"];
const stages: Stage[] = [
  {
    name: "format and lint",
    command: ["biome", "ci", `--colors=${process.stdout.isTTY ? "force" : "off"}`, "."],
  },
  { name: "types", command: [...turbo, "types"] },
  {
    name: values.check ? "architecture and unit tests" : "architecture, unit and integration tests",
    command: [...turbo, "test"],
    env: { TEST_SCOPE: values.check ? "unit" : "all" },
  },
];
if (!values.check) {
  stages.push(
    { name: "build", command: ["turbo", "run", "build", "--output-logs=new-only"] },
    { name: "browser tests", command: ["playwright", "test", "--config", "tests/e2e/playwright.config.ts"] },
  );
}

/** Runs one stage with its output passed through; resolves to whether it succeeded. */
function runStage(stage: Stage): Promise<boolean> {
  console.log(`\n── ${stage.name}`);
  const [command, ...args] = stage.command;
  const child = spawn(command!, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...stage.env } });
  return new Promise((done) => {
    child.on("error", (error) => {
      console.error(`${command} did not start: ${error.message}`);
      done(false);
    });
    child.on("exit", (code) => done(code === 0));
  });
}

const resultFolders = workspacesWithTests(root).map((folder) => join(root, folder, ".results"));
const browserResults = join(root, "tests/e2e/.results/playwright.json");
for (const folder of resultFolders) rmSync(folder, { recursive: true, force: true });
rmSync(browserResults, { force: true });

const startedAt = Date.now();
const failedStages: string[] = [];
for (const stage of stages) {
  const stageStartedAt = Date.now();
  const succeeded = await runStage(stage);
  console.log(`── ${stage.name}: ${succeeded ? "ok" : "FAILED"} (${seconds(stageStartedAt)} s)`);
  if (!succeeded) failedStages.push(stage.name);
  if (!succeeded && stage.name === "build") break;
}

let counts: TestCounts = NO_TESTS;
const failures: TestFailure[] = [];
for (const folder of resultFolders) {
  const file = join(folder, "vitest.json");
  if (existsSync(file)) {
    const report = readFileSync(file, "utf8");
    counts = addCounts(counts, readVitestCounts(report));
    failures.push(...readVitestFailures(report));
  } else failedStages.push(`${folder.slice(root.length + 1)} wrote no results`);
}
if (existsSync(browserResults)) {
  const report = readFileSync(browserResults, "utf8");
  counts = addCounts(counts, readPlaywrightCounts(report));
  failures.push(...readPlaywrightFailures(report));
} else if (!values.check) failedStages.push("browser tests wrote no results");

// A stage that fails without a failing test (lint, types, a crash) still counts as one failure.
const failed = Math.max(counts.failed, failedStages.length);
if (failedStages.length > 0) console.log(`\nFailed: ${failedStages.join("; ")}`);
for (const { name, message } of failures) {
  console.log(`\n✗ ${name.replace(`${root}/`, "")}\n  ${message.replaceAll("\n", "\n  ")}`);
}
console.log(`\nFinished in ${seconds(startedAt)} s`);
console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
process.exit(failed === 0 && counts.passed > 0 ? 0 : 1);

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(0);
}

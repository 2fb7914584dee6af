/** A test that failed, for the end of the report, where it is found without scrolling through all workspaces. */
export interface TestFailure {
  /** File and full title. */
  readonly name: string;
  /** The first message of the failure, without colours. */
  readonly message: string;
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** What Vitest's report says nothing about: the file's process crashed, or was ended. */
const ENDED_EARLY = "the file did not load, or its process ended before its tests did: see its output above";

/** Failures in Vitest's JSON report; a file that did not load, or did not end, is one. */
export function readVitestFailures(json: string): TestFailure[] {
  const report = JSON.parse(json) as VitestReport;
  return report.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter((result) => result.status === "failed");
    if (failed.length === 0 && file.status === "failed") {
      return [{ name: file.name, message: plain(file.message || ENDED_EARLY) }];
    }
    return failed.map((result) => ({
      name: `${file.name} › ${result.fullName}`,
      message: plain(result.failureMessages?.[0] ?? "no message"),
    }));
  });
}

interface PlaywrightSuite {
  readonly file?: string;
  readonly title: string;
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs?: readonly {
    readonly title: string;
    readonly file: string;
    readonly line: number;
    readonly tests: readonly {
      readonly status: string;
      readonly results: readonly { readonly error?: { readonly message?: string } }[];
    }[];
  }[];
}

/** Failures and flaky tests in Playwright's JSON report, and errors outside of any test. */
export function readPlaywrightFailures(json: string): TestFailure[] {
  const report = JSON.parse(json) as {
    readonly suites: readonly PlaywrightSuite[];
    readonly errors: readonly { readonly message?: string }[];
  };
  const failures = report.errors.map((error) => ({
    name: "outside of any test",
    message: plain(error.message ?? "no message"),
  }));
  const visit = (suite: PlaywrightSuite) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        if (test.status !== "unexpected" && test.status !== "flaky") continue;
        const error = test.results.find((result) => result.error !== undefined)?.error;
        failures.push({
          name: `${spec.file}:${spec.line} › ${spec.title}${test.status === "flaky" ? " (flaky)" : ""}`,
          message: plain(error?.message ?? "no message"),
        });
      }
    }
    for (const inner of suite.suites ?? []) visit(inner);
  };
  for (const suite of report.suites) visit(suite);
  return failures;
}

const MESSAGE_LINES = 12;

function plain(message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins a colour
  const uncoloured = message.replace(/\u001b\[[0-9;]*m/g, "");
  return uncoloured.split("\n").slice(0, MESSAGE_LINES).join("\n");
}

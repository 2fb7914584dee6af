import { PassThrough } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { showProgress } from "../../src/commands/show-progress.ts";
import type { StepReport } from "../../src/train/index.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** A stream that keeps what is written. */
function fakeTerminal(isTTY: boolean) {
  const stream = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY, columns: 200 });
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => String(stream.read()) };
}

const report = (step: number): StepReport => ({
  step,
  loss: 0.5,
  metrics: { "own/loss": Float32Array.of(0.25) },
  learningRate: 1e-3,
  gradientNorm: 1,
  size: 64,
  isSkipped: false,
});

test("without a terminal: the first step and every 20th, with loss, metrics, texts a second and the time left", () => {
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  const progress = showProgress(140, fakeTerminal(false).stream);
  for (let step = 1; step <= 40; step++) progress.add(report(step), 0.5);
  progress.stop();
  const lines = print.mock.calls.map(([line]) => String(line));
  expect(lines.map((line) => line.split(" ")[1])).toEqual(["1/140", "20/140", "40/140"]);
  expect(lines[1]).toBe("step 20/140 loss 0.5000 own/loss 0.2500 rate 1.00e-3 128 texts/s, 1 min left");
});

test("on a terminal: a bar", () => {
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  const terminal = fakeTerminal(true);
  const progress = showProgress(4, terminal.stream);
  for (let step = 1; step <= 4; step++) progress.add(report(step), 0.5);
  progress.stop();
  expect(print).not.toHaveBeenCalled();
  expect(terminal.written()).toMatch(
    /4\/4 loss 0\.5000 own\/loss 0\.2500 rate 1\.00e-3 128 texts\/s, 0 min left/,
  );
});

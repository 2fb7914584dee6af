import { describe, expect, test } from "vitest";
import { curveSvg, escapeXml, niceTicks } from "../../src/report/curve-svg.ts";
import { metricsLine } from "../../src/report/metrics-log.ts";
import { trainingReport } from "../../src/report/training-report.ts";

const step = (number: number, loss: number, isSkipped = false) => ({
  step: number,
  loss,
  metrics: { head: Float32Array.of(loss / 2) },
  learningRate: 0.1,
  gradientNorm: 2 * loss,
  size: 8,
  isSkipped,
});

describe("metrics", () => {
  test("a line is the mean over its steps; skipped steps are counted, not averaged", () => {
    expect(metricsLine([step(1, 2), step(2, Number.NaN, true), step(3, 4)], 9)).toEqual({
      step: 3,
      seconds: 9,
      loss: 3,
      head: 1.5,
      learningRate: 0.1,
      gradientNorm: 6,
      skipped: 1,
    });
  });
});

describe("charts", () => {
  test("ticks are round and inside the range", () => {
    expect(niceTicks(0, 10)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(niceTicks(0.13, 0.29)).toEqual([0.15, 0.2, 0.25]);
    expect(niceTicks(5, 5)).toEqual([5]);
  });

  test("points are placed by hand: the lowest left, the highest right", () => {
    const svg = curveSvg("loss", [
      {
        name: "a",
        points: [
          [0, 0],
          [10, 1],
          [5, Number.NaN],
        ],
      },
    ]);
    expect(svg).toContain('points="62,194 548,26"');
  });

  test("thousands of points are thinned to means", () => {
    const points = Array.from({ length: 5000 }, (_, i) => [i, i % 2] as const);
    const drawn = /points="([^"]+)"/.exec(curveSvg("x", [{ name: "a", points }]))![1]!.split(" ");
    expect(drawn.length).toBeLessThanOrEqual(400);
  });

  test("names cannot break out of the file", () => {
    expect(escapeXml(`<a b="c">'&`)).toBe("&#60;a b=&#34;c&#34;&#62;&#39;&#38;");
    const html = trainingReport([
      { name: "<script>alert(1)</script>", lines: [metricsLine([step(1, 2)], 1)] },
    ]);
    expect(html).not.toContain("<script");
    expect(html).not.toMatch(/https?:/);
  });
});

test("a report shows every metric of every run and their last values", () => {
  const lines = [metricsLine([step(20, 4)], 60), metricsLine([step(40, 1)], 120)];
  const html = trainingReport([
    { name: "one", lines },
    { name: "two", lines: lines.slice(0, 1) },
  ]);
  expect(html.match(/<polyline/g)).toHaveLength(2 * 5);
  expect(html).toContain("<td>one</td><td>40</td><td>2</td><td>1</td>");
  expect(html).toContain("<td>two</td><td>20</td><td>1</td><td>4</td>");
});

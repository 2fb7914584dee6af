import { type Curve, colorOf, curveSvg, escapeXml } from "./curve-svg.ts";
import type { MetricsLine } from "./metrics-log.ts";

/** One run: its name and its metrics, step rising. */
export interface ReportedRun {
  readonly name: string;
  readonly lines: readonly MetricsLine[];
}

const STYLE =
  "body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#222}" +
  "svg{width:100%;max-width:36rem;font:11px system-ui,sans-serif}figure{display:inline-block;margin:0;width:min(36rem,100%)}" +
  "table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}";

/** Charts of every metric of the runs over the steps, in one HTML file without scripts or outside files. */
export function trainingReport(runs: readonly ReportedRun[]): string {
  const metrics = [
    ...new Set(runs.flatMap(({ lines }) => lines.flatMap((line) => Object.keys(line)))),
  ].filter((name) => name !== "step" && name !== "seconds");
  const charts = metrics.map((metric) => {
    const curves = runs.map(
      ({ name, lines }): Curve => ({
        name,
        points: lines.map((line) => [line.step, line[metric] ?? Number.NaN]),
      }),
    );
    return `<figure>${curveSvg(metric, curves)}</figure>`;
  });
  const legend = runs.map(({ name }, i) => `<li style="color:${colorOf(i)}">${escapeXml(name)}</li>`);
  const title = `Training: ${runs.map(({ name }) => name).join(", ")}`;
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeXml(title)}</title><style>${STYLE}</style>` +
    `<h1>${escapeXml(title)}</h1><ul>${legend.join("")}</ul>${summary(runs, metrics)}${charts.join("")}</html>\n`
  );
}

/** The last line of each run. */
function summary(runs: readonly ReportedRun[], metrics: readonly string[]): string {
  const columns = ["step", "minutes", ...metrics];
  const rows = runs.map(({ name, lines }) => {
    const last = lines.at(-1);
    const values =
      last === undefined ? [] : [last.step, last.seconds / 60, ...metrics.map((metric) => last[metric])];
    const cells = values.map(
      (value) => `<td>${value === undefined ? "" : Number(value.toPrecision(4))}</td>`,
    );
    return `<tr><td>${escapeXml(name)}</td>${cells.join("")}</tr>`;
  });
  const header = ["run", ...columns].map((name) => `<th>${escapeXml(name)}</th>`).join("");
  return `<table><thead><tr>${header}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

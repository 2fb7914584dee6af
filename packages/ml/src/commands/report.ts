import { writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readJsonLines } from "../data/json-lines.ts";
import type { MetricsLine } from "../report/metrics-log.ts";
import { type ReportedRun, trainingReport } from "../report/training-report.ts";

/** Writes one HTML file with the curves of the runs' metrics.jsonl. */
export async function report(runDirs: readonly string[], outPath: string): Promise<void> {
  const runs: ReportedRun[] = [];
  for (const folder of runDirs) {
    const path = folder.endsWith(".jsonl") ? folder : join(folder, "metrics.jsonl");
    runs.push({ name: basename(dirname(path)), lines: await readMetrics(path) });
  }
  await writeFile(outPath, trainingReport(runs));
}

/** A run that was killed and resumed has steps twice: the later line counts. */
async function readMetrics(path: string): Promise<MetricsLine[]> {
  const byStep = new Map<number, MetricsLine>();
  for await (const line of readJsonLines(path)) byStep.set(Number(line.step), line as unknown as MetricsLine);
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}

import { appendFile, readFile, writeFile } from "node:fs/promises";
import type { StepReport } from "../train/index.ts";

/** One line of metrics.jsonl: means over a block of steps. */
export interface MetricsLine {
  /** Last step of the block. */
  readonly step: number;
  /** Training time until then, over all runs. */
  readonly seconds: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  /** Steps without an update, because loss or gradient was no number. */
  readonly skipped: number;
  /** Further metrics of the task. */
  readonly [metric: string]: number;
}

const BLOCK_STEPS = 20;

/** Appends the means of every 20 steps as one JSON object a line. */
export class MetricsLog {
  readonly #path: string;
  readonly #secondsBefore: number;
  #reports: StepReport[] = [];

  private constructor(path: string, secondsBefore: number) {
    this.#path = path;
    this.#secondsBefore = secondsBefore;
  }

  /**
   * Goes on behind `step`: what a run before wrote about later steps, which are done again, is dropped.
   *
   * @param step 0 for a new run
   * @param secondsBefore training time until then
   */
  static async open(path: string, step: number, secondsBefore: number): Promise<MetricsLog> {
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const kept = text.split("\n").filter((line) => line !== "" && isUpTo(line, step));
    await writeFile(path, kept.map((line) => `${line}\n`).join(""));
    return new MetricsLog(path, secondsBefore);
  }

  async add(report: StepReport, seconds: number): Promise<void> {
    this.#reports.push(report);
    if (report.step % BLOCK_STEPS !== 0) return;
    const line = metricsLine(this.#reports, this.#secondsBefore + seconds);
    this.#reports = [];
    await appendFile(this.#path, `${JSON.stringify(line)}\n`);
  }
}

/** False for the torn last line of a killed run. */
function isUpTo(line: string, step: number): boolean {
  try {
    return (JSON.parse(line) as MetricsLine).step <= step;
  } catch {
    return false;
  }
}

export function metricsLine(reports: readonly StepReport[], seconds: number): MetricsLine {
  const last = reports.at(-1)!;
  const kept = reports.filter((report) => !report.isSkipped);
  const mean = (of: (report: StepReport) => number) =>
    kept.reduce((sum, report) => sum + of(report), 0) / Math.max(1, kept.length);
  const metrics = Object.keys(last.metrics).map((name) => [
    name,
    mean(({ metrics }) => Number(metrics[name]![0])),
  ]);
  return {
    step: last.step,
    seconds,
    loss: mean((report) => report.loss),
    ...Object.fromEntries(metrics),
    learningRate: last.learningRate,
    gradientNorm: mean((report) => report.gradientNorm),
    skipped: reports.length - kept.length,
  };
}

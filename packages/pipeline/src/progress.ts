/** How far a step is, as plain data: it travels as JSON and is drawn by whoever shows it. */
export interface StepProgress {
  readonly step: string;
  /** What is being worked on: a file's name, `works`, `index`. */
  readonly label: string;
  readonly done: number;
  /** null when the end is not known. */
  readonly total: number | null;
  readonly unit: "bytes" | "papers";
  /** Papers handled so far in this run. */
  readonly papers: number;
  /** Papers a second over the last ten seconds or so. */
  readonly papersPerSecond: number;
  readonly etaSeconds: number | null;
}

export type ProgressListener = (progress: StepProgress) => void;

const WINDOW_MS = 10_000;

interface Sample {
  readonly atMs: number;
  readonly done: number;
  readonly papers: number;
}

/** Turns counts into progress events with a rate over a sliding window. */
export class ProgressMeter {
  readonly #step: string;
  readonly #label: string;
  readonly #unit: "bytes" | "papers";
  readonly #total: number | null;
  readonly #nowMs: () => number;
  readonly #samples: Sample[];

  /** @param startDone what was done before this run: it counts for the bar, not for the rate. */
  constructor(
    what: { step: string; label: string; unit: "bytes" | "papers"; total: number | null; startDone?: number },
    nowMs: () => number,
  ) {
    this.#step = what.step;
    this.#label = what.label;
    this.#unit = what.unit;
    this.#total = what.total;
    this.#nowMs = nowMs;
    this.#samples = [{ atMs: nowMs(), done: what.startDone ?? 0, papers: 0 }];
  }

  /** @param done in the meter's unit, @param papers handled in this run. */
  at(done: number, papers: number): StepProgress {
    const now = { atMs: this.#nowMs(), done, papers };
    this.#samples.push(now);
    while (this.#samples.length > 2 && now.atMs - this.#samples[1]!.atMs > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0]!;
    const seconds = Math.max((now.atMs - first.atMs) / 1000, 1e-3);
    const donePerSecond = (done - first.done) / seconds;
    const left = this.#total === null ? null : Math.max(this.#total - done, 0);
    return {
      step: this.#step,
      label: this.#label,
      done,
      total: this.#total,
      unit: this.#unit,
      papers,
      papersPerSecond: (papers - first.papers) / seconds,
      etaSeconds: left === null || donePerSecond <= 0 ? null : left / donePerSecond,
    };
  }
}

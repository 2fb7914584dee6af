import type { ProgressListener, StepProgress } from "@cool-papers/pipeline";
import cliProgress, { type SingleBar } from "cli-progress";

/** Draws progress on a terminal, or prints a line now and then where there is none. `stop` clears the bar. */
export interface ProgressDisplay {
  readonly show: ProgressListener;
  /** Prints a sentence without breaking the bar. */
  readonly log: (message: string) => void;
  readonly stop: () => void;
}

const PLAIN_INTERVAL_MS = 5_000;

/** @param output where people look (stderr, so that an export's lines can be piped). */
export function createProgressDisplay(output: NodeJS.WriteStream, nowMs: () => number): ProgressDisplay {
  return output.isTTY ? createBarDisplay(output) : createPlainDisplay(output, nowMs);
}

function createBarDisplay(output: NodeJS.WriteStream): ProgressDisplay {
  let bar: SingleBar | null = null;
  let shown = "";
  const stop = () => {
    bar?.stop();
    bar = null;
    shown = "";
  };
  return {
    show: (progress) => {
      const title = `${progress.step} ${progress.label}`;
      if (title !== shown) stop();
      bar ??= startBar(output, progress);
      shown = title;
      bar.update(progress.done, { progress });
    },
    log: (message) => {
      stop();
      output.write(`${message}\n`);
    },
    stop,
  };
}

function startBar(output: NodeJS.WriteStream, first: StepProgress): SingleBar {
  const bar = new cliProgress.SingleBar({
    stream: output,
    hideCursor: true,
    clearOnComplete: false,
    noTTYOutput: false,
    // The line is ours: the library's own rate and ETA count bytes of the whole run, not papers of the last seconds.
    format: (options, params, payload: { progress: StepProgress }) => {
      const { progress } = payload;
      const bar = progress.total === null ? "" : `${cliProgress.Format.BarFormat(params.progress, options)} `;
      return `${bar}${describeProgress(progress)}`;
    },
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
  });
  bar.start(first.total ?? Math.max(first.done, 1), first.done, { progress: first });
  return bar;
}

function createPlainDisplay(output: NodeJS.WriteStream, nowMs: () => number): ProgressDisplay {
  let nextMs = nowMs();
  return {
    show: (progress) => {
      if (nowMs() < nextMs) return;
      nextMs = nowMs() + PLAIN_INTERVAL_MS;
      output.write(`${describeProgress(progress)}\n`);
    },
    log: (message) => void output.write(`${message}\n`),
    stop: () => {},
  };
}

/** `import arxiv.jsonl.gz: 42 %, 79,500 papers, 1,210/s, 1 min 30 s left`. */
export function describeProgress(progress: StepProgress): string {
  const parts: string[] = [];
  if (progress.total !== null && progress.total > 0) {
    parts.push(`${Math.min(100, Math.floor((100 * progress.done) / progress.total))} %`);
  }
  parts.push(
    `${formatCount(progress.papers)} papers`,
    `${formatCount(Math.round(progress.papersPerSecond))}/s`,
  );
  if (progress.etaSeconds !== null) parts.push(`${formatDuration(progress.etaSeconds)} left`);
  return `${progress.step} ${progress.label}: ${parts.join(", ")}`;
}

export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `45 s`, `1 min 30 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

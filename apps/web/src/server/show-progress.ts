import type { StepProgress } from "@cool-papers/pipeline";

export interface ProgressLine {
  readonly show: (progress: StepProgress) => void;
  /** Ends the line, when there is one. */
  readonly end: () => void;
}

/** One line on a terminal, rewritten as a step goes on; in a log file a line for each tenth. */
export function showProgress(stream: NodeJS.WriteStream): ProgressLine {
  let isOpen = false;
  let lastTenth = "";
  return {
    show({ step, label, done, total }) {
      const share = total === null || total === 0 ? null : Math.min(1, done / total);
      const text = `${step}: ${label} ${share === null ? String(done) : `${Math.round(share * 100)} %`}`;
      if (stream.isTTY) {
        stream.write(`\r\x1b[K${text}`);
        isOpen = true;
        return;
      }
      const tenth = `${step} ${label} ${share === null ? "" : Math.floor(share * 10)}`;
      if (tenth !== lastTenth) stream.write(`${text}\n`);
      lastTenth = tenth;
    },
    end() {
      if (isOpen) stream.write("\n");
      isOpen = false;
    },
  };
}

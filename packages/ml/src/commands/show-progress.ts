import { Presets, SingleBar } from "cli-progress";
import type { StepReport } from "../train/index.ts";

export interface Progress {
  /** @param seconds that the step took */
  readonly add: (report: StepReport, seconds: number) => void;
  readonly stop: () => void;
}

const LINE_STEPS = 20;
const AVERAGED_STEPS = 100;

/** A bar where there is a terminal, else a line for the first and every 20th step: loss, metrics, rate, texts a second, time left. */
export function showProgress(totalSteps: number, terminal: NodeJS.WriteStream = process.stdout): Progress {
  const speed = new StepSpeed();
  let hasStarted = false;
  if (!terminal.isTTY) {
    return {
      add(report, seconds) {
        speed.add(seconds);
        if (hasStarted && report.step % LINE_STEPS !== 0) return;
        hasStarted = true;
        console.log(
          `step ${report.step}/${totalSteps} ${describe(report)} ${speed.describe(report, totalSteps)}`,
        );
      },
      stop() {},
    };
  }
  const bar = new SingleBar(
    { format: "{bar} {value}/{total} {described} {speed}", stream: terminal, hideCursor: true },
    Presets.shades_classic,
  );
  return {
    add(report, seconds) {
      speed.add(seconds);
      const payload = { described: describe(report), speed: speed.describe(report, totalSteps) };
      if (hasStarted) bar.update(report.step, payload);
      else bar.start(totalSteps, report.step, payload);
      hasStarted = true;
    },
    stop: () => bar.stop(),
  };
}

function describe({ loss, metrics, learningRate }: StepReport): string {
  const values = Object.entries(metrics).map(([key, value]) => `${key} ${Number(value[0]).toFixed(4)}`);
  return [`loss ${loss.toFixed(4)}`, ...values, `rate ${learningRate.toExponential(2)}`].join(" ");
}

/** Mean time of the last steps. */
class StepSpeed {
  #recent: number[] = [];

  add(seconds: number): void {
    this.#recent = [...this.#recent.slice(1 - AVERAGED_STEPS), seconds];
  }

  describe({ step, size }: StepReport, totalSteps: number): string {
    const mean = this.#recent.reduce((sum, value) => sum + value, 0) / this.#recent.length;
    return `${(size / mean).toFixed(0)} texts/s, ${(((totalSteps - step) * mean) / 60).toFixed(0)} min left`;
  }
}

import type { StepReport } from "./trainer.ts";

export interface EarlyStopOptions {
  /** `loss`, or a metric of the task such as `distil/headE`; lower is better. */
  readonly metric: string;
  /** Steps whose mean is compared. */
  readonly windowSteps: number;
  /** Windows in a row that may fail to be better than the best one by `minImprovement`. */
  readonly patience: number;
  readonly minImprovement: number;
}

/** What a checkpoint stores; JSON. */
export interface EarlyStopState {
  readonly sum: number;
  readonly steps: number;
  /** Mean of the best window; null before the first. */
  readonly best: number | null;
  /** Windows since then. */
  readonly waited: number;
}

/** The recipe names a metric that the task does not have. */
export class EarlyStopError extends Error {
  override readonly name = "EarlyStopError";
}

/** Says when a metric has stopped falling. Steps without a number do not count. */
export class EarlyStop {
  readonly #options: EarlyStopOptions;
  #state: EarlyStopState;

  constructor(options: EarlyStopOptions, state: EarlyStopState | null = null) {
    this.#options = options;
    this.#state = state ?? { sum: 0, steps: 0, best: null, waited: 0 };
  }

  /** @returns whether training should end. @throws EarlyStopError when the report lacks the metric */
  add(report: StepReport): boolean {
    if (report.isSkipped) return false;
    const { windowSteps, patience, minImprovement } = this.#options;
    const { best, waited } = this.#state;
    const sum = this.#state.sum + this.#valueOf(report);
    const steps = this.#state.steps + 1;
    if (steps < windowSteps) {
      this.#state = { sum, steps, best, waited };
      return false;
    }
    const mean = sum / steps;
    const isBetter = best === null || mean <= best - minImprovement;
    this.#state = { sum: 0, steps: 0, best: isBetter ? mean : best, waited: isBetter ? 0 : waited + 1 };
    return this.#state.waited >= patience;
  }

  state(): EarlyStopState {
    return this.#state;
  }

  #valueOf({ loss, metrics }: StepReport): number {
    const { metric } = this.#options;
    if (metric === "loss") return loss;
    const value = metrics[metric];
    if (value === undefined) {
      const known = ["loss", ...Object.keys(metrics)].join(", ");
      throw new EarlyStopError(`The recipe's early stop watches "${metric}"; the task has ${known}.`);
    }
    return Number(value[0]);
  }
}

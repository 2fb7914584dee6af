import type { CpuSessionOptions, FetchedArray } from "../backend/cpu-session.ts";
import { SeededRandom } from "../data/seeded-random.ts";
import { clipGlobalNorm } from "../optim/gradient-norm.ts";
import type { Optimizer, OptimizerState } from "../optim/optimizer.ts";
import type { Schedule } from "../optim/schedule.ts";
import type { GradientSet, ParameterSet } from "../parameters.ts";
import { sumGradients } from "./gradient-sum.ts";
import { StepCache } from "./step-cache.ts";
import type { TrainTask } from "./task.ts";
import { onlyRows } from "./trained-rows.ts";

export interface TrainerOptions<Batch> {
  readonly task: TrainTask<Batch>;
  /** Updated in place. */
  readonly parameters: ParameterSet;
  readonly optimizer: Optimizer;
  readonly learningRate: Schedule;
  /** seeds the dropout masks */
  readonly seed: number;
  /** Gradients are scaled down to this Euclidean norm; null: never */
  readonly maxGradientNorm: number | null;
  /** Names of parameters that stay as they are. */
  readonly frozen?: ReadonlySet<string>;
  /** Rows that move, ascending, by the parameter that has them; the parameter's other rows stay as they are. */
  readonly trainedRows?: ReadonlyMap<string, Int32Array>;
  /** Compiled graphs kept at a time; 4 when left out */
  readonly maxCompiledGraphs?: number;
  /** Steps in a row whose loss or gradient is no number, after which training stops; 10 when left out */
  readonly maxBadSteps?: number;
  readonly session?: CpuSessionOptions;
}

/** What one step did. */
export interface StepReport {
  readonly step: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, FetchedArray>>;
  readonly learningRate: number;
  /** before clipping */
  readonly gradientNorm: number;
  /** examples of all micro-batches */
  readonly size: number;
  /** true when loss or gradient was no number and the update was left out */
  readonly isSkipped: boolean;
}

/** Everything that has to be stored, beside the parameters, to go on exactly where training stopped. */
export interface TrainerState {
  readonly step: number;
  readonly random: readonly [number, number, number, number];
  readonly optimizer: OptimizerState;
}

/** Loss or gradient stayed NaN or infinite for too many steps. */
export class TrainingDivergedError extends Error {
  override readonly name = "TrainingDivergedError";
}

/** One optimiser step at a time: gradients of one or more micro-batches, clipping, update. */
export class Trainer<Batch> {
  readonly #options: TrainerOptions<Batch>;
  readonly #steps: StepCache<Batch>;
  #random: SeededRandom;
  #step = 0;
  #badSteps = 0;

  constructor(options: TrainerOptions<Batch>) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    const compile = { ...options.session, ...(options.frozen ? { frozen: options.frozen } : {}) };
    this.#steps = new StepCache(options.task, compile, options.maxCompiledGraphs ?? 4);
  }

  /** Steps done so far. */
  get step(): number {
    return this.#step;
  }

  /**
   * One update from the mean gradient of the micro-batches, weighted by their sizes. A step whose loss or gradient is no
   * number changes nothing; @throws TrainingDivergedError when too many follow each other.
   */
  async update(microBatches: readonly Batch[]): Promise<StepReport> {
    const { task, parameters, optimizer, maxGradientNorm } = this.#options;
    const total = microBatches.reduce((sum, batch) => sum + task.size(batch), 0);
    const parts: { gradients: GradientSet; weight: number }[] = [];
    let loss = 0;
    let metrics: StepReport["metrics"] = {};
    for (const batch of microBatches) {
      const compiled = await this.#steps.get(batch);
      const result = await compiled.run(parameters, task.feeds(batch), this.#random);
      const weight = task.size(batch) / total;
      loss += weight * result.loss;
      metrics = result.metrics;
      parts.push({ gradients: result.gradients, weight });
    }
    const gradients = onlyRows(sumGradients(parts), parameters, this.#options.trainedRows);
    const gradientNorm = clipGlobalNorm(gradients, maxGradientNorm ?? Number.POSITIVE_INFINITY);
    const learningRate = this.#options.learningRate(this.#step);
    const isSkipped = !Number.isFinite(loss) || !Number.isFinite(gradientNorm);
    this.#countBadSteps(isSkipped, loss, gradientNorm);
    if (!isSkipped) optimizer.update(parameters, gradients, learningRate);
    this.#step++;
    return { step: this.#step, loss, metrics, learningRate, gradientNorm, size: total, isSkipped };
  }

  #countBadSteps(isBad: boolean, loss: number, gradientNorm: number): void {
    this.#badSteps = isBad ? this.#badSteps + 1 : 0;
    const limit = this.#options.maxBadSteps ?? 10;
    if (this.#badSteps < limit) return;
    throw new TrainingDivergedError(
      `${limit} steps in a row gave no number (step ${this.#step}: loss ${loss}, gradient norm ${gradientNorm}): ` +
        "lower the learning rate, or look for NaN in the data",
    );
  }

  state(): TrainerState {
    return { step: this.#step, random: this.#random.state(), optimizer: this.#options.optimizer.state() };
  }

  restore(state: TrainerState): void {
    this.#step = state.step;
    this.#random = SeededRandom.restore(state.random);
    this.#options.optimizer.restore(state.optimizer);
  }

  async release(): Promise<void> {
    await this.#steps.release();
  }
}

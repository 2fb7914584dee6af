import { type CompileOptions, compileTrainStep, type TrainStep } from "../backend/cpu-step.ts";
import type { TrainTask } from "./task.ts";

/**
 * Compiled steps by graph key. Every session holds an arena of its own, so only the most recently used few stay.
 */
export class StepCache<Batch> {
  readonly #task: TrainTask<Batch>;
  readonly #options: CompileOptions;
  readonly #capacity: number;
  readonly #steps = new Map<string, Promise<TrainStep>>();

  constructor(task: TrainTask<Batch>, options: CompileOptions, capacity: number) {
    this.#task = task;
    this.#options = options;
    this.#capacity = capacity;
  }

  async get(batch: Batch): Promise<TrainStep> {
    const key = this.#task.graphKey(batch);
    const known = this.#steps.get(key);
    // Re-inserting keeps the order of use.
    if (known) this.#steps.delete(key);
    const step =
      known ??
      this.#task.compile?.(batch, this.#options) ??
      compileTrainStep(this.#task.define(batch), this.#options);
    this.#steps.set(key, step);
    if (this.#steps.size > this.#capacity) await this.#releaseOldest();
    return step;
  }

  async #releaseOldest(): Promise<void> {
    const [key, step] = this.#steps.entries().next().value!;
    this.#steps.delete(key);
    await (await step).release();
  }

  async release(): Promise<void> {
    const steps = [...this.#steps.values()];
    this.#steps.clear();
    await Promise.all(steps.map(async (step) => (await step).release()));
  }
}

import { copyParameters, type ParameterSet } from "../parameters.ts";

/**
 * Exponential moving average of weights, for evaluation and export: w̄ ← βw̄ + (1−β)w after each step, with
 * β_t = min(decay, (1+t)/(10+t)) so that the first steps do not weigh for ever.
 */
export class WeightAverage {
  readonly average: ParameterSet;
  readonly #decay: number;
  #step: number;

  /** @param step of a resumed run; `parameters` must then hold the stored average */
  constructor(parameters: ParameterSet, decay = 0.999, step = 0) {
    this.average = copyParameters(parameters);
    this.#decay = decay;
    this.#step = step;
  }

  get step(): number {
    return this.#step;
  }

  update(parameters: ParameterSet): void {
    this.#step++;
    const decay = Math.min(this.#decay, (1 + this.#step) / (10 + this.#step));
    for (const name of parameters.names) {
      const mean = this.average.get(name).data;
      const data = parameters.get(name).data;
      for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + (1 - decay) * (data[i]! - mean[i]!);
    }
  }
}

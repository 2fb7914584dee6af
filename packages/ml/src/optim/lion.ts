/**
 * Lion (Chen et al. 2023, arXiv 2302.06675): u = sign(β1 m + (1−β1)g); θ ← θ − η(u + λθ); m ← β2 m + (1−β2)g.
 * With β1 ≠ β2 accumulation cannot hide in the momentum: wrap it in gradient-buffer.ts.
 */
import type { GradientSet, ParameterSet } from "../parameters.ts";
import {
  DEFAULT_POLICY,
  forEachSegment,
  MomentBuffers,
  type Optimizer,
  type OptimizerState,
  type ParameterPolicy,
} from "./optimizer.ts";

export interface LionOptions {
  /** Default 0.9 */
  readonly b1?: number;
  /** Default 0.99 */
  readonly b2?: number;
  /** Default 0.01 */
  readonly weightDecay?: number;
  readonly policy?: ParameterPolicy;
}

export class Lion implements Optimizer {
  readonly #options: Required<LionOptions>;
  readonly #moments = new MomentBuffers();

  constructor(options: LionOptions = {}) {
    this.#options = { b1: 0.9, b2: 0.99, weightDecay: 0.01, policy: DEFAULT_POLICY, ...options };
  }

  update(parameters: ParameterSet, gradients: GradientSet, learningRate: number): void {
    const { b1, b2, policy } = this.#options;
    for (const [name, gradient] of gradients) {
      const parameter = parameters.get(name);
      const rate = learningRate * policy.rateScale(name, parameter);
      const decay = this.#options.weightDecay * policy.decayScale(name, parameter);
      const mu = this.#moments.get("mu", name, parameter.data.length);
      const theta = parameter.data;
      forEachSegment(parameter, gradient, (at, from, length) => {
        for (let i = 0; i < length; i++) {
          const g = gradient.data[from + i]!;
          const m = mu[at + i]!;
          const direction = Math.sign(b1 * m + (1 - b1) * g);
          theta[at + i] = theta[at + i]! - rate * (direction + decay * theta[at + i]!);
          mu[at + i] = b2 * m + (1 - b2) * g;
        }
      });
    }
  }

  state(): OptimizerState {
    return { counters: {}, tensors: this.#moments.tensors };
  }

  restore(state: OptimizerState): void {
    this.#moments.restore(state.tensors);
  }
}

/**
 * Stochastic gradient descent with an averaged momentum: m ← βm + (1−β)g; θ ← θ − η(m + λθ).
 *
 * With gradAccumSteps = k, gradients of k micro-steps are averaged inside the momentum, without a buffer
 * (J. Su, "Gradient accumulation hidden in momentum", 2021): with χ_j = 1 when j is an integer, else 0,
 *   m_t = [(β−1)·χ_{(t−1)/k} + 1]·m_{t−1} + ((1−β)/k)·g_t ;  θ_t = θ_{t−1} − χ_{t/k}·η·(m_t + λθ_{t−1}).
 * k = 1 is the ordinary step.
 */
import type { GradientSet, ParameterSet } from "../parameters.ts";
import {
  counter,
  DEFAULT_POLICY,
  denseData,
  forEachSegment,
  MomentBuffers,
  type Optimizer,
  type OptimizerState,
  type ParameterPolicy,
} from "./optimizer.ts";

export interface SgdMomentumOptions {
  /** β, default 0.9 */
  readonly b1?: number;
  readonly weightDecay?: number;
  /** Micro-steps per update, default 1. Above 1 rows gradients count as dense ones. */
  readonly gradAccumSteps?: number;
  readonly policy?: ParameterPolicy;
}

export class SgdMomentum implements Optimizer {
  readonly #options: Required<SgdMomentumOptions>;
  readonly #moments = new MomentBuffers();
  #microStep = 0;

  constructor(options: SgdMomentumOptions = {}) {
    this.#options = { b1: 0.9, weightDecay: 0, gradAccumSteps: 1, policy: DEFAULT_POLICY, ...options };
  }

  update(parameters: ParameterSet, gradients: GradientSet, learningRate: number): void {
    const { b1, gradAccumSteps: k, policy } = this.#options;
    const step = ++this.#microStep;
    const keep = (step - 1) % k === 0 ? b1 : 1;
    const gain = (1 - b1) / k;
    const moves = step % k === 0;
    for (const [name, gradient] of gradients) {
      const parameter = parameters.get(name);
      const rate = learningRate * policy.rateScale(name, parameter);
      const decay = this.#options.weightDecay * policy.decayScale(name, parameter);
      const mu = this.#moments.get("mu", name, parameter.data.length);
      const theta = parameter.data;
      const dense = k === 1 ? gradient : ({ kind: "dense", data: denseData(parameter, gradient) } as const);
      const g = dense.data;
      forEachSegment(parameter, dense, (at, from, length) => {
        for (let i = 0; i < length; i++) {
          const m = keep * mu[at + i]! + gain * g[from + i]!;
          mu[at + i] = m;
          if (moves) theta[at + i] = theta[at + i]! - rate * (m + decay * theta[at + i]!);
        }
      });
    }
  }

  state(): OptimizerState {
    return { counters: { microStep: this.#microStep }, tensors: this.#moments.tensors };
  }

  restore(state: OptimizerState): void {
    this.#microStep = counter(state, "microStep");
    this.#moments.restore(state.tensors);
  }
}

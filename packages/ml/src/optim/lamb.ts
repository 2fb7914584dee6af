/**
 * LAMB (You et al. 2020, arXiv 1904.00962): Adam's direction r = m̂/(√v̂ + ε) + λθ, scaled per tensor by the trust
 * ratio ‖θ‖/‖r‖ (1 where either norm is 0): θ ← θ − η·(‖θ‖/‖r‖)·r. Rows gradients count as dense ones, since the
 * ratio belongs to the whole tensor.
 */
import type { GradientSet, ParameterSet } from "../parameters.ts";
import {
  counter,
  DEFAULT_POLICY,
  denseData,
  MomentBuffers,
  type Optimizer,
  type OptimizerState,
  type ParameterPolicy,
} from "./optimizer.ts";

export interface LambOptions {
  /** Default 0.9 */
  readonly b1?: number;
  /** Default 0.999 */
  readonly b2?: number;
  /** Default 1e-6 */
  readonly eps?: number;
  /** Default 0.01 */
  readonly weightDecay?: number;
  readonly policy?: ParameterPolicy;
}

export class Lamb implements Optimizer {
  readonly #options: Required<LambOptions>;
  readonly #moments = new MomentBuffers();
  #step = 0;

  constructor(options: LambOptions = {}) {
    this.#options = { b1: 0.9, b2: 0.999, eps: 1e-6, weightDecay: 0.01, policy: DEFAULT_POLICY, ...options };
  }

  update(parameters: ParameterSet, gradients: GradientSet, learningRate: number): void {
    const { b1, b2, eps, policy } = this.#options;
    const step = ++this.#step;
    const correction1 = 1 / (1 - b1 ** step);
    const correction2 = 1 / (1 - b2 ** step);
    for (const [name, gradient] of gradients) {
      const parameter = parameters.get(name);
      const decay = this.#options.weightDecay * policy.decayScale(name, parameter);
      const theta = parameter.data;
      const mu = this.#moments.get("mu", name, theta.length);
      const nu = this.#moments.get("nu", name, theta.length);
      const g = denseData(parameter, gradient);
      const direction = new Float32Array(theta.length);
      let thetaSquares = 0;
      let directionSquares = 0;
      for (let i = 0; i < theta.length; i++) {
        mu[i] = b1 * mu[i]! + (1 - b1) * g[i]!;
        nu[i] = b2 * nu[i]! + (1 - b2) * g[i]! * g[i]!;
        const r = (mu[i]! * correction1) / (Math.sqrt(nu[i]! * correction2) + eps) + decay * theta[i]!;
        direction[i] = r;
        thetaSquares += theta[i]! * theta[i]!;
        directionSquares += r * r;
      }
      const trust = thetaSquares > 0 && directionSquares > 0 ? Math.sqrt(thetaSquares / directionSquares) : 1;
      const rate = learningRate * policy.rateScale(name, parameter) * trust;
      for (let i = 0; i < theta.length; i++) theta[i] = theta[i]! - rate * direction[i]!;
    }
  }

  state(): OptimizerState {
    return { counters: { step: this.#step }, tensors: this.#moments.tensors };
  }

  restore(state: OptimizerState): void {
    this.#step = counter(state, "step");
    this.#moments.restore(state.tensors);
  }
}

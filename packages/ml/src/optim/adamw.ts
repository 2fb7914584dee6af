/**
 * AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101): m ← β1 m + (1−β1)g; v ← β2 v + (1−β2)g²;
 * θ ← θ − η( m̂/(√v̂ + ε) + λθ ) with m̂ = m/(1−β1^t), v̂ = v/(1−β2^t).
 *
 * Rows gradients update only their rows and the moments of these ("lazy", as PyTorch's SparseAdam), with the bias
 * correction of the global step; weight decay then reaches a row only when it is used.
 *
 * gradAccumSteps = k hides accumulation in the moments as in sgd-momentum.ts; v then takes the mean of squared
 * micro-gradients instead of the square of the mean, so this is an approximation.
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

export interface AdamWOptions {
  /** Default 0.9 */
  readonly b1?: number;
  /** Default 0.999 */
  readonly b2?: number;
  /** Default 1e-8, outside the root */
  readonly eps?: number;
  /** Default 0.01 */
  readonly weightDecay?: number;
  /** Micro-steps per update, default 1. Above 1 rows gradients count as dense ones. */
  readonly gradAccumSteps?: number;
  readonly policy?: ParameterPolicy;
}

export class AdamW implements Optimizer {
  readonly #options: Required<AdamWOptions>;
  readonly #moments = new MomentBuffers();
  #microStep = 0;

  constructor(options: AdamWOptions = {}) {
    this.#options = {
      b1: 0.9,
      b2: 0.999,
      eps: 1e-8,
      weightDecay: 0.01,
      gradAccumSteps: 1,
      policy: DEFAULT_POLICY,
      ...options,
    };
  }

  update(parameters: ParameterSet, gradients: GradientSet, learningRate: number): void {
    const { b1, b2, eps, gradAccumSteps: k, policy } = this.#options;
    const microStep = ++this.#microStep;
    const starts = (microStep - 1) % k === 0;
    const moves = microStep % k === 0;
    const step = Math.ceil(microStep / k);
    const factors: StepFactors = {
      keep1: starts ? b1 : 1,
      gain1: (1 - b1) / k,
      keep2: starts ? b2 : 1,
      gain2: (1 - b2) / k,
      correction1: 1 / (1 - b1 ** step),
      correction2: 1 / (1 - b2 ** step),
      eps,
    };
    for (const [name, gradient] of gradients) {
      const parameter = parameters.get(name);
      const rate = learningRate * policy.rateScale(name, parameter);
      const shrink = 1 - rate * this.#options.weightDecay * policy.decayScale(name, parameter);
      const mu = this.#moments.get("mu", name, parameter.data.length);
      const nu = this.#moments.get("nu", name, parameter.data.length);
      const theta = parameter.data;
      const touched = k === 1 ? gradient : ({ kind: "dense", data: denseData(parameter, gradient) } as const);
      forEachSegment(parameter, touched, (at, from, length) => {
        const segment: Segment = { theta, mu, nu, gradient: touched.data, at, from, length };
        if (moves) updateSegment(segment, factors, rate, shrink);
        else gatherSegment(segment, factors);
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

/** What a step has in common over all parameters. */
interface StepFactors {
  readonly keep1: number;
  readonly gain1: number;
  readonly keep2: number;
  readonly gain2: number;
  readonly correction1: number;
  readonly correction2: number;
  readonly eps: number;
}

/** Values [at, at + length) of the parameter and its moments; [from, from + length) of the gradient. */
interface Segment {
  readonly theta: Float32Array;
  readonly mu: Float32Array;
  readonly nu: Float32Array;
  readonly gradient: Float32Array;
  readonly at: number;
  readonly from: number;
  readonly length: number;
}

/** Moments and parameter in one pass. A function of its own over local values runs twice as fast as a closure. */
function updateSegment(segment: Segment, factors: StepFactors, rate: number, shrink: number): void {
  const { theta, mu, nu, gradient, at, from, length } = segment;
  const { keep1, gain1, keep2, gain2, correction1, correction2, eps } = factors;
  for (let i = 0; i < length; i++) {
    const g = gradient[from + i]!;
    const m = keep1 * mu[at + i]! + gain1 * g;
    const v = keep2 * nu[at + i]! + gain2 * g * g;
    mu[at + i] = m;
    nu[at + i] = v;
    const direction = (m * correction1) / (Math.sqrt(v * correction2) + eps);
    theta[at + i] = theta[at + i]! * shrink - rate * direction;
  }
}

/** The moments alone: a micro-step that does not move the parameter. */
function gatherSegment(segment: Segment, { keep1, gain1, keep2, gain2 }: StepFactors): void {
  const { mu, nu, gradient, at, from, length } = segment;
  for (let i = 0; i < length; i++) {
    const g = gradient[from + i]!;
    mu[at + i] = keep1 * mu[at + i]! + gain1 * g;
    nu[at + i] = keep2 * nu[at + i]! + gain2 * g * g;
  }
}
